"""The accounts app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Users, sessions, tokens, profile."""

    name = "accounts"

    def ready(self) -> None:
        """Has the roles made after each migrate, and the API's login described in the schema."""
        from .api import schema  # noqa: F401

        # Django makes an app's permissions in this signal too, in a receiver that was connected before.
        post_migrate.connect(_ensure_roles, dispatch_uid="accounts.ensure_roles")


def _ensure_roles(sender: AppConfig, *, using: str, **kwargs: Any) -> None:
    from .services import roles

    roles.ensure_roles(app_label=sender.label, using=using)
