"""A photo's files: the upload itself and its thumbnail, stored before the row and removed after it."""

import io
import logging
import math
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from weakref import WeakKeyDictionary

import cv2
from django.core.files.base import ContentFile, File
from django.db.models.fields.files import FieldFile
from PIL import Image

from core.errors import DomainError
from core.storage.base import PhotoStorage
from core.storage.errors import StorageUnavailable
from poses.engine.decode import DecodedPhoto
from poses.models.photo import photo_storage

logger = logging.getLogger(__name__)
# Requests are parallel already; OpenCV's own threads only get in their way.
cv2.setNumThreads(1)

# As `store` makes names: two digits of the photo's id, its id, the extension.
LAYOUT = re.compile(r"(?P<two>[0-9a-f]{2})/(?P<id>(?P=two)[0-9a-f]{30})\.(?:thumbnail\.jpg|[a-z0-9]+)")
THUMBNAIL_SIDE = 320
_THUMBNAIL_QUALITY = 68
_PIECE_BYTES = 1 << 20
# How long a storage that did not answer is not asked to remove anything.
_LEFT_ALONE_S = 10.0
_down_since: WeakKeyDictionary[PhotoStorage, float] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """Names in the storage."""

    file: str
    thumbnail: str


def store(*, stem: str, content: bytes, decoded: DecodedPhoto) -> StoredFiles:
    """Stores the upload as it came and a JPEG thumbnail; both or none.

    Raises DomainError: `storage_full` (507), `storage_unavailable` (503).
    """
    folder = f"{stem[:2]}/{stem}"
    storage = photo_storage()
    file = storage.save(f"{folder}.{decoded.format.extension}", ContentFile(content))
    try:
        return StoredFiles(file, storage.save(f"{folder}.thumbnail.jpg", ContentFile(thumbnail_of(decoded))))
    except StorageUnavailable:  # nor can it be asked to remove the first file; a sweep finds that
        raise
    except BaseException:
        remove(file)
        raise


def remove(*names: str | None) -> None:
    """Removes files at once; one that cannot be removed is logged for the operator, and found by a sweep.

    For files whose row never was; those that a committed row has named go by `removing.remove_later`.
    """
    for name in filter(None, names):
        try:
            remove_or_raise(name)
        except StorageUnavailable:
            logger.error("cannot remove %s: the storage is down", name)  # and why is logged there
        except (OSError, DomainError):
            logger.exception("cannot remove %s", name)


def remove_or_raise(name: str) -> None:
    """Removes a file; one that is gone already is no error. Raises StorageUnavailable, StorageFull, OSError.

    A storage that did not answer is not asked again for some seconds, so that of many files one has to wait.
    """
    storage = photo_storage()
    if time.monotonic() - _down_since.get(storage, -math.inf) < _LEFT_ALONE_S:
        raise StorageUnavailable
    try:
        storage.delete(name)
    except StorageUnavailable:
        _down_since[storage] = time.monotonic()
        raise


def read(file: FieldFile) -> bytes:
    """A stored file's bytes. Raises FileNotFoundError, and StorageUnavailable."""
    with photo_storage().open(_name(file)) as opened:
        return bytes(opened.read())


class Pieces(Iterator[bytes]):
    """A large file, a piece at a time; to be closed, though it closes itself at its end."""

    def __init__(self, opened: File[bytes], first: bytes) -> None:
        self.size_bytes = opened.size
        self._opened = opened
        self._next = first

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if not self._next:
            self.close()
            raise StopIteration
        piece, self._next = self._next, self._opened.read(_PIECE_BYTES)
        return piece

    def close(self) -> None:
        """Also before the end, where whoever was sent the file has left."""
        self._opened.close()


def streamed(file: FieldFile) -> bytes | Pieces:
    """A stored file's bytes, in pieces where it is large; the first is read already, so what fails, fails now.

    Raises FileNotFoundError, and StorageUnavailable.
    """
    opened = photo_storage().open(_name(file))
    try:
        first = bytes(opened.read(_PIECE_BYTES))
        if len(first) == _PIECE_BYTES:
            return Pieces(opened, first)
    except BaseException:
        opened.close()
        raise
    opened.close()
    return first


def link(file: FieldFile, *, content_type: str, filename: str) -> str | None:
    """A short-lived URL at which a browser gets the file from the storage itself, where the site is set so."""
    return photo_storage().link(_name(file), content_type=content_type, filename=filename)


def _name(file: FieldFile) -> str:
    if not file.name:
        raise FileNotFoundError("The row names no file.")
    return file.name


def thumbnail_of(decoded: DecodedPhoto) -> bytes:
    """Made from the pixels alone, so that it carries no place, camera or comment."""
    height, width = decoded.pixels.shape[:2]
    scale = min(1.0, THUMBNAIL_SIDE / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(decoded.pixels, size, interpolation=cv2.INTER_AREA)
    target = io.BytesIO()
    Image.fromarray(small).save(target, "JPEG", quality=_THUMBNAIL_QUALITY)
    return target.getvalue()
