"""Scratch databases on the site's server, for restoring drills."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from .connecting import opened
from .errors import ScratchTrouble

logger = logging.getLogger(__name__)

_LONGEST_NAME_BYTES = 63
_ENDING = "_drill_"
_RANDOM_BYTES = 4
_LEFT = """
    SELECT datname::text FROM pg_database
    WHERE starts_with(datname::text, %s) AND substr(datname::text, %s) ~ %s
    AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pg_stat_activity.datname = pg_database.datname)
"""


@contextmanager
def made(database: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A new database as a settings entry without a pool, dropped afterwards. Raises ScratchTrouble."""
    name = _make(database)
    settings = _named(database, name)
    try:
        _make_schema(database, settings)
        yield settings
    finally:
        _drop_own(database, name)


def _named(database: dict[str, Any], name: str) -> dict[str, Any]:
    options = {key: value for key, value in database.get("OPTIONS", {}).items() if key != "pool"}
    return {**database, "NAME": name, "OPTIONS": options}


def _make(database: dict[str, Any]) -> str:
    """Makes it, without what is left of earlier ones."""
    try:
        with opened(database) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT current_database(), current_user")
            own, role = cursor.fetchone()
            room = _LONGEST_NAME_BYTES - len(_ENDING) - 2 * _RANDOM_BYTES
            prefix = own.encode()[:room].decode(errors="ignore") + _ENDING
            cursor.execute(_LEFT, [prefix, len(prefix) + 1, f"^[0-9a-f]{{{2 * _RANDOM_BYTES}}}$"])
            for (left,) in cursor.fetchall():
                _drop_left(connection, left)
            name = prefix + secrets.token_hex(_RANDOM_BYTES)
            cursor.execute(f"CREATE DATABASE {_quoted(connection, name)} TEMPLATE template0 ENCODING 'UTF8'")
            return str(name)
    except DatabaseError as error:
        remedy = ""
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            remedy = f' Let the role make databases, as a superuser: ALTER ROLE "{role}" CREATEDB.'
        reason = " ".join(str(error).split()).rstrip(".")
        raise ScratchTrouble("cannot_make_scratch", f"A scratch database cannot be made: {reason}.{remedy}") from error


def _make_schema(database: dict[str, Any], scratch: dict[str, Any]) -> None:
    """Where the site keeps its tables in a schema that a new database neither has nor looks into."""
    with opened(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        [schema] = cursor.fetchone()
    if schema and schema != "public":
        with opened(scratch) as connection, connection.cursor() as cursor:
            quoted = _quoted(connection, schema)
            cursor.execute(f"CREATE SCHEMA {quoted}")
            cursor.execute(f"ALTER DATABASE {_quoted(connection, scratch['NAME'])} SET search_path = {quoted}")


def _drop_own(database: dict[str, Any], name: str) -> None:
    try:
        with opened(database) as connection:
            _drop(connection, name, " WITH (FORCE)")
    except DatabaseError:  # the next drill drops it
        logger.warning("The scratch database %s could not be dropped.", name, exc_info=True)


def _drop_left(connection: BaseDatabaseWrapper, name: str) -> None:
    try:
        _drop(connection, name)
    except DatabaseError:  # another role's, or in use after all
        logger.warning("The scratch database %s of an earlier drill could not be dropped.", name, exc_info=True)


def _drop(connection: BaseDatabaseWrapper, name: str, option: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {_quoted(connection, name)}{option}")


def _quoted(connection: BaseDatabaseWrapper, name: str) -> str:
    return str(connection.ops.quote_name(name.replace('"', '""')))
