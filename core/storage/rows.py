"""Writing rows where every fraction of a millisecond counts."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from core.batches import batched

# Databases bound the number of parameters of a statement; a row has some twenty.
_AT_ONCE = 500


def insert(rows: Sequence[models.Model]) -> None:
    """Inserts rows of one model by one statement, as `bulk_create` does, without building the statement each time.

    Django compiles an INSERT anew for every call, which takes longer than the database needs to run it. For rows with
    values only: no expressions, no signals, and a primary key that the database makes is not read back.
    """
    if not rows:
        return
    connection = _connection()
    fields = _fields(type(rows[0]))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(rows[0]), len(rows), connection.vendor), values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def insert_alike(template: models.Model, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Inserts rows that are as the template in all but the named columns, whose values each of `rows` has in order.

    As `insert`, for thousands of them: no instance is made, and what all have in common is prepared once. Foreign keys
    are given as primary keys.
    """
    connection = _connection()
    model = type(template)
    fields = _fields(model)
    shared = [field.get_db_prep_save(field.pre_save(template, add=True), connection) for field in fields]
    places = [next(place for place, field in enumerate(fields) if field.name == name) for name in names]
    varied = [(place, fields[place].get_db_prep_save) for place in places]
    for some in batched(rows, _AT_ONCE):
        parameters: list[Any] = []
        for row in some:
            prepared = list(shared)
            for (place, prepare), value in zip(varied, row, strict=True):
                prepared[place] = prepare(value, connection)
            parameters += prepared
        with connection.cursor() as cursor:
            cursor.execute(_statement(model, len(some), connection.vendor), parameters)


def _connection() -> BaseDatabaseWrapper:
    """The thread's own; Django's `connection` looks it up anew for every attribute, thousands of times an insert."""
    return connections[DEFAULT_DB_ALIAS]


@functools.cache
def _fields(model: type[models.Model]) -> tuple["models.Field[object, object]", ...]:
    """The columns to write: all but a primary key that the database makes."""
    return tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))


@functools.cache
def _statement(model: type[models.Model], count: int, vendor: str) -> str:
    quote = _connection().ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in _fields(model))
    row = "(" + ", ".join(["%s"] * len(_fields(model))) + ")"
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES {', '.join([row] * count)}"  # noqa: S608


def update(row: models.Model, values: Mapping[str, Any], *, where: Mapping[str, Any]) -> bool:
    """Writes columns of one row, if it still has the values of `where`, and says whether it had.

    As `filter(pk=…, **where).update(**values)`, without building the statement each time. For values only, none of
    them NULL in `where`.
    """
    connection = _connection()
    given = (*values.items(), *where.items(), ("pk", row.pk))
    parameters = [_prepared(type(row), name, value, connection) for name, value in given]
    with connection.cursor() as cursor:
        cursor.execute(_update_statement(type(row), tuple(values), tuple(where), connection.vendor), parameters)
        return bool(cursor.rowcount)


def key_of(model: type[models.Model], where: Mapping[str, Any]) -> Any:
    """The primary key of a row that has these values, as the driver gives it; None where there is none.

    As `filter(**where).values_list("pk").first()`, without building the statement each time. None of them is NULL.
    """
    connection = _connection()
    parameters = [_prepared(model, name, value, connection) for name, value in where.items()]
    with connection.cursor() as cursor:
        cursor.execute(_select_statement(model, tuple(where), connection.vendor), parameters)
        found = cursor.fetchone()
    return None if found is None else found[0]


def _prepared(model: type[models.Model], name: str, value: Any, connection: BaseDatabaseWrapper) -> Any:
    given = value.pk if isinstance(value, models.Model) else value
    return _field(model, name).get_db_prep_save(given, connection)


@functools.cache
def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", model._meta.pk if name == "pk" else model._meta.get_field(name))


@functools.cache
def _select_statement(model: type[models.Model], where: tuple[str, ...], vendor: str) -> str:
    quote = _connection().ops.quote_name
    conditions = " AND ".join(f"{quote(str(_field(model, name).column))} = %s" for name in where)
    key = quote(str(_field(model, "pk").column))
    return f"SELECT {key} FROM {quote(model._meta.db_table)} WHERE {conditions} LIMIT 1"  # noqa: S608


@functools.cache
def _update_statement(model: type[models.Model], values: tuple[str, ...], where: tuple[str, ...], vendor: str) -> str:
    quote = _connection().ops.quote_name

    def equations(names: tuple[str, ...]) -> list[str]:
        return [f"{quote(str(_field(model, name).column))} = %s" for name in names]

    changes, conditions = ", ".join(equations(values)), " AND ".join(equations((*where, "pk")))
    return f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {conditions}"  # noqa: S608
