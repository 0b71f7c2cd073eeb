"""Where the second copies go."""

from django.conf import settings


def is_with_photos() -> bool:
    """Whether BACKUP_COPY_TO, by whichever of its names, is the storage that the photos live in."""
    name, places = settings.BACKUP_COPY_TO, settings.PHOTO_STORAGES
    return bool(name) and places.get(name, settings.STORAGES.get(name)) == places.get(settings.PHOTO_STORAGE)
