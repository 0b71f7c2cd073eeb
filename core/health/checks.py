"""The parts that every site has: database and broker."""

import tempfile
from pathlib import Path

from celery import current_app
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from kombu.exceptions import OperationalError

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
            _check_folder(Path(folder))


def _check_folder(folder: Path) -> None:
    """Messages as files, see core.work.folder_broker."""
    try:
        folder.mkdir(parents=True, exist_ok=True)  # there is none before the first message
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Trouble("cannot be written to") from error
