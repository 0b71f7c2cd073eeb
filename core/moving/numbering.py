"""Ids that a row once had are given to no other, on the target either."""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from .tables import Table


def continue_numbering(table: Table, source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> None:
    """Has the target number on from where the source stands, beyond the ids of rows deleted since."""
    column = next((field.column for field in table.fields if isinstance(field, models.AutoField)), None)
    last = _last_number(table, source, str(column)) if column else 0
    if not last:
        return
    with target.cursor() as cursor:
        if target.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                [target.ops.quote_name(table.name), column, last],
            )
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, last])


def _last_number(table: Table, source: BaseDatabaseWrapper, column: str) -> int:
    """The highest id that was ever given, as far as the source knows; at least that of the last row."""
    quote = source.ops.quote_name
    with source.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX({quote(column)}), 0) FROM {quote(table.name)}")  # noqa: S608
        highest = int(cursor.fetchone()[0])
        if source.vendor == "postgresql":
            cursor.execute(
                "SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass), 0)",
                [quote(table.name), column],
            )
        else:
            cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table.name])
        return max(highest, int(cursor.fetchone()[0]))
