"""The poses app."""

from django.apps import AppConfig


class PosesConfig(AppConfig):
    """Photos in, keypoints out."""

    name = "poses"

    def ready(self) -> None:
        """Registers the system checks."""
        from . import checks  # noqa: F401
