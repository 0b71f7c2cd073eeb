"""The poses app."""

from django.apps import AppConfig
from django.db.models.signals import post_delete


class PosesConfig(AppConfig):
    """Photos in, keypoints out."""

    name = "poses"

    def ready(self) -> None:
        """Registers the system checks, and has files follow their rows."""
        from . import checks  # noqa: F401
        from .models import Photo
        from .services.photo_files import follow_the_row

        post_delete.connect(follow_the_row, sender=Photo)
