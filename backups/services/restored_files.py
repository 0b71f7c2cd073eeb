"""Files of a backup on their way into the storage, and away again where a restore fails."""

import logging
import shutil
import tempfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.core.files.base import File

from backups.archive import layout
from backups.archive.manifest import Manifest, Member
from backups.archive.reading import ArchiveReader
from core.errors import DomainError
from core.storage.base import PhotoStorage
from core.storage.local import LocalStorage
from poses.services.stored_files import sha256_of_bytes

from . import folder
from .errors import RestoreRefused

logger = logging.getLogger(__name__)

_KEPT_IN_MEMORY_BYTES = 4 << 20
_SAVED_AT_ONCE = 4
_UNREADABLE = "unreadable"

OnBytes = Callable[[int], None]


def restore_files(
    reader: ArchiveReader, manifest: Manifest, storage: PhotoStorage, *, added: list[str], on_bytes: OnBytes
) -> list[Member]:
    """Saves what the storage lacks, noting it in `added`; answers the members that are there with other bytes.

    Raises ArchiveError, StorageUnavailable, StorageFull.
    """
    differing = []
    waiting: deque[tuple[str, Future[str]]] = deque()
    with ThreadPoolExecutor(max_workers=_SAVED_AT_ONCE) as threads:
        try:
            for member in manifest.files:
                name = name_in_storage(member)
                found = _found(storage, name)
                if found == member.sha256:
                    continue
                if found:
                    differing.append(member)
                    continue
                waiting.append((name, threads.submit(save, storage, name, content_of(reader, member, on_bytes))))
                if len(waiting) > _SAVED_AT_ONCE:
                    _note_saved(storage, *waiting.popleft(), added)
            while waiting:
                _note_saved(storage, *waiting.popleft(), added)
        except BaseException:
            # Those under way are saved, or not, before anybody takes them away.
            added += [future.result() for _, future in waiting if future.exception() is None]
            raise
    return differing


def name_in_storage(member: Member) -> str:
    """Of a member below `files/`."""
    return member.name.removeprefix(layout.FILES)


def take_away(storage: PhotoStorage, names: list[str]) -> None:
    """Removes files again; one that cannot be removed is in the log."""
    for name in names:
        try:
            storage.delete(name)
        except (DomainError, OSError):
            logger.exception("cannot take %s away again; manage.py sweep_photos finds it", name)


def check_room(storage: PhotoStorage, manifest: Manifest) -> None:
    """Only a folder can be asked. Raises RestoreRefused."""
    if not isinstance(storage, LocalStorage):
        return
    there = Path(storage.location)
    while not there.exists():
        there = there.parent
    needed = sum(member.size for member in manifest.files if not storage.exists(name_in_storage(member)))
    free = shutil.disk_usage(there).free
    if free < needed:
        error = folder.no_room(there, needed_bytes=needed, free_bytes=free)
        raise RestoreRefused("no_space", f"The photos have no room. {error.message}")


def _found(storage: PhotoStorage, name: str) -> str:
    """The SHA-256 of the bytes that the storage has under the name, whatever it noted; empty where there is nothing."""
    if not storage.exists(name):
        return ""
    try:
        return sha256_of_bytes(storage, name)
    except FileNotFoundError:  # the name is there, and its bytes are not
        return _UNREADABLE


def content_of(reader: ArchiveReader, member: Member, on_bytes: OnBytes) -> IO[bytes]:
    """A member's bytes, all of them good, for its reader to close. Raises ArchiveError."""
    kept = cast(
        IO[bytes],
        tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY_BYTES, dir=str(settings.BACKUP_DIR)),  # noqa: SIM115  # its reader's
    )
    try:
        reader.copy(member, kept, on_bytes=on_bytes)
        kept.seek(0)
    except BaseException:
        kept.close()
        raise
    return kept


def save(storage: PhotoStorage, name: str, content: IO[bytes]) -> str:
    """The name that the storage gave to it. Raises StorageUnavailable, StorageFull."""
    with content:
        return storage.save(name, File(content, name))


def _note_saved(storage: PhotoStorage, name: str, future: Future[str], added: list[str]) -> None:
    saved = future.result()
    added.append(saved)
    if saved != name:
        raise RestoreRefused(
            "storage_in_use", f"Somebody saved {name} meanwhile. Stop the site and its workers, then restore again."
        )
