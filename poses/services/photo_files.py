"""A photo's files: the upload itself and its thumbnail, stored before the row and removed after it."""

import errno
import io
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import cv2
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.fields.files import FieldFile
from PIL import Image

from core.errors import DomainError
from poses.engine.decode import DecodedPhoto
from poses.models import Photo
from poses.models.photo import photo_storage

logger = logging.getLogger(__name__)
# Requests are parallel already; OpenCV's own threads only get in their way.
cv2.setNumThreads(1)

THUMBNAIL_SIDE = 320
_THUMBNAIL_QUALITY = 68


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """Names in the storage."""

    file: str
    thumbnail: str


def store(*, stem: str, content: bytes, decoded: DecodedPhoto) -> StoredFiles:
    """Stores the upload as it came and a JPEG thumbnail; both or none.

    Raises DomainError (`storage_full`, 507).
    """
    folder = f"{stem[:2]}/{stem}"
    file = _saved(f"{folder}.{decoded.format.extension}", content)
    try:
        return StoredFiles(file, _saved(f"{folder}.thumbnail.jpg", _thumbnail(decoded)))
    except BaseException:
        remove(file)
        raise


def _saved(name: str, content: bytes) -> str:
    try:
        return photo_storage().save(name, ContentFile(content))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = "The site's disk is full; nothing was stored. Tell its operator."
            raise DomainError("storage_full", message, status=HTTPStatus.INSUFFICIENT_STORAGE) from error
        raise


def follow_the_row(*, instance: Photo, **kwargs: Any) -> None:
    """Removes a deleted photo's files once that is certain, whoever deleted it; for Django's `post_delete`."""
    names = (instance.file.name, instance.thumbnail.name)
    transaction.on_commit(lambda: remove(*names))


def remove(*names: str | None) -> None:
    """Removes files; one that is gone already is no error, one that cannot be removed is logged for the operator."""
    for name in filter(None, names):
        try:
            photo_storage().delete(name)
        except OSError:
            logger.exception("cannot remove %s", name)


def read(file: FieldFile) -> bytes:
    """A stored file's bytes. Raises FileNotFoundError."""
    if not file.name:
        raise FileNotFoundError("The row names no file.")
    with photo_storage().open(file.name) as opened:
        return bytes(opened.read())


def _thumbnail(decoded: DecodedPhoto) -> bytes:
    """Made from the pixels alone, so that it carries no place, camera or comment."""
    height, width = decoded.pixels.shape[:2]
    scale = min(1.0, THUMBNAIL_SIDE / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(decoded.pixels, size, interpolation=cv2.INTER_AREA)
    target = io.BytesIO()
    Image.fromarray(small).save(target, "JPEG", quality=_THUMBNAIL_QUALITY)
    return target.getvalue()
