"""PostgreSQL: pg_dump of an exported snapshot, and pg_restore's script inside one transaction of psql.

What is dumped and restored is the connection's current schema; other schemas of the database stay as they are.
"""

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from backups.archive.streams import Readable
from core.errors import DomainError

from . import postgresql_scratch
from .base import Feed, Tick
from .connecting import counted, opened
from .errors import DatabaseToolTrouble, DumpDamaged, DumpFailed, RestoreFailed
from .postgresql_pipes import Broken, Dump, Relay
from .postgresql_script import NO_TABLE, ROWS_DIFFER, Header, beginning, ending
from .postgresql_tools import PROGRAMS, Running, check_version, connecting, running, server_error, version_of
from .ticking import at_most_twice_a_second

# How long a restore waits for others to let the tables go.
LOCK_TIMEOUT_MS = 10_000
# How long a dump waits for a migration that is going on.
_DUMP_LOCK_TIMEOUT_MS = 60_000

_LOCKED = {"55P03", "40P01"}  # lock_not_available, deadlock_detected
# Tables that extensions made are not in a dump, and cannot be dropped.
_TABLES = """
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
    )
"""


class PostgreSQL:
    """Backups of PostgreSQL databases, by PostgreSQL's own programs."""

    vendor = "postgresql"
    member = "database.dump"

    def check_tools(self, connection: BaseDatabaseWrapper) -> None:
        """Raises DatabaseToolTrouble where pg_dump, pg_restore or psql is missing, or older than the server."""
        for program in PROGRAMS:
            check_version(program, server_major=_server_version(connection)[0])

    def versions(self, connection: BaseDatabaseWrapper) -> dict[str, str]:
        """The server's and pg_dump's."""
        return {"postgresql": _server_version(connection)[1], "pg_dump": version_of("pg_dump")[1]}

    def room_bytes(self, connection: BaseDatabaseWrapper) -> int:
        """The tables without their indexes: their text, compressed, is hardly more; there is no temporary file."""
        [size] = _row(connection, f"SELECT COALESCE(SUM(pg_table_size(pg_class.oid)), 0) {_TABLES}")
        return int(size) * 11 // 10 + (1 << 20)

    def tables(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Every table of the current schema that no extension made."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT relname {_TABLES} ORDER BY relname")
            return [name for (name,) in cursor.fetchall()]

    @contextmanager
    def dumped(self, connection: BaseDatabaseWrapper, *, scratch: Path, tick: Tick) -> Iterator[Readable]:
        """What pg_dump writes, of exactly the snapshot that the connection's transaction sees."""
        try:
            [snapshot, schema] = _row(connection, "SELECT pg_export_snapshot(), current_schema()")
        except DatabaseError as error:
            raise DumpFailed("dump_failed", f"The database could not be read: {_on_one_line(error)}") from error
        argument, environment = connecting(connection.get_connection_params())
        quoted = str(schema).replace('"', '""')
        command = [
            *("pg_dump", "--format=custom", "--compress=1", "--encoding=UTF8", "--no-password", argument),
            *(f"--snapshot={snapshot}", f'--schema="{quoted}"', f"--lock-wait-timeout={_DUMP_LOCK_TIMEOUT_MS}"),
            *_as_role(connection, "--role={}"),
        ]
        with running(command, folder=scratch, environment=environment, stdout=subprocess.PIPE) as pg_dump:
            yield Dump(pg_dump, tick=at_most_twice_a_second(tick))

    def check(self, feed: Feed, *, scratch: Path, tick: Tick, is_new: bool = False) -> None:
        """Has pg_restore read everything; its list of contents would be there in half a dump too."""
        tick = at_most_twice_a_second(tick)
        command = ["pg_restore", "--file=/dev/null"]
        with running(command, folder=scratch, stdin=subprocess.PIPE) as pg_restore:
            try:
                _feed(feed, Relay(pg_restore, tick=tick))
            except Broken as error:
                pg_restore.wait(tick)
                raise _damaged(pg_restore) from error
            if pg_restore.wait(tick):
                raise _damaged(pg_restore)

    def restore(
        self, feed: Feed, *, database: dict[str, Any], rows: Mapping[str, int], scratch: Path, tick: Tick
    ) -> None:
        """One transaction of psql drops the tables, runs the script, counts the rows and commits."""
        tick = at_most_twice_a_second(tick)
        target = _target(database)
        dropped = sorted({*target.tables, *rows})
        before = beginning(schema=target.schema, tables=dropped, lock_timeout_ms=LOCK_TIMEOUT_MS, role=target.role)
        # The script itself makes room for what is no table: types and functions that somebody has added.
        script = [
            *("pg_restore", "--file=-", "--no-owner", "--no-privileges", "--clean", "--if-exists"),
            f"--schema={target.schema}",
        ]
        session = [
            *("psql", "--no-psqlrc", "--quiet", "--no-password", target.argument),
            *("--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose"),
        ]
        pipe = subprocess.PIPE
        with (
            running(session, folder=scratch, environment=target.environment, stdin=pipe) as psql,
            running(script, folder=scratch, stdin=pipe, stdout=pipe) as pg_restore,
        ):
            relay = Relay(pg_restore, tick=tick)
            relay.send_on(psql, beginning=before, header=Header(target.settings))
            try:
                _feed(feed, relay)
                if pg_restore.wait(tick):
                    raise _damaged(pg_restore)
                relay.end(ending(schema=target.schema, rows=rows))
            except Broken as error:
                error.program.wait(tick)
                raise (_damaged(pg_restore) if error.program is pg_restore else _refused(psql)) from error
            if psql.wait(tick):
                raise _refused(psql)

    @contextmanager
    def scratch_database(self, database: dict[str, Any], *, folder: Path) -> Iterator[dict[str, Any]]:
        """A database beside the site's, on the same server."""
        with postgresql_scratch.made(database) as settings:
            yield settings

    def counts(self, database: dict[str, Any], tables: Iterable[str]) -> dict[str, int]:
        """The rows of those of the tables that are there."""
        with opened(database) as connection:
            present = set(self.tables(connection))
            return counted(connection, [table for table in tables if table in present])


