"""The tables that the site keeps, and their rows as values that mean the same on every database."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.apps import apps
from django.db import models, router
from django.db.backends.base.base import BaseDatabaseWrapper

from .errors import MoveFailed

Row = tuple[Any, ...]
AnyField: TypeAlias = "models.Field[Any, Any]"

_ROWS_AT_A_TIME = 2000
_ROWS_WITH_FILES_AT_A_TIME = 8  # of some megabytes each


@dataclass(frozen=True)
class Table:
    """One table: its model, the columns that are written, and which of them are the primary key."""

    model: type[models.Model]
    fields: tuple[AnyField, ...]
    key_positions: tuple[int, ...]

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table

    @property
    def rows_at_a_time(self) -> int:
        """How many are read or written together: the memory must hold them."""
        has_files = any(isinstance(field, models.BinaryField) for field in self.fields)
        return _ROWS_WITH_FILES_AT_A_TIME if has_files else _ROWS_AT_A_TIME

    def columns(self, connection: BaseDatabaseWrapper) -> str:
        """The columns, quoted, with commas between them."""
        return ", ".join(connection.ops.quote_name(str(field.column)) for field in self.fields)

    def key(self, row: Row) -> str:
        """How to name a row to a person."""
        return ", ".join(str(row[position]) for position in self.key_positions)

    def is_empty(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether it has no row; asks for no column, so that the table may be of another version."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(self.name)} LIMIT 1")  # noqa: S608
            return cursor.fetchone() is None

    def read(self, connection: BaseDatabaseWrapper) -> Iterator[Row]:
        """Every row in the order of the primary key, the same order on every database, some at a time.

        Values are those of Python, except JSON: its text tells JSON's null from none, and numbers keep all digits.
        Raises MoveFailed where a value is not one of its field.
        """
        converters = [
            (place, converter)
            for place, field in enumerate(self.fields)
            if (converter := _converter(field, self.name, connection)) is not None
        ]
        with connection.chunked_cursor() as cursor:
            cursor.execute(self._selection(connection))
            while rows := cursor.fetchmany(self.rows_at_a_time):
                for row in rows:
                    values = list(row)
                    for place, converter in converters:
                        values[place] = self._converted(converter, row, place)
                    yield tuple(values)

    def _converted(self, converter: Callable[[Any], Any], row: Row, place: int) -> Any:
        try:
            return converter(row[place])
        except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
            field = self.fields[place]
            raise MoveFailed(
                "unreadable_value",
                f"{self.name}, row {self.key(row)}, field {field.name}: the value is no {field.get_internal_type()}."
                " Correct it first.",
            ) from error

    def _selection(self, connection: BaseDatabaseWrapper) -> str:
        quote = connection.ops.quote_name
        order = ", ".join(
            quote(str(self.fields[position].column)) + _byte_order(self.fields[position], connection)
            for position in self.key_positions
        )
        return f"SELECT {self.columns(connection)} FROM {quote(self.name)} ORDER BY {order}"  # noqa: S608


def every_table(alias: str) -> tuple[Table, ...]:
    """Every table of the installed apps, those between two models of a many-to-many relation included."""
    found = {
        model._meta.db_table: _table(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and router.allow_migrate_model(alias, model)
    }
    return tuple(found.values())


def is_json(field: AnyField) -> bool:
    """Whether the field's values are JSON texts here."""
    return isinstance(field, models.JSONField)


def _table(model: type[models.Model]) -> Table:
    fields = tuple(field for field in model._meta.local_concrete_fields if not field.generated)
    keys = {field.column for field in model._meta.pk_fields}
    return Table(model, fields, tuple(place for place, field in enumerate(fields) if field.column in keys))


def _converter(field: AnyField, table: str, connection: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """What makes the driver's value the field's, as Django's own queries do; None where nothing has to be done."""
    if is_json(field):
        return None
    column = field.get_col(table)
    steps = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
    if not steps:
        return None
    return lambda value: functools.reduce(lambda result, step: step(result, column, connection), steps, value)


def _byte_order(field: AnyField, connection: BaseDatabaseWrapper) -> str:
    """SQLite orders text by its bytes, PostgreSQL by the database's language unless told otherwise."""
    is_text = (field.db_type(connection) or "").startswith(("varchar", "text", "char"))
    return ' COLLATE "C"' if is_text and connection.vendor == "postgresql" else ""
