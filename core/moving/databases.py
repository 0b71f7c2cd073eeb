"""The two databases of a move: opening them, and what has to hold of them."""

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from core.storage.database import database_settings

from .errors import MoveFailed
from .tables import every_table

SOURCE, TARGET = "move_source", "move_target"

# What Django and the apps write after each migrate, so that a new database has it too. Cleared, then copied.
_MADE_BY_MIGRATE = {model._meta.db_table for model in (ContentType, Permission, Group, Group.permissions.through)}

# Role or server may bound what a page does; a snapshot lasts, and is idle while others read by it. Which limits there
# are depends on the server's version.
_WITHOUT_TIME_LIMITS = """
    SELECT set_config(name, '0', true) FROM pg_settings
    WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
"""


@contextmanager
def opened_source() -> Iterator[BaseDatabaseWrapper]:
    """The site's own database over a connection that cannot write. Raises MoveFailed where there is none."""
    settings = copy.deepcopy(connections.databases["default"])
    if settings["ENGINE"].endswith("sqlite3"):
        if not Path(settings["NAME"]).is_file():  # to connect would make an empty one
            raise MoveFailed("no_source", f"There is no database at {settings['NAME']}.")
        settings["OPTIONS"] = {**settings["OPTIONS"], "transaction_mode": "DEFERRED"}
    with _opened(SOURCE, settings, "the site's own database") as connection:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA query_only = ON")
        yield connection


@contextmanager
def opened_target(url: str) -> Iterator[BaseDatabaseWrapper]:
    """The database to fill. Raises MoveFailed where the URL is malformed or nothing answers there."""
    try:
        settings = database_settings(url)
    except ImproperlyConfigured as error:
        raise MoveFailed("malformed_url", str(error)) from None
    if settings["NAME"] == ":memory:":
        raise MoveFailed("malformed_url", "The URL names no file: sqlite:///path has three slashes and a path.")
    with _opened(TARGET, settings, "the target") as connection:
        yield connection


@contextmanager
def snapshot(source: BaseDatabaseWrapper) -> Iterator[None]:
    """One state of the source for as long as it lasts, whatever others write meanwhile."""
    with transaction.atomic(using=source.alias), source.cursor() as cursor:
        if source.vendor == "postgresql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(_WITHOUT_TIME_LIMITS)
        cursor.execute("SELECT COUNT(*) FROM django_migrations")  # the first read takes the snapshot
        yield


def version_of_contents(source: BaseDatabaseWrapper) -> int | None:
    """A number that changes with every write of others; None where the database has none. Not inside a snapshot."""
    if source.vendor != "sqlite":
        return None
    with source.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])


def check_source(source: BaseDatabaseWrapper) -> None:
    """Raises MoveFailed unless its schema is exactly that of this version of the site."""
    executor = MigrationExecutor(source)
    if unknown := _unknown_migrations(source, executor):
        raise MoveFailed("newer_schema", f"The site's database is of a newer version: it has {unknown}.")
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MoveFailed("older_schema", "The site's database is of an older version. Run manage.py migrate first.")


def is_new(target: BaseDatabaseWrapper) -> bool:
    """Whether it has never had a migration."""
    return not MigrationRecorder(target).has_table()


def check_target(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> None:
    """Raises MoveFailed where the target is the source, cannot hold the rows, or has rows or a newer schema."""
    if _identity(source) == _identity(target):
        raise MoveFailed("same_database", "The target is the site's own database.")
    if (encoding := _encoding(target)) != "UTF8":
        raise MoveFailed("wrong_encoding", f"The target keeps text as {encoding}. Make it with encoding UTF8.")
    if unknown := _unknown_migrations(target, MigrationExecutor(target)):
        raise MoveFailed("newer_schema", f"The target is of a newer version, or of another program: it has {unknown}.")
    check_emptiness(source, target)


def tables_with_rows(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables with rows that migrate does not make by itself."""
    present = set(connection.introspection.table_names())
    there = [table for table in every_table(connection.alias) if table.name in present]
    return [table.name for table in there if table.name not in _MADE_BY_MIGRATE and not table.is_empty(connection)]


def check_emptiness(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> None:
    """Raises MoveFailed where a table of the target has rows that migrate does not make by itself."""
    full = tables_with_rows(target)
    if Group._meta.db_table in target.introspection.table_names():
        names = [set(Group.objects.using(each.alias).values_list("name", flat=True)) for each in (target, source)]
        full += [f"{Group._meta.db_table} ({name})" for name in sorted(names[0] - names[1])]
    if full:
        raise MoveFailed(
            "target_not_empty", f"The target has rows already, in {', '.join(full)}. Name a new, empty database."
        )


def check_same_schema(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> None:
    """Raises MoveFailed unless both have had the same migrations."""
    ours, theirs = (set(MigrationRecorder(each).applied_migrations()) for each in (source, target))
    if ours != theirs:
        raise MoveFailed("other_schema", f"Only one of the two has had these migrations: {_named(ours ^ theirs)}.")


@contextmanager
def _opened(alias: str, settings: dict[str, Any], name: str) -> Iterator[BaseDatabaseWrapper]:
    settings["OPTIONS"].pop("pool", None)
    default = connections.databases["default"]
    connections.databases[alias] = connections.configure_settings({"default": default, alias: settings})[alias]
    connection = connections[alias]
    try:
        try:
            connection.ensure_connection()
        except (DatabaseError, ImproperlyConfigured) as error:
            raise MoveFailed("cannot_connect", f"Cannot connect to {name}: {str(error).strip()}") from error
        yield connection
    finally:
        connection.close()
        del connections[alias]
        del connections.databases[alias]


def _identity(connection: BaseDatabaseWrapper) -> tuple[object, ...]:
    """Equal for two connections to one database, whatever its server was called."""
    if connection.vendor == "sqlite":
        status = os.stat(connection.settings_dict["NAME"])  # noqa: PTH116  # a path or a text
        return ("sqlite", status.st_dev, status.st_ino)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_postmaster_start_time(), oid, current_schema() FROM pg_database"
            " WHERE datname = current_database()"
        )
        return ("postgresql", *cursor.fetchone())


def _encoding(connection: BaseDatabaseWrapper) -> str:
    if connection.vendor != "postgresql":
        return "UTF8"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        return str(cursor.fetchone()[0])


def _unknown_migrations(connection: BaseDatabaseWrapper, executor: MigrationExecutor) -> str:
    return _named(set(MigrationRecorder(connection).applied_migrations()) - set(executor.loader.disk_migrations))


def _named(migrations: set[tuple[str, str]]) -> str:
    return ", ".join(f"{app}.{name}" for app, name in sorted(migrations))
