"""The parts that photos need: the storage and the model. Imported once the apps are loaded."""

import os
from pathlib import Path
from typing import cast

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from core.errors import DomainError
from core.health import DEGRADED, Trouble, check_writable, register
from core.storage.base import PhotoStorage

from .engine.errors import ModelUnavailable
from .engine.models import find_model

_NEEDED_BYTES = 200 << 20  # a handful of the largest uploads


def storage() -> None:
    """Writes into the folder, or asks the server."""
    photos = cast(PhotoStorage, storages["photos"])
    try:
        if isinstance(photos, FileSystemStorage):
            _check_folder(Path(photos.location))
        else:
            photos.check()
    except DomainError as error:
        raise Trouble("cannot be reached") from error


def _check_folder(folder: Path) -> None:
    check_writable(folder)
    try:
        room = os.statvfs(folder)
    except OSError as error:
        raise Trouble("cannot be written to") from error
    if room.f_bavail * room.f_frsize < _NEEDED_BYTES:
        raise Trouble("is almost full", state=DEGRADED)


def model() -> None:
    """Finds the site's pose model."""
    try:
        find_model(Path(settings.POSE_MODELS_DIR), settings.POSE_MODEL)
    except ModelUnavailable as error:
        raise Trouble("is missing") from error


register("storage", storage)
register("model", model)
