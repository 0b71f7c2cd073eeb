"""Paging that costs the same on every page: from the last row seen, never by counting rows.

Rows come newest first. A cursor names a row by its moment and id, so rows of one moment are neither lost nor repeated.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Self, TypeVar

from django.db.models import Model, QuerySet

_Row = TypeVar("_Row", bound=Model)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list: the row with this moment and id."""

    created_at: datetime
    id: uuid.UUID

    def __str__(self) -> str:
        return f"{(self.created_at - _EPOCH) // _MICROSECOND}-{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The cursor that `str()` made, None for anything else."""
        moment, _, identifier = text.partition("-")
        try:
            return cls(_EPOCH + int(moment) * _MICROSECOND, uuid.UUID(hex=identifier))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """Rows, newest first, and the cursors of the pages beside it (None where there is none)."""

    rows: list[_Row]
    newer: Cursor | None
    older: Cursor | None


def page_of(
    rows: QuerySet[_Row], *, size: int, before: Cursor | None = None, after: Cursor | None = None
) -> Page[_Row]:
    """The `size` rows older than `before` or newer than `after`; the first page without either.

    The first page also stands in for one that has nothing left on it, and for a page of newer rows that is not full.
    """
    if after is not None:
        found = list(_newer_than(rows, after)[: size + 1])[::-1]
        if len(found) > size:
            return _page(found[1:], has_newer=True, has_older=True)
    elif before is not None:
        found = list(_older_than(rows, before)[: size + 1])
        if found:
            return _page(found[:size], has_newer=True, has_older=len(found) > size)
    found = list(rows.order_by("-created_at", "-id")[: size + 1])
    return _page(found[:size], has_newer=False, has_older=len(found) > size)


# `created_at <= t and not (created_at = t and id >= i)`, not an OR of two cases: databases walk an index for this form.
def _older_than(rows: QuerySet[_Row], cursor: Cursor) -> QuerySet[_Row]:
    older = rows.filter(created_at__lte=cursor.created_at).exclude(created_at=cursor.created_at, id__gte=cursor.id)
    return older.order_by("-created_at", "-id")


def _newer_than(rows: QuerySet[_Row], cursor: Cursor) -> QuerySet[_Row]:
    newer = rows.filter(created_at__gte=cursor.created_at).exclude(created_at=cursor.created_at, id__lte=cursor.id)
    return newer.order_by("created_at", "id")


def _page(rows: list[_Row], *, has_newer: bool, has_older: bool) -> Page[_Row]:
    return Page(rows, _cursor(rows[0]) if has_newer else None, _cursor(rows[-1]) if has_older else None)


def _cursor(row: Model) -> Cursor:
    return Cursor(row.created_at, row.pk)  # type: ignore[attr-defined]  # what this module pages has the field
