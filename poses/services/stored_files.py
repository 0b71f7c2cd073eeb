"""The files that rows name, and their bytes, for what goes through the whole storage.

Apps register their models when they are loaded, so that moving, sweeping and backing up leave no file out.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, Model, Q, Sum

from core.storage.base import PhotoStorage

_AT_ONCE = 500
_PIECE_BYTES = 1 << 20
# More than most thumbnails have.
_ESTIMATED_BYTES = 32 << 10


@dataclass(frozen=True, slots=True)
class StoredRow:
    """What a row says of its files: their names, and the SHA-256 of the first where the row has it."""

    id: UUID
    created_at: datetime
    names: tuple[str, ...]
    sha256: str

    def sha256_of(self, name: str) -> str:
        """As the row has it; empty where it has none."""
        return self.sha256 if self.names and name == self.names[0] else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRows:
    """A model whose rows name files.

    `fields` are its FileFields, `sha256_field` and `size_field` the columns with the hash and the bytes of the first.
    `layout` matches the names that the site gives such files, with the row's id in the group `id`; what no layout
    matches is not the site's. Rows have a UUID as `id`, and `created_at`.
    """

    label: str
    model: type[Model]
    fields: tuple[str, ...]
    layout: "re.Pattern[str]"
    sha256_field: str = ""
    size_field: str = ""

    def count(self, using: str = DEFAULT_DB_ALIAS) -> int:
        """How many files there are at most."""
        return len(self.fields) * int(self._rows_of(using).count())

    def total_bytes(self, using: str = DEFAULT_DB_ALIAS) -> int:
        """About the bytes of all files: as the rows have it, and 32 KB for each whose size no row has."""
        named = [~Q(**{field: ""}) for field in self.fields]
        estimated = named[1:] if self.size_field else named
        sums: dict[str, Any] = {f"files_{n}": Count("pk", filter=each) for n, each in enumerate(estimated)}
        if self.size_field:
            sums["size"] = Sum(self.size_field, filter=named[0], default=0)
        found = self._rows_of(using).aggregate(**sums)
        return int(found.pop("size", 0) + _ESTIMATED_BYTES * sum(found.values()))

    def name_any(self) -> bool:
        """Whether there is a row that names a file."""
        condition = Q()
        for field in self.fields:
            condition |= ~Q(**{field: ""})
        return bool(self._rows.filter(condition).exists())

    def all(self, using: str = DEFAULT_DB_ALIAS) -> Iterator[Sequence[StoredRow]]:
        """Every row in the order of creation, some hundreds at a time, with those that are added meanwhile."""
        columns = ("id", "created_at", *self.fields, *filter(None, [self.sha256_field]))
        rows = self._rows_of(using).order_by("created_at", "id").values_list(*columns)
        some = rows[:_AT_ONCE]
        while stored := [self._stored(row) for row in some]:
            yield stored
            last = stored[-1]
            after = Q(created_at__gt=last.created_at) | Q(created_at=last.created_at, id__gt=last.id)
            some = rows.filter(after, created_at__gte=last.created_at)[:_AT_ONCE]

    def still_there(self, ids: Sequence[UUID]) -> set[UUID]:
        """Those of the rows that nobody has deleted meanwhile."""
        return set(self._rows.filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()

    def id_in(self, name: str) -> UUID | None:
        """The id of the row that a file of this name is of; None where it is none of these."""
        matched = self.layout.fullmatch(name)
        return UUID(matched["id"]) if matched else None

    def named_by(self, ids: Sequence[UUID]) -> set[str]:
        """The files that these rows name."""
        rows = self._rows.filter(pk__in=ids).values_list(*self.fields)
        return {name for names in rows for name in names}

    def named_among(self, names: Sequence[str]) -> set[str]:
        """Those of the files that any row names."""
        condition = Q()
        for field in self.fields:
            condition |= Q(**{f"{field}__in": names})
        return {name for row in self._rows.filter(condition).values_list(*self.fields) for name in row}

    @property
    def _rows(self) -> Any:
        return self._rows_of(DEFAULT_DB_ALIAS)

    def _rows_of(self, using: str) -> Any:
        return self.model._default_manager.using(using).order_by()

    def _stored(self, row: Sequence[Any]) -> StoredRow:
        names = row[2 : 2 + len(self.fields)]
        return StoredRow(row[0], row[1], tuple(filter(None, names)), row[-1] if self.sha256_field and names[0] else "")


_registered: list[FileRows] = []


def register(rows: FileRows) -> None:
    """Makes a model's files known."""
    _registered.append(rows)


def all_file_rows() -> tuple[FileRows, ...]:
    """Every model's, in the order of registration."""
    return tuple(_registered)


def is_named(name: str) -> bool:
    """Whether the row of whose layout the file's name is names it."""
    for rows in _registered:
        row_id = rows.id_in(name)
        if row_id is not None and name in rows.named_by([row_id]):
            return True
    return False


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
