"""An archive being read, no byte of which is taken on trust."""

import errno
import hashlib
import io
import os
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from . import sealing
from .errors import ArchiveError, beyond_manifest, damaged
from .layout import COMMENT, DATABASES, DIGEST_LENGTH, FILES, MANIFEST, check_name
from .manifest import Manifest, Member
from .parsing import parsed
from .sealing import Seal
from .streams import PIECE_BYTES, Expected, Limited, Nowhere, OnBytes, uncounted

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

# What the ZIP's directory and the manifest may take in memory: five million members and more.
_MOST_BYTES = 1 << 30
_TICK_S = 1.0
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_DIGEST = re.compile(re.escape(COMMENT) + rb"([0-9a-f]{%d})" % DIGEST_LENGTH)
_LOCAL_HEADER = b"PK\x03\x04"
_LOCAL_HEADER_BYTES = 30
_FIRST_NAMES = tuple(name.encode() for name in (*DATABASES, FILES, MANIFEST, sealing.KEY))
# What the system says of a place in a file that cannot be, as a damaged directory tells of.
_ABSURD = (None, errno.EINVAL, errno.EOVERFLOW)


class ArchiveReader:
    """A backup whose directory and manifest agree; `check` and `copy` say whether its bytes do.

    `digest` is the SHA-256 (hexadecimal) that the file's end claims. Raises ArchiveError, and OSError where the file
    cannot be read. With a passphrase opening takes a second or more.
    """

    digest: str
    is_encrypted: bool
    manifest: Manifest

    def __init__(self, path: Path, *, passphrase: str = "") -> None:
        self._file = _File(path)
        try:
            self._open(passphrase)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def copy(self, member: Member, target: "SupportsWrite[bytes]", *, on_bytes: OnBytes = uncounted) -> None:
        """Writes a member's plain bytes to the target, never more than `member.size` of them.

        Raises ArchiveError (beyond_manifest, damaged), at the last after the last byte: what was written until then is
        to be thrown away. What the target raises is raised as itself.
        """
        expected = Expected(member, target, on_bytes)
        self._pour(member.name, self._stored_name(member.name), expected)
        expected.end()

    def check(self, *, on_bytes: OnBytes = uncounted) -> None:
        """Reads everything: finds every byte of the file that is not as it was written. Raises ArchiveError.

        `on_bytes` is told the number of plain bytes of each piece, and 0 about every second while only the digest of
        the file is waited for.
        """
        stop = Event()
        with ThreadPoolExecutor(1, "backup-digest") as thread:
            digest = thread.submit(self._digest_of_file, stop)
            try:
                for member in self.manifest.members:
                    self.copy(member, Nowhere(), on_bytes=on_bytes)
                while not wait([digest], _TICK_S).done:
                    on_bytes(0)
            finally:
                stop.set()
        if digest.result() != self.digest:
            raise damaged("The file is not as it was written: its SHA-256 is not the one that it ends with.")

    def _open(self, passphrase: str) -> None:
        self._size = os.fstat(self._file.fileno()).st_size
        self.digest = _claimed_digest(self._file, self._size)
        with _damage("The ZIP's directory"):
            self._zip = zipfile.ZipFile(self._file)
        if self._zip.comment != COMMENT + self.digest.encode():
            raise damaged("The ZIP's directory in the backup is not the last thing in the file.")
        self.is_encrypted = sealing.KEY in self._zip.NameToInfo
        self._check_directory()
        self._seal: Seal | None = None
        if self.is_encrypted:
            key = Limited(sealing.KEY, sealing.LARGEST_KEY_BYTES)
            self._pour(sealing.KEY, sealing.KEY, key)
            self._seal = Seal.unlocked(bytes(key.content), passphrase)
        self.manifest = parsed(self._manifest_text())
        self._check_members()

    def _stored_name(self, name: str) -> str:
        return name + sealing.SUFFIX if self.is_encrypted else name

    def _check_directory(self) -> None:
        infos = self._zip.filelist
        if len(self._zip.NameToInfo) != len(infos):
            raise beyond_manifest("A name stands twice in the backup.")
        for info in infos:
            if self.is_encrypted and info.filename == sealing.KEY:
                continue
            if self.is_encrypted and not info.filename.endswith(sealing.SUFFIX):
                raise beyond_manifest(f"{info.filename!a} in the backup is not encrypted as the others are.")
            info.date_time = _NO_DATE  # one for all: it takes a fifth of what a member takes in memory
            check_name(info.filename.removesuffix(sealing.SUFFIX) if self.is_encrypted else info.filename)
            if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
                raise beyond_manifest(f"{info.filename} in the backup is compressed.")

    def _check_members(self) -> None:
        members = self.manifest.members
        for member in members:
            info = self._zip.NameToInfo.get(self._stored_name(member.name))
            if info is None or info.file_size < member.size:
                raise damaged(f"{member.name} is not in the backup, or not whole.")
            if info.file_size > member.size and not self.is_encrypted:
                raise beyond_manifest(f"{member.name} is larger than the backup's manifest says.")
        if len(self._zip.filelist) != len(members) + 1 + self.is_encrypted:
            known = {self._stored_name(member.name) for member in members} | {self._stored_name(MANIFEST), sealing.KEY}
            other = next(name for name in self._zip.NameToInfo if name not in known)
            raise beyond_manifest(f"{other} is in the backup, but not in its manifest.")
        if sum(member.size for member in members) > self._size:  # members that lie over each other
            raise beyond_manifest("The backup's members are larger than the file.")

    def _manifest_text(self) -> str:
        manifest = Limited(MANIFEST, min(self._size, _MOST_BYTES))
        self._pour(MANIFEST, self._stored_name(MANIFEST), manifest)
        with _damage(MANIFEST):
            return manifest.content.decode()

    def _pour(self, name: str, stored_name: str, target: "SupportsWrite[bytes]") -> None:
        info = self._zip.NameToInfo.get(stored_name)
        if info is None:
            raise damaged(f"{name} is not in the backup.")
        with _damage(name):
            opened = self._zip.open(info)
        with opened:
            source = _Source(name, opened)
            if self._seal:
                self._seal.decrypt(name, source, target)
            else:
                while piece := source.read(PIECE_BYTES):
                    target.write(piece)

    def _digest_of_file(self, stop: Event) -> str:
        digest = hashlib.sha256()
        place, end = 0, self._size - DIGEST_LENGTH
        while place < end and not stop.is_set():
            # Has no place in the file of its own, which the other thread needs.
            piece = os.pread(self._file.fileno(), min(PIECE_BYTES, end - place), place)
            if not piece:
                break
            digest.update(piece)
            place += len(piece)
        return digest.hexdigest()


