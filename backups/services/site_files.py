"""The files that rows name, at one moment of the database, and their bytes."""

import errno
import itertools
import json
import logging
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import IO, Self, cast

from django.conf import settings

from backups.archive import layout
from backups.archive.errors import ArchiveError
from core.storage.base import PhotoStorage
from core.storage.errors import StorageUnavailable
from poses.services.stored_files import all_file_rows

from .errors import BackupFailed

_READ_AHEAD = 4
_KEPT_IN_MEMORY_BYTES = 4 << 20
# A storage that is busy for a moment ends no backup of hours.
_PAUSES_S = (1.0, 5.0, 15.0)
_TICK_S = 1.0
# A folder, or a link to itself: the other files are to be backed up all the same.
_NO_FILES = (errno.EISDIR, errno.ELOOP)
_UNREADABLE_AT_MOST = 10

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file of the storage, the row that names it in words, and the SHA-256 by that row, where it has one."""

    name: str
    row: str
    sha256: str


class FileList:
    """Every file that a row names, kept on disk while they are read: the rows may be gone by then."""

    def __init__(self) -> None:
        # Beside the backup: the system's folder for such files may be memory.
        self._lines = tempfile.TemporaryFile("w+", encoding="utf-8", dir=settings.BACKUP_DIR)  # noqa: SIM115
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._lines.close()

    def fill(self, *, using: str) -> None:
        """Writes down what the rows of a database name. Raises BackupFailed for a name that no backup may have."""
        for rows in all_file_rows():
            for some in rows.all(using=using):
                for row in some:
                    for name in row.names:
                        _check(name, f"{rows.label} {row.id}")
                        line = json.dumps([name, f"{rows.label} {row.id}", row.sha256_of(name)])
                        self._lines.write(f"{line}\n")
                        self.count += 1

    def __iter__(self) -> Iterator[SiteFile]:
        """In the order of the rows."""
        self._lines.seek(0)
        for line in self._lines:
            yield SiteFile(*json.loads(line))


def estimated_bytes(*, using: str) -> int:
    """Of all files together, by what the rows say."""
    return sum(rows.total_bytes(using=using) for rows in all_file_rows())


def read_ahead(
    storage: PhotoStorage, files: FileList, *, tick: Callable[[], None]
) -> Generator[tuple[SiteFile, IO[bytes] | None], None, None]:
    """Each file with its bytes, to be closed by whoever gets them; None where it is missing, or is one of a few that
    cannot be read though the storage answers: a bad sector under one photo is no reason to go without a backup.

    A few are fetched while one is written, for buckets answer slowly and many at a time; `tick` is called every second
    that one is waited for. Raises BackupFailed where the storage is down.
    """
    waiting: deque[tuple[SiteFile, Future[IO[bytes] | None]]] = deque()
    unreadable = 0
    rest = iter(files)
    threads = ThreadPoolExecutor(max_workers=_READ_AHEAD)
    try:
        for file in itertools.islice(rest, _READ_AHEAD):
            waiting.append((file, threads.submit(_fetched, storage, file.name)))
        while waiting:
            file, future = waiting.popleft()
            while not wait([future], _TICK_S).done:
                tick()
            try:
                content = future.result()
            except StorageUnavailable as error:
                unreadable += 1
                message = f"{file.name} ({file.row}) could not be read. {error.message}"
                if unreadable > _UNREADABLE_AT_MOST or not _answers(storage):
                    raise BackupFailed(error.code, message) from error
                logger.error(message)  # its cause is in the log already
                content = None
            for following in itertools.islice(rest, 1):
                waiting.append((following, threads.submit(_fetched, storage, following.name)))
            yield file, content
    finally:
        threads.shutdown(cancel_futures=True)
        for _, future in waiting:
            if not future.cancelled() and future.exception() is None and (content := future.result()) is not None:
                content.close()


def _check(name: str, row: str) -> None:
    try:
        layout.check_name(layout.FILES + name)
    except ArchiveError as error:
        message = f"{row} names a file that no storage may have. {error.message} Correct that row, or delete it."
        raise BackupFailed(error.code, message) from error


def _answers(storage: PhotoStorage) -> bool:
    try:
        storage.check()
    except StorageUnavailable:
        return False
    return True


def _fetched(storage: PhotoStorage, name: str) -> IO[bytes] | None:
    for pause in (*_PAUSES_S, None):
        try:
            return _whole(storage, name)
        except FileNotFoundError:
            return None
        except StorageUnavailable:
            if pause is None:
                raise
            time.sleep(pause)
    raise AssertionError("unreachable")


def _whole(storage: PhotoStorage, name: str) -> IO[bytes]:
    """All of it or nothing: a file whose second half is missing must not end in the middle of the archive."""
    kept = tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY_BYTES, dir=str(settings.BACKUP_DIR))  # noqa: SIM115
    try:
        storage.copy_to(name, kept)
        kept.seek(0)
    except BaseException as error:
        kept.close()
        if isinstance(error, OSError) and error.errno in _NO_FILES:
            raise FileNotFoundError(f"{name} is no file: {error.strerror}") from error
        raise
    return cast(IO[bytes], kept)
