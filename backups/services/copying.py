"""A second copy of a backup, in another place."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.core.files.storage import InvalidStorageError, Storage, storages
from django.utils import timezone

from core.storage.errors import StorageUnavailable
from core.storage.photos import storage_named

logger = logging.getLogger(__name__)

FOLDER = "backups"
# Its own words are about photos, which may be elsewhere.
_UNREACHABLE = "The second place could not be reached; the log says why."


def storage_of_copies() -> Storage | None:
    """The storage that BACKUP_COPY_TO names: an alias of STORAGES, or a storage that photos may live in.

    None where there is none. Raises ImproperlyConfigured.
    """
    name = settings.BACKUP_COPY_TO
    return _storage(name) if name else None


def copy(path: Path, *, sha256: str, on_bytes: Callable[[int], None]) -> dict[str, Any]:
    """Copies the backup, if there is a second place, and answers what the row says of it.

    What goes wrong is written there and in the log: the backup itself is none the worse for it.
    """
    name = settings.BACKUP_COPY_TO
    if not name:
        return {}
    try:
        storage = _storage(name)
        target = f"{FOLDER}/{path.name}"
        if not _is_there(storage, target, path.stat().st_size, sha256):
            with path.open("rb") as opened:
                saved = storage.save(target, _Counted(opened, on_bytes))
            _check(storage, saved, target, path.stat().st_size)
    except Exception as error:  # a storage of STORAGES may raise anything
        message = _UNREACHABLE if isinstance(error, StorageUnavailable) else str(error) or type(error).__name__
        logger.exception("cannot copy backup %s to %s", path.name, name)
        return {"copied_at": None, "copy_storage": name, "copy_error": message[:500]}
    return {"copied_at": timezone.now(), "copy_storage": name, "copy_error": ""}


def remove(backup_name: str, *, storage_name: str) -> None:
    """Removes a copy; one that cannot be removed is in the log."""
    try:
        _storage(storage_name).delete(f"{FOLDER}/{backup_name}")
    except Exception:  # as above
        logger.exception("cannot remove the copy of backup %s in %s", backup_name, storage_name)


def _storage(name: str) -> Storage:
    if name in settings.PHOTO_STORAGES:
        return storage_named(name)
    try:
        return storages[name]
    except InvalidStorageError as error:
        known = ", ".join(sorted({*settings.PHOTO_STORAGES, *settings.STORAGES}))
        raise ImproperlyConfigured(f'BACKUP_COPY_TO is one of {known}, not "{name}".') from error


def _is_there(storage: Storage, name: str, size_bytes: int, sha256: str) -> bool:
    """Whether an attempt that was ended has copied it already: a backup ends with its SHA-256."""
    if not storage.exists(name) or storage.size(name) != size_bytes:
        return False
    with storage.open(name) as opened:
        opened.seek(-len(sha256), os.SEEK_END)
        return bool(opened.read() == sha256.encode())


def _check(storage: Storage, saved: str, target: str, size_bytes: int) -> None:
    if saved != target:  # somebody's file of the name: a backup of another site that has the same place
        storage.delete(saved)
        raise OSError(f"There is another file named {target} already; give each site a place of its own.")
    if storage.size(saved) != size_bytes:
        storage.delete(saved)
        raise OSError("The copy has another size than the backup.")


class _Counted(File[bytes]):
    """Tells of each piece that is read."""

    def __init__(self, file: IO[bytes], on_bytes: Callable[[int], None]) -> None:
        super().__init__(file, name="backup.zip")
        self._on_bytes = on_bytes

    def read(self, size: int = -1) -> bytes:
        data = bytes(self.file.read(size))  # type: ignore[union-attr]  # open while it is copied
        self._on_bytes(len(data))
        return data
