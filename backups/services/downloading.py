"""Handing a backup's file to an operator, and writing down who took it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from accounts.models import User
from backups.models import Backup, Download
from core.errors import DomainError
from core.ranges import ByteRange, range_of

from . import folder

logger = logging.getLogger(__name__)

_PIECE_BYTES = 1 << 18


class NotHere(DomainError):
    """The row is there, the file is not."""

    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(
            "not_here",
            f"The file {name} is not in this machine's folder of backups. It may have been moved, or BACKUP_DIR is"
            " another folder than it was.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks, by which way (a Download.Way), and from where; the address is None where nobody can say."""

    user: User
    way: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is to be sent: `part` of the file, or all of it where that is None."""

    path: Path
    name: str
    etag: str
    total_bytes: int
    part: ByteRange | None

    @property
    def sent(self) -> ByteRange:
        """The bytes that are sent, be it all of them."""
        return self.part or ByteRange(0, self.total_bytes - 1, self.total_bytes)


def part_of(backup: Backup, *, wanted: str | None = None, if_range: str | None = None) -> Part:
    """What the headers Range (`wanted`) and If-Range ask for. Raises NotHere, RangeNotSatisfiable."""
    path = folder.path_of(backup)
    try:
        total_bytes = path.stat().st_size
    except FileNotFoundError as error:
        raise NotHere(backup.name) from error
    if not total_bytes:
        raise NotHere(backup.name)
    etag = f'"{backup.sha256}"'
    part = range_of(wanted, total_bytes=total_bytes, if_range=if_range, etag=etag)
    return Part(path=path, name=backup.name, etag=etag, total_bytes=total_bytes, part=part)


class Pieces:
    """The bytes of a part, a piece at a time; the file is closed at their end, or by `close`."""

    def __init__(self, file: BinaryIO, part: ByteRange) -> None:
        self.size_bytes = part.size_bytes
        self._file = file
        self._first = part.first

    def __iter__(self) -> Iterator[bytes]:
        """The pieces."""
        with self._file as file:
            file.seek(self._first)
            left = self.size_bytes
            while left and (piece := file.read(min(left, _PIECE_BYTES))):
                left -= len(piece)
                yield piece

    def close(self) -> None:
        """Django's, where the client has left."""
        self._file.close()


def begin(backup: Backup, part: Part, *, requester: Requester) -> Pieces:
    """Opens the file and writes the download down, in the log too. Raises NotHere."""
    try:
        file = part.path.open("rb")
    except FileNotFoundError as error:
        raise NotHere(backup.name) from error
    user, sent = requester.user, part.sent
    Download.objects.create(
        backup=backup,
        user=user,
        email=user.email,
        way=requester.way,
        address=requester.address,
        first_byte=sent.first,
        last_byte=sent.last,
    )
    logger.info(
        "backup %s: bytes %d to %d of %d are downloaded by user %s (%s, %s)",
        *(backup.name, sent.first, sent.last, part.total_bytes, user.pk, requester.way, requester.address or "-"),
    )
    return Pieces(file, sent)
