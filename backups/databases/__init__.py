"""A database as one member of a backup: dumped, checked, restored, tried in a scratch database; one engine a module."""

from django.db.backends.base.base import BaseDatabaseWrapper

from .base import Engine
from .connecting import counted
from .errors import UnknownEngine
from .postgresql import PostgreSQL
from .sqlite import SQLite

__all__ = ["Engine", "engine_of", "table_counts"]

_ENGINES: dict[str, Engine] = {engine.vendor: engine for engine in (PostgreSQL(), SQLite())}


def engine_of(vendor: str) -> Engine:
    """What dumps and restores databases of this vendor, as in `connection.vendor`. Raises UnknownEngine."""
    try:
        return _ENGINES[vendor]
    except KeyError:
        raise UnknownEngine(
            "unknown_engine", f"Backups know PostgreSQL and SQLite, not {vendor}. Set DATABASE_URL to one of them."
        ) from None


def table_counts(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """The rows of every table of the connection's current schema; inside a snapshot, those that a dump has."""
    return counted(connection, engine_of(connection.vendor).tables(connection))
