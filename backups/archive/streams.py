"""Bytes on their way into and out of an archive, by the megabyte, counted and hashed as they pass."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from .errors import beyond_manifest, damaged
from .manifest import Member

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

PIECE_BYTES: Final = 1 << 20

OnBytes = Callable[[int], None]


class Readable(Protocol):
    """A stream of bytes; an empty piece is its end."""

    def read(self, size: int, /) -> bytes: ...  # noqa: D102


def uncounted(_count: int, /) -> None:
    """An `on_bytes` for those who do not want to know."""


class Counted:
    """What is read from a source: its size and SHA-256 so far."""

    def __init__(self, source: Readable, on_bytes: OnBytes = uncounted) -> None:
        self._source = source
        self._on_bytes = on_bytes
        self._hash = hashlib.sha256()
        self.size = 0

    def read(self, size: int = PIECE_BYTES, /) -> bytes:
        """Less than `size` bytes at the end only, whatever the source does: storages answer in pieces of their own."""
        parts = []
        left = size
        while left > 0 and (part := self._source.read(left)):
            parts.append(part)
            left -= len(part)
        piece = parts[0] if len(parts) == 1 else b"".join(parts)
        if piece:
            self._hash.update(piece)
            self.size += len(piece)
            self._on_bytes(len(piece))
        return piece

    @property
    def sha256(self) -> str:
        """In hexadecimal."""
        return self._hash.hexdigest()


class Expected:
    """Hands on to a target what the manifest says of a member, and never a byte more."""

    def __init__(self, member: Member, target: "SupportsWrite[bytes]", on_bytes: OnBytes) -> None:
        self._member = member
        self._target = target
        self._on_bytes = on_bytes
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, piece: bytes) -> int:
        """Raises ArchiveError, beyond_manifest, before anything is handed on that is too much."""
        self._size += len(piece)
        if self._size > self._member.size:
            raise beyond_manifest(f"{self._member.name} is larger than the backup's manifest says.")
        self._hash.update(piece)
        self._target.write(piece)
        self._on_bytes(len(piece))
        return len(piece)

    def end(self) -> None:
        """Raises ArchiveError, damaged, where not all bytes came or others than were written."""
        if self._size != self._member.size or self._hash.hexdigest() != self._member.sha256:
            raise damaged(f"{self._member.name} in the backup is not what was written (size or SHA-256).")


class Limited:
    """Keeps up to `most` bytes in memory."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self.content = bytearray()

    def write(self, piece: bytes) -> int:
        """Raises ArchiveError, beyond_manifest."""
        if len(self.content) + len(piece) > self._most:
            raise beyond_manifest(f"{self._name} in the backup is larger than it can be.")
        self.content += piece
        return len(piece)


class Nowhere:
    """Takes everything and keeps nothing."""

    def write(self, piece: bytes, /) -> int:
        """Nothing but the length."""
        return len(piece)
