"""Writing rows into the target."""

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from .errors import MoveFailed
from .tables import Row, Table, is_json

# An escaped NUL in a JSON text: an even number of backslashes before it, or none.
_JSON_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
# Where PostgreSQL says which line of a COPY it refused.
_COPY_LINE = re.compile(r"^COPY [^,]+, line (\d+)(?:, column ([^:]+))?", re.MULTILINE)


def copy(table: Table, source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> int:
    """Writes every row of the source into the target's empty table. Raises MoveFailed, naming the row."""
    write = _copy_into_postgresql if target.vendor == "postgresql" else _insert
    prepare = [_preparation(field, target) for field in table.fields]
    count = 0
    rows = table.read(source)
    while batch := list(itertools.islice(rows, table.rows_at_a_time)):
        for row in batch:
            if problem := nul_problem(table, row, target):
                raise MoveFailed("nul_character", problem)
        write(
            table,
            batch,
            (tuple(make(value) for make, value in zip(prepare, row, strict=True)) for row in batch),
            target,
        )
        count += len(batch)
    return count


def nul_problem(table: Table, row: Row, target: BaseDatabaseWrapper) -> str:
    """What to say of a row with a NUL character in one of its texts, which PostgreSQL cannot keep; else nothing."""
    if target.vendor != "postgresql":
        return ""
    for field, value in zip(table.fields, row, strict=True):
        if isinstance(value, str) and (_has_json_nul(value) if is_json(field) else "\x00" in value):
            return (
                f"{table.name}, row {table.key(row)}, field {field.name}: there is a NUL character in the text, which"
                " PostgreSQL cannot keep. Remove it first."
            )
    return ""


def _has_json_nul(text: str) -> bool:
    return "\\u0000" in text and _JSON_NUL.search(text) is not None  # the search alone takes 50 times as long


def _preparation(field: Any, target: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    if is_json(field):
        return lambda text: text
    return functools.partial(field.get_db_prep_save, connection=target)


def _copy_into_postgresql(table: Table, batch: list[Row], values: Iterator[Row], target: BaseDatabaseWrapper) -> None:
    statement = f"COPY {target.ops.quote_name(table.name)} ({table.columns(target)}) FROM STDIN"
    try:
        with target.cursor() as cursor, target.wrap_database_errors, cursor.copy(statement) as stream:
            for row in values:
                stream.write_row(row)
    except DatabaseError as error:
        raise MoveFailed("row_refused", f"{table.name}, {_refused_row(table, batch, error)}") from error


def _refused_row(table: Table, batch: list[Row], error: DatabaseError) -> str:
    report = getattr(error.__cause__, "diag", None)
    found = _COPY_LINE.search(getattr(report, "context", None) or "")
    reason = getattr(report, "message_primary", None) or str(error)
    if found is None or not 1 <= int(found[1]) <= len(batch):
        return f"between row {table.key(batch[0])} and row {table.key(batch[-1])}: {reason}."
    field = f", field {found[2]}" if found[2] else ""
    return f"row {table.key(batch[int(found[1]) - 1])}{field}: the target refuses it: {reason}."


def _insert(table: Table, batch: list[Row], values: Iterator[Row], target: BaseDatabaseWrapper) -> None:
    marks = ", ".join(["%s"] * len(table.fields))
    name, columns = target.ops.quote_name(table.name), table.columns(target)
    try:
        with target.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", list(values))  # noqa: S608
    except DatabaseError as error:
        raise MoveFailed("row_refused", f"{table.name}, {_refused_row(table, batch, error)}") from error