class _File(io.FileIO):
    """zipfile reads a directory of whatever size the file claims at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _MOST_BYTES:
            raise damaged("The ZIP's directory in the backup is larger than it can be.")
        return super().read(size) or b""


class _Source:
    """A member's stored bytes; errors of the file's format are ArchiveErrors."""

    def __init__(self, name: str, opened: IO[bytes]) -> None:
        self._name = name
        self._opened = opened

    def read(self, size: int = PIECE_BYTES, /) -> bytes:
        with _damage(self._name):
            return self._opened.read(size)


@contextmanager
def _damage(name: str) -> Iterator[None]:
    """Around zipfile alone, which on damaged bytes raises nearly anything: struct.error, RuntimeError, MemoryError …"""
    try:
        yield
    except ArchiveError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in _ABSURD:
            raise
        raise damaged(f"{name} in the backup cannot be read ({error or type(error).__name__}).") from error


def _claimed_digest(file: IO[bytes], size: int) -> str:
    """Raises ArchiveError: damaged where the file begins as a backup does, else not_a_backup."""
    file.seek(max(size - len(COMMENT) - DIGEST_LENGTH, 0))
    if match := _DIGEST.fullmatch(file.read(len(COMMENT) + DIGEST_LENGTH)):
        return match[1].decode()
    file.seek(0)
    start = file.read(_LOCAL_HEADER_BYTES + max(map(len, _FIRST_NAMES)))
    if start.startswith(_LOCAL_HEADER) and start[_LOCAL_HEADER_BYTES:].startswith(_FIRST_NAMES):
        raise damaged("The backup's end is missing or was changed; it may have been copied in part.")
    raise ArchiveError("not_a_backup", "The file is not a backup of this site. Choose one that the site wrote.")
