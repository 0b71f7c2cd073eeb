"""Every photo's files by name, and their bytes, for what goes through the whole storage."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.files.base import File
from django.db.models import Q

from core.storage.base import PhotoStorage
from poses.models import Photo

_AT_ONCE = 500
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """What a row says of its files."""

    id: UUID
    created_at: datetime
    file: str
    thumbnail: str
    sha256: str

    @property
    def names(self) -> tuple[str, ...]:
        """Both files' names."""
        return tuple(filter(None, (self.file, self.thumbnail)))


def all_photos() -> Iterator[Sequence[StoredPhoto]]:
    """Every row in the order of creation, some hundreds at a time, with those that are added meanwhile."""
    rows = Photo.objects.order_by("created_at", "id").values_list("id", "created_at", "file", "thumbnail", "sha256")
    some = rows[:_AT_ONCE]
    while photos := [StoredPhoto(*row) for row in some]:
        yield photos
        last = photos[-1]
        after = Q(created_at__gt=last.created_at) | Q(created_at=last.created_at, id__gt=last.id)
        some = rows.filter(after, created_at__gte=last.created_at)[:_AT_ONCE]


def still_there(photo_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the photos that nobody has deleted meanwhile."""
    return set(Photo.objects.filter(pk__in=photo_ids).values_list("pk", flat=True))


def pieces(opened: File[bytes]) -> Iterator[bytes]:
    """An opened file's bytes, a piece at a time."""
    while piece := opened.read(_PIECE_BYTES):
        yield piece


def sha256_of_bytes(storage: PhotoStorage, name: str) -> str:
    """Of what is there, whatever was noted when it was saved. Raises FileNotFoundError, StorageUnavailable."""
    digest = hashlib.sha256()
    with storage.open(name) as opened:
        for piece in pieces(opened):
            digest.update(piece)
    return digest.hexdigest()
