"""What a backup says of itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .layout import DATABASES, FILES

FORMAT: Final = 1
REASONS: Final = ("missing", "damaged")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive: its size in bytes and its SHA-256 in hexadecimal, both of the plain bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that a row names and the backup cannot give back as it was.

    `name` is that in the storage and `row` says whose it is (`photo <uuid>`). The reason is "missing", or "damaged"
    where its bytes are in the archive but are not those that the row's SHA-256 tells of.
    """

    name: str
    row: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was backed up: versions by product, migrations by app, the number of rows by table."""

    created_at: datetime
    kind: str
    vendor: str
    versions: Mapping[str, str]
    migrations: Mapping[str, Sequence[str]]
    rows: Mapping[str, int]
    missing: Sequence[Missing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The facts and every member but the manifest itself; exactly one of them is a database."""

    facts: Facts
    members: Sequence[Member]

    @property
    def database(self) -> Member:
        """The dump."""
        return next(member for member in self.members if member.name in DATABASES)

    @property
    def files(self) -> Iterator[Member]:
        """The members below `files/`."""
        return (member for member in self.members if member.name.startswith(FILES))
