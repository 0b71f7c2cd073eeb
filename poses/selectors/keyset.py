"""Paging that costs the same on every page: from the last row seen, never by counting rows.

A cursor names a row by what the list goes by and by its id, so rows that are equal in the one are neither lost nor
repeated.
"""

import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

_Row = TypeVar("_Row", bound=Model)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list: the row with this id, and its moment or number that the list goes by."""

    value: datetime | float
    id: uuid.UUID

    def __str__(self) -> str:
        is_moment = isinstance(self.value, datetime)
        value = (self.value - _EPOCH) // _MICROSECOND if is_moment else repr(self.value)  # type: ignore[operator]
        return f"{value}-{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """The cursor of a moment that `str()` made, None for anything else."""
        return _parsed(text, lambda value: _EPOCH + int(value) * _MICROSECOND)

    @classmethod
    def parse_number(cls, text: str) -> "Cursor | None":
        """The same of a number."""
        return _parsed(text, _finite)


@dataclass(frozen=True, slots=True)
class Order:
    """What a list goes by, a field that is never null in it, and then by id; an index must have it the same way."""

    field: str
    is_descending: bool = False
    is_id_descending: bool = False
    parse: Callable[[str], Cursor | None] = Cursor.parse

    @property
    def names(self) -> tuple[str, str]:
        """The fields to order rows by."""
        return f"{'-' * self.is_descending}{self.field}", f"{'-' * self.is_id_descending}id"


NEWEST_FIRST = Order("created_at", is_descending=True, is_id_descending=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """Rows, newest (or what else is first) first, and the cursors of the pages beside it (None where there is none)."""

    rows: list[_Row]
    newer: Cursor | None
    older: Cursor | None


def page_of(
    rows: QuerySet[_Row],
    *,
    size: int,
    before: Cursor | None = None,
    after: Cursor | None = None,
    order: Order = NEWEST_FIRST,
) -> Page[_Row]:
    """The `size` rows that come behind `before` or ahead of `after`; the first page without either.

    The first page also stands in for one that has nothing left on it, and for a page ahead that is not full.
    """
    if after is not None:
        found = list(_beyond(rows, after, order, is_back=True)[: size + 1])[::-1]
        if len(found) > size:
            return _page(found[1:], order, has_newer=True, has_older=True)
    elif before is not None:
        found = list(_beyond(rows, before, order, is_back=False)[: size + 1])
        if found:
            return _page(found[:size], order, has_newer=True, has_older=len(found) > size)
    found = list(rows.order_by(*order.names)[: size + 1])
    return _page(found[:size], order, has_newer=False, has_older=len(found) > size)


def _beyond(rows: QuerySet[_Row], cursor: Cursor, order: Order, *, is_back: bool) -> QuerySet[_Row]:
    """`value <= v and not (value = v and id >= i)`, not an OR of two cases: databases walk an index for this form."""
    beyond = "lte" if order.is_descending is not is_back else "gte"
    not_beyond_id = "gte" if order.is_id_descending is not is_back else "lte"
    found = rows.filter(**{f"{order.field}__{beyond}": cursor.value})
    found = found.exclude(**{order.field: cursor.value, f"id__{not_beyond_id}": cursor.id})
    return found.order_by(*order.names).reverse() if is_back else found.order_by(*order.names)


def _page(rows: list[_Row], order: Order, *, has_newer: bool, has_older: bool) -> Page[_Row]:
    newer = _cursor(rows[0], order) if has_newer else None
    return Page(rows, newer, _cursor(rows[-1], order) if has_older else None)


def _cursor(row: Model, order: Order) -> Cursor:
    return Cursor(getattr(row, order.field), row.pk)


def _parsed(text: str, value_of: Callable[[str], Any]) -> Cursor | None:
    value, _, identifier = text.rpartition("-")
    try:
        return Cursor(value_of(value), uuid.UUID(hex=identifier))
    except (ValueError, OverflowError):
        return None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
