"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, sessions, tokens, profile."""

    name = "accounts"
