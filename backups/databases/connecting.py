"""A connection of one's own to a database that settings describe."""

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

_ALIAS = "backups"


@contextmanager
def opened(database: dict[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """A connection outside of Django's registry and of any pool; every statement is a transaction.

    Raises Django's DatabaseError on first use where nothing answers.
    """
    settings = copy.deepcopy(database)
    settings.setdefault("OPTIONS", {}).pop("pool", None)
    settings = connections.configure_settings({DEFAULT_DB_ALIAS: settings})[DEFAULT_DB_ALIAS]
    connection: BaseDatabaseWrapper = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, _ALIAS)
    try:
        yield connection
    finally:
        connection.close()


def counted(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> dict[str, int]:
    """The rows of each of these tables."""
    counts = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = int(cursor.fetchone()[0])
    return counts
