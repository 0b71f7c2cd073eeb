"""Do two databases hold the same?"""

import itertools
import json
from decimal import Decimal
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from .errors import MoveFailed
from .tables import AnyField, Row, Table, is_json


def compare(table: Table, source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> int:
    """The number of rows, each of which was found equal on both sides. Raises MoveFailed at the first difference."""
    count = 0
    for ours, theirs in itertools.zip_longest(table.read(source), table.read(target)):
        _compare_rows(table, ours, theirs)
        count += 1
    return count


def _compare_rows(table: Table, ours: Row | None, theirs: Row | None) -> None:
    if ours is None or theirs is None:
        row, side = (theirs, "target") if ours is None else (ours, "source")
        assert row is not None  # noqa: S101  # one of the two is there
        raise MoveFailed("contents_differ", f"{table.name}, row {table.key(row)}: only the {side} has it.")
    if ours == theirs:
        return
    for field, our_value, their_value in zip(table.fields, ours, theirs, strict=True):
        if not are_same(field, our_value, their_value):
            raise MoveFailed(
                "contents_differ",
                f"{table.name}, row {table.key(ours)}, field {field.name}: source and target differ.",
            )


def are_same(field: AnyField, ours: Any, theirs: Any) -> bool:
    """Whether two values of a field are the same, however their databases keep them."""
    if ours is None or theirs is None:
        return ours is theirs
    if is_json(field):
        return bool(ours == theirs) or _json(ours) == _json(theirs)
    return bool(ours == theirs) or (ours != ours and theirs != theirs)  # noqa: PLR0124  # not a number, on both sides


def _json(text: str) -> Any:
    return json.loads(text, parse_float=_number, parse_int=_number)


def _number(digits: str) -> tuple[Decimal]:
    """Numbers exactly, so that 1e16 and 10000000000000000 are one; in a tuple, so that 1 and true are two."""
    return (Decimal(digits),)
