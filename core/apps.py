"""The core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What every app may use and that knows none of them."""

    name = "core"

    def ready(self) -> None:
        """Registers the system checks."""
        from . import checks  # noqa: F401
