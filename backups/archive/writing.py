"""An archive being written, in one pass and in little memory."""

import contextlib
import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from . import sealing
from .hashed_file import HashedFile
from .layout import COMMENT, DATABASES, DIGEST_LENGTH, MANIFEST, check_name
from .manifest import Facts, Member
from .sealing import Seal
from .spool import ManifestSpool
from .streams import PIECE_BYTES, Counted, OnBytes, Readable, uncounted

_UNIX = 3
_MODE = (stat.S_IFREG | 0o600) << 16


class ArchiveWriter:
    """A backup that is one only when `finish` has returned; with a passphrase its members are encrypted.

    What is left at `path` without that is no backup, and the caller's to remove. Raises OSError where the disk is full
    or broken. `on_bytes` is told the number of bytes of each piece that was read.
    """

    def __init__(self, path: Path, *, passphrase: str = "", on_bytes: OnBytes = uncounted) -> None:
        self._on_bytes = on_bytes
        self._date_time = datetime.now(UTC).timetuple()[:6]
        self._has_database = False
        self._member_count = self._plain_bytes = 0
        self._seal: Seal | None = None
        with contextlib.ExitStack() as opened:
            self._output = opened.enter_context(contextlib.closing(HashedFile(path)))
            self._spool = opened.enter_context(contextlib.closing(ManifestSpool(path.parent)))
            self._zip = zipfile.ZipFile(self._output, "w")
            if passphrase:
                seal = Seal.made()
                self._store(sealing.KEY, io.BytesIO(seal.locked(passphrase)))
                self._seal = seal
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._opened.close()

    def __contains__(self, name: str) -> bool:
        """Whether there is a member of the name already."""
        return self._stored_name(name) in self._zip.NameToInfo

    @property
    def member_count(self) -> int:
        """Without the manifest."""
        return self._member_count

    @property
    def plain_bytes(self) -> int:
        """Of all members together, without the manifest."""
        return self._plain_bytes

    def add(self, name: str, source: Readable) -> Member:
        """Streams what is left in the source into the archive.

        What the source raises is raised as itself; the archive then has no such member and may be gone on with. Raises
        ArchiveError, unsafe_name, and ValueError for a name that is there already and for a second database.
        """
        check_name(name)
        if name == MANIFEST or name in self:
            raise ValueError(f"{name} is in the archive already, or will be.")
        if name in DATABASES and self._has_database:
            raise ValueError("A backup has one database.")
        counted = Counted(source, self._on_bytes)
        self._store(self._stored_name(name), counted)
        member = Member(name, counted.size, counted.sha256)
        self._spool.add(member)
        self._has_database |= name in DATABASES
        self._member_count += 1
        self._plain_bytes += member.size
        return member

    def finish(self, facts: Facts) -> str:
        """Makes the file a backup, safely on the disk, and answers the digest that it ends with (hexadecimal)."""
        if not self._has_database:
            raise ValueError("A backup has a database.")
        self._store(self._stored_name(MANIFEST), self._spool.finished(facts))
        self._zip.comment = COMMENT + bytes(DIGEST_LENGTH)
        self._zip.close()
        return self._output.signed()

    def _stored_name(self, name: str) -> str:
        return name + sealing.SUFFIX if self._seal else name

    def _store(self, name: str, source: Readable) -> None:
        with _entry(self._zip, name, self._date_time) as entry:
            if self._seal:
                self._seal.encrypt(source, entry)
            else:
                while piece := source.read(PIECE_BYTES):
                    entry.write(piece)


@contextmanager
def _entry(archive: zipfile.ZipFile, name: str, date_time: tuple[int, ...]) -> Iterator["_Entry"]:
    """A member that is in the archive's directory only if nothing was raised."""
    info = zipfile.ZipInfo(name, date_time)  # type: ignore[arg-type]
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = _UNIX
    info.external_attr = _MODE
    entry = _Entry(archive, info)
    try:
        yield entry
    except BaseException:
        entry.drop()
        raise
    entry.close()


class _Entry:
    """Opened when there is more than a piece: what is smaller needs no header with 64-bit sizes."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._info = info
        self._start = b""
        self._opened: IO[bytes] | None = None

    def write(self, piece: bytes) -> int:
        if self._opened is None and len(self._start) + len(piece) < PIECE_BYTES:
            self._start += piece
            return len(piece)
        if self._opened is None:
            self._opened = self._archive.open(self._info, "w", force_zip64=True)
            self._opened.write(self._start)
        return self._opened.write(piece)

    def close(self) -> None:
        if self._opened is None:
            self._archive.writestr(self._info, self._start)
        else:
            self._opened.close()

    def drop(self) -> None:
        """The bytes stay where they are, but nothing leads to them."""
        if self._opened is not None:
            with contextlib.suppress(OSError):  # it is the first error that counts
                self._opened.close()
            if self._archive.NameToInfo.pop(self._info.filename, None):
                self._archive.filelist.pop()
