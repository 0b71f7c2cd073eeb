"""The parts that every site has: database and broker."""

from pathlib import Path

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from kombu.exceptions import OperationalError

from .folders import check_writable
from .parts import Trouble

_CONNECT_WITHIN_S = 2


def database() -> None:
    """Reads what every migrated database has."""
    try:
        is_migrated = MigrationRecorder(connection).has_table()
    except DatabaseError as error:
        raise Trouble("cannot be reached") from error
    if not is_migrated:
        raise Trouble("is not migrated")


def broker() -> None:
    """Connects as the site does when it sends a message."""
    with current_app.connection_for_write() as connecting:
        try:
            connecting.ensure_connection(max_retries=1, interval_start=0, timeout=_CONNECT_WITHIN_S)
        except connecting.connection_errors + connecting.channel_errors + (OSError, OperationalError) as error:
            raise Trouble("cannot be reached") from error
        if folder := (connecting.transport_options or {}).get("folder"):
            check_writable(Path(folder))  # messages as files, see core.work.folder_broker