@dataclass(frozen=True)
class _Target:
    """What has to be known of a database before something is restored into it."""

    schema: str
    tables: list[str]
    settings: list[str]
    role: str
    argument: str
    environment: dict[str, str]


def _target(database: dict[str, Any]) -> _Target:
    try:
        with opened(database) as connection:
            [schema] = _row(connection, "SELECT current_schema()")
            [settings] = _row(connection, "SELECT array_agg(name) FROM pg_settings")
            tables = PostgreSQL().tables(connection)
            argument, environment = connecting(connection.get_connection_params())
            [role] = _as_role(connection, "{}") or [""]
    except DatabaseError as error:
        raise RestoreFailed(
            "restore_failed", f"The database cannot be reached: {_on_one_line(error)} Nothing was changed."
        ) from error
    if schema is None:
        raise RestoreFailed(
            "restore_failed", "The database has no schema to restore into. Make the one that its search_path names."
        )
    return _Target(schema, tables, settings, role, argument, environment)


def _feed(feed: Feed, relay: Relay) -> None:
    try:
        feed(relay)
    except Exception:
        if relay.broken:  # whatever the feed made of it
            raise relay.broken from None
        raise
    relay.finish()


def _damaged(pg_restore: Running) -> DomainError:
    if "unsupported version" in (said := pg_restore.said()):
        return DatabaseToolTrouble(
            "tool_too_old",
            f"The dump was made by a newer pg_dump than pg_restore is here: {pg_restore.reason()}. Install"
            " newer client programs of PostgreSQL (Debian: postgresql-client-17), or name their folder in"
            " POSTGRESQL_BIN.",
        )
    reason = pg_restore.reason() if said or pg_restore.process.returncode else "there are bytes after its end"
    return DumpDamaged("dump_damaged", f"The database in the backup is damaged: {reason}. Use another backup.")


def _refused(psql: Running) -> RestoreFailed:
    code, message = server_error(psql)
    if code == ROWS_DIFFER:
        remedy = "Use another backup."
        if message.startswith(NO_TABLE):
            remedy = "Use another backup, or have search_path name the schema that this one was made from."
        return RestoreFailed("rows_differ", f"{message}. Nothing was changed. {remedy}")
    if code in _LOCKED:
        return RestoreFailed(
            "database_in_use",
            f"The database is in use ({message}). Nothing was changed. Stop the site and its workers first.",
        )
    return RestoreFailed("restore_failed", f"The database refuses the backup: {message}. Nothing was changed.")


def _as_role(connection: BaseDatabaseWrapper, option: str) -> list[str]:
    role = connection.settings_dict["OPTIONS"].get("assume_role")
    return [option.format(role)] if role else []


def _server_version(connection: BaseDatabaseWrapper) -> tuple[int, str]:
    [number, version] = _row(
        connection, "SELECT current_setting('server_version_num'), current_setting('server_version')"
    )
    return int(number) // 10_000, str(version).split()[0]


def _row(connection: BaseDatabaseWrapper, query: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return tuple(cursor.fetchone())


def _on_one_line(error: DatabaseError) -> str:
    return " ".join(str(error).split()).rstrip(".") + "."
