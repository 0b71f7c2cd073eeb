"""Looking at every byte of a backup's file."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings

from backups.archive.errors import ArchiveError
from backups.archive.manifest import Manifest
from backups.archive.reading import ArchiveReader
from backups.databases import engine_of
from backups.databases.errors import DumpDamaged

from .errors import BackupFailed

_TELL_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """A backup's manifest, the digest that its file ends with, and whether it is encrypted."""

    manifest: Manifest
    digest: str
    is_encrypted: bool


def opened(path: Path) -> ArchiveReader:
    """The backup at a path. Raises BackupFailed where it is none, is damaged, or needs another passphrase."""
    try:
        return ArchiveReader(path, passphrase=settings.BACKUP_PASSPHRASE)
    except FileNotFoundError as error:
        raise BackupFailed("no_file", f"There is no file {path}.") from error
    except ArchiveError as error:
        remedy = " It is what BACKUP_PASSPHRASE was then." if error.code.startswith("passphrase") else ""
        raise BackupFailed(error.code, f"{path.name}: {error.message}{remedy}") from error
    except OSError as error:
        raise BackupFailed("unreadable", f"{path} cannot be read: {error.strerror or error}.") from error


def seen(reader: ArchiveReader) -> Seen:
    """What an opened backup says of itself."""
    return Seen(reader.manifest, reader.digest, reader.is_encrypted)


def verify(
    path: Path, *, scratch: Path, on_bytes: Callable[[int], None], tick: Callable[[], None], is_new: bool = False
) -> Seen:
    """What the backup says, once the file's digest, each member's SHA-256 and the database itself were found good.

    The database is looked at while another thread reads everything; `on_bytes`, called by the caller's own thread, is
    told of the bytes of members so far. `is_new`: it was made just now, and its database looked at then. Raises
    BackupFailed naming what is wrong.
    """
    with opened(path) as reader:
        try:
            with _Reading(reader, on_bytes) as reading:
                _check_database(reader, reading, scratch=scratch, tick=tick, is_new=is_new)
        except ArchiveError as error:
            raise BackupFailed(error.code, f"{path.name}: {error.message}") from error
        return seen(reader)


def _check_database(
    reader: ArchiveReader, reading: "_Reading", *, scratch: Path, tick: Callable[[], None], is_new: bool
) -> None:
    def on_tick() -> None:
        reading.tell()
        tick()

    manifest = reader.manifest
    engine = engine_of(manifest.facts.vendor)
    try:
        engine.check(
            lambda target: reader.copy(manifest.database, target), scratch=scratch, tick=on_tick, is_new=is_new
        )
    except DumpDamaged:
        reading.finish()  # what is wrong with the file itself says more
        raise


class _Reading:
    """A thread that reads all of a backup; left early it ends, else it is waited for. Raises ArchiveError."""

    def __init__(self, reader: ArchiveReader, on_bytes: Callable[[int], None]) -> None:
        self._on_bytes = on_bytes
        self._is_over = False
        self._read = 0
        self._told = 0
        self._threads = ThreadPoolExecutor(1)
        self._checking = self._threads.submit(reader.check, on_bytes=self._count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self.finish()
        finally:
            self._is_over = True
            self._threads.shutdown()

    def tell(self) -> None:
        """Tells of the bytes that were read since the last time."""
        read = self._read
        if read > self._told:
            self._on_bytes(read - self._told)
            self._told = read

    def finish(self) -> None:
        """Waits for its end. Raises ArchiveError."""
        while not wait([self._checking], _TELL_EVERY_S).done:
            self.tell()
        self.tell()
        self._checking.result()

    def _count(self, count: int) -> None:
        if self._is_over:
            raise _Left
        self._read += count


class _Left(Exception):
    """Nobody waits for the rest."""
