"""Writing rows where every fraction of a millisecond counts."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import connection, models


def insert(rows: Sequence[models.Model]) -> None:
    """Inserts rows of one model by one statement, as `bulk_create` does, without building the statement each time.

    Django compiles an INSERT anew for every call, which takes longer than the database needs to run it. For rows with
    values only: no expressions, no signals, and a primary key that the database makes is not read back.
    """
    if not rows:
        return
    fields = _fields(type(rows[0]))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(rows[0]), len(rows), connection.vendor), values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@functools.cache
def _fields(model: type[models.Model]) -> tuple["models.Field[object, object]", ...]:
    """The columns to write: all but a primary key that the database makes."""
    return tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))


@functools.cache
def _statement(model: type[models.Model], count: int, vendor: str) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in _fields(model))
    row = "(" + ", ".join(["%s"] * len(_fields(model))) + ")"
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES {', '.join([row] * count)}"  # noqa: S608


def update(row: models.Model, values: Mapping[str, Any], *, where: Mapping[str, Any]) -> bool:
    """Writes columns of one row, if it still has the values of `where`, and says whether it had.

    As `filter(pk=…, **where).update(**values)`, without building the statement each time. For values only, none of
    them NULL in `where`.
    """
    parameters = [_prepared(row, name, value) for name, value in (*values.items(), *where.items(), ("pk", row.pk))]
    with connection.cursor() as cursor:
        cursor.execute(_update_statement(type(row), tuple(values), tuple(where), connection.vendor), parameters)
        return bool(cursor.rowcount)


def _prepared(row: models.Model, name: str, value: Any) -> Any:
    given = value.pk if isinstance(value, models.Model) else value
    return _field(type(row), name).get_db_prep_save(given, connection)


@functools.cache
def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", model._meta.pk if name == "pk" else model._meta.get_field(name))


@functools.cache
def _update_statement(model: type[models.Model], values: tuple[str, ...], where: tuple[str, ...], vendor: str) -> str:
    quote = connection.ops.quote_name

    def equations(names: tuple[str, ...]) -> list[str]:
        return [f"{quote(str(_field(model, name).column))} = %s" for name in names]

    changes, conditions = ", ".join(equations(values)), " AND ".join(equations((*where, "pk")))
    return f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {conditions}"  # noqa: S608
