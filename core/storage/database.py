"""Database settings from a URL."""

import functools
from typing import TYPE_CHECKING, Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

if TYPE_CHECKING:
    import psycopg

_CONNECT_SECONDS = 3
# How long a request waits for a connection, and so how soon it is answered where the server is down.
_POOL_SECONDS = 5
# How long a thread keeps its connection where there is no pool.
_KEPT_SECONDS = 60

_SQLITE_OPTIONS = {
    # Read-then-write transactions of several processes fail with "database is locked" unless they lock at their start.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # The log is folded into the database at 32 MB and not at 4: pages that change often are then written once.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=8000;"
    ),
}


def database_settings(url: str, *, threads: int = 8) -> dict[str, Any]:
    """Django's settings for a `sqlite:///` or `postgresql://` URL, for a process of so many threads.

    Raises ImproperlyConfigured, whose text never carries the URL: there is a password in it.
    """
    settings = _parsed(url)
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = dict(_SQLITE_OPTIONS)
        settings["CONN_MAX_AGE"] = _KEPT_SECONDS
    else:
        settings["CONN_HEALTH_CHECKS"] = True
        pool = {
            "min_size": 1,
            "max_size": threads + 2,  # readiness and metrics answer while every thread works
            "timeout": _POOL_SECONDS,
            # By default one attempt waits ever longer, up to five minutes, and no other is made meanwhile: the site
            # would stay down for minutes after the server is back. Given up soon, the next request tries anew.
            "reconnect_timeout": _POOL_SECONDS - 1,
            "connection_class": _connection_class(),
        }
        settings["OPTIONS"] = {"connect_timeout": _CONNECT_SECONDS, **settings.get("OPTIONS", {}), "pool": pool}
    return settings


def without_pool() -> None:
    """For a process that does one thing at a time: one connection, kept; Celery closes a pool after every task."""
    for settings in connections.settings.values():
        if settings.get("OPTIONS", {}).pop("pool", None):
            settings["CONN_MAX_AGE"] = _KEPT_SECONDS


def _parsed(url: str) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except ValueError:  # a port that is no number; its text may be part of a password
        settings = {}
    if settings.get("ENGINE", "").rpartition(".")[2] not in ("sqlite3", "postgresql") or not (
        settings.get("NAME") or settings.get("OPTIONS", {}).get("service")
    ):
        raise ImproperlyConfigured(
            "A database URL is sqlite:///path or postgresql://user:password@host:5432/name,"
            " with %-escapes for special characters in the password."
        )
    return settings


@functools.cache
def _connection_class() -> "type[psycopg.Connection[Any]]":
    """A connection that empties its pool when it turns out to be dead; made only where PostgreSQL is used.

    After a restart of the server all connections of a pool are dead. The pool looks at one after the other and waits
    0, 1, 2, 4 … seconds between them, so with five or more of them the first requests would fail.
    """
    import psycopg
    from psycopg_pool import ConnectionPool

    class Connection(psycopg.Connection[Any]):
        def execute(self, *args: Any, **kwargs: Any) -> "psycopg.Cursor[Any]":
            try:
                return super().execute(*args, **kwargs)
            except psycopg.OperationalError:
                if self.broken and isinstance(self._pool, ConnectionPool):
                    self._pool.drain()
                raise

    return Connection
