"""Database settings from a URL."""

from typing import Any

import environ

_SQLITE_OPTIONS = {
    # Read-then-write transactions of several processes fail with "database is locked" unless they lock at their start.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # The log is folded into the database at 32 MB and not at 4: pages that change often are then written once.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=8000;"
    ),
}


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for a `sqlite:///` or `postgresql://` URL."""
    settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = dict(_SQLITE_OPTIONS)
        settings["CONN_MAX_AGE"] = 60
    elif settings["ENGINE"].endswith("postgresql"):
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), "pool": True}
    return settings
