"""SQLite: the online backup API both ways, and gzip between."""

import contextlib
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from backups.archive.streams import Readable

from .base import Feed, Tick, Writable
from .connecting import counted, opened
from .errors import DumpDamaged, DumpFailed, RestoreFailed, ScratchTrouble
from .gzipping import Gunzipping, Gzipped
from .ticking import TICK_S, at_most_twice_a_second, ticking_through

# How long a restore waits for others to let the database go.
LOCK_TIMEOUT_S = 20.0

_PAGES_AT_A_TIME = 2000
# A page is asked for once for the table and again for each index.
_CACHE_KB = 32_000
_BESIDE = ("", "-journal", "-wal", "-shm")
_SCRATCH = "drill_"


class SQLite:
    """Backups of SQLite files."""

    vendor = "sqlite"
    member = "database.sqlite3.gz"

    def check_tools(self, connection: BaseDatabaseWrapper) -> None:
        """Nothing is needed but Python's own SQLite."""

    def versions(self, connection: BaseDatabaseWrapper) -> dict[str, str]:
        """SQLite's own."""
        return {"sqlite": sqlite3.sqlite_version}

    def room_bytes(self, connection: BaseDatabaseWrapper) -> int:
        """The copy, and its gzip if nothing can be compressed."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            return int(cursor.fetchone()[0]) * 201 // 100 + (1 << 20)

    def tables(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Every table but SQLite's own."""
        return sorted(connection.introspection.table_names())

    @contextmanager
    def dumped(self, connection: BaseDatabaseWrapper, *, scratch: Path, tick: Tick) -> Iterator[Readable]:
        """A copy made by the connection itself, so that it sees what its transaction sees; then its gzip.

        Meanwhile SQLite looks at every page and index of the copy. The end waits for it.
        """
        tick = at_most_twice_a_second(tick)
        with tempfile.TemporaryDirectory(prefix="database-", dir=scratch) as folder:
            path = Path(folder) / "database.sqlite3"
            try:
                with closing(sqlite3.connect(path, isolation_level=None)) as target:
                    target.execute("PRAGMA synchronous = OFF")
                    connection.connection.backup(target, pages=_PAGES_AT_A_TIME, progress=lambda *state: tick())
                    # The copy says of itself that it has a write-ahead log, and would need files beside it to be read.
                    target.execute("PRAGMA journal_mode = DELETE")
            except sqlite3.Error as error:
                raise DumpFailed("dump_failed", f"The database could not be copied: {error}.") from error
            with _looked_at(path, tick=tick), path.open("rb") as file:
                yield Gzipped(file, tick=tick)

    def check(self, feed: Feed, *, scratch: Path, tick: Tick, is_new: bool = False) -> None:
        """Unpacks it, and has SQLite look at every page and index, unless it has done that with the copy."""
        if is_new:  # the archive has what was gzipped, by its SHA-256, and unpacking takes as long as all the rest
            return
        with _unpacked(feed, scratch=scratch, tick=at_most_twice_a_second(tick)):
            pass

    def restore(
        self, feed: Feed, *, database: dict[str, Any], rows: Mapping[str, int], scratch: Path, tick: Tick
    ) -> None:
        """By the backup API, which writes the live file in one transaction that open connections wait for and see."""
        tick = at_most_twice_a_second(tick)
        with _unpacked(feed, scratch=scratch, tick=tick) as path:
            _check_rows(path, rows)
            _write_into(Path(database["NAME"]), path, tick=tick)

    @contextmanager
    def scratch_database(self, database: dict[str, Any], *, folder: Path) -> Iterator[dict[str, Any]]:
        """A file in the folder that is not there yet."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f"{_SCRATCH}*.sqlite3*"):
                left.unlink(missing_ok=True)
        except OSError as error:
            raise ScratchTrouble(
                "cannot_make_scratch", f"A scratch database cannot be made in {folder}: {error.strerror}."
            ) from error
        path = folder / f"{_SCRATCH}{secrets.token_hex(4)}.sqlite3"
        try:
            yield {**database, "NAME": str(path)}
        finally:
            _remove(path)

    def counts(self, database: dict[str, Any], tables: Iterable[str]) -> dict[str, int]:
        """The rows of those of the tables that are there."""
        with opened(database) as connection:
            present = set(self.tables(connection))
            return counted(connection, [table for table in tables if table in present])


@contextmanager
def _unpacked(feed: Feed, *, scratch: Path, tick: Tick) -> Iterator[Path]:
    """The dump as a sound database file of its own. Raises DumpDamaged."""
    with tempfile.TemporaryDirectory(prefix="database-", dir=scratch) as folder:
        path = Path(folder) / "database.sqlite3"
        with path.open("wb") as file:
            _unpack(feed, file, tick=tick)
        if problem := _problem(path, tick=tick):
            raise DumpDamaged("dump_damaged", f"The database in the backup is damaged: {problem}. Use another backup.")
        yield path


def _unpack(feed: Feed, file: Writable, *, tick: Tick) -> None:
    target = Gunzipping(file, tick=tick)
    try:
        feed(target)
    except Exception:
        if target.trouble:  # whatever the feed made of it
            raise target.trouble from None
        raise
    target.finish()


@contextmanager
def _looked_at(path: Path, *, tick: Tick) -> Iterator[None]:
    """Has another thread look at a copy that is read meanwhile. Raises DumpFailed at its end."""
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection, ThreadPoolExecutor(1) as thread:
        looking = thread.submit(_found_wrong, connection)
        try:
            yield
            while not wait([looking], TICK_S).done:
                tick()
        except BaseException:
            connection.interrupt()
            raise
        if problem := looking.result():
            raise DumpFailed("dump_failed", f"The site's database is damaged: {problem}. Restore a good backup.")


def _found_wrong(connection: sqlite3.Connection) -> str:
    """What SQLite finds wrong; else nothing. A row that refers to none was so in the site, and is no reason."""
    try:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        [found] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else str(found)


def _problem(path: Path, *, tick: Tick) -> str:
    """What SQLite finds wrong with a file; else nothing."""
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        return ticking_through(lambda: _found_wrong(connection), tick=tick, stop=connection.interrupt)


def _check_rows(path: Path, rows: Mapping[str, int]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        present = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table, expected in rows.items():
            if table not in present:
                raise _differing(f"There is no table {table} in the dump, and the backup says {expected:,} rows")
            quoted = '"' + table.replace('"', '""') + '"'
            [found] = connection.execute(f"SELECT COUNT(*) FROM {quoted}").fetchone()  # noqa: S608
            if found != expected:
                raise _differing(f"{table} has {found:,} rows in the dump, and the backup says {expected:,}")


def _differing(difference: str) -> RestoreFailed:
    return RestoreFailed("rows_differ", f"{difference}. Nothing was changed. Use another backup.")


def _write_into(path: Path, prepared: Path, *, tick: Tick) -> None:
    is_new = not path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=0.1, isolation_level=None)) as live:
            _fit_page_size(prepared, live)
            with closing(sqlite3.connect(prepared)) as source:
                source.backup(live, pages=_PAGES_AT_A_TIME, progress=_waiting(tick), sleep=0.1)
    except BaseException as error:
        if is_new:
            _remove(path)
        if isinstance(error, sqlite3.Error):
            raise _trouble(error, path) from error
        raise


def _fit_page_size(prepared: Path, live: sqlite3.Connection) -> None:
    """SQLite copies between different page sizes only where the target has no write-ahead log."""
    [[pages], [size]] = (live.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    with closing(sqlite3.connect(prepared, isolation_level=None)) as source:
        if pages and source.execute("PRAGMA page_size").fetchone() != (size,):
            source.execute(f"PRAGMA page_size = {size}")
            source.execute("VACUUM")


def _waiting(tick: Tick) -> Callable[[int, int, int], None]:
    """Called after every step of a copy, those included that found the database locked."""
    free_at = time.monotonic()

    def on_step(status: int, remaining: int, total: int) -> None:
        nonlocal free_at
        tick()
        if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            free_at = time.monotonic()
        elif time.monotonic() - free_at > LOCK_TIMEOUT_S:
            raise RestoreFailed("database_in_use", _IN_USE)

    return on_step


_IN_USE = "The database is in use by another program. Nothing was changed. Stop the site and its workers first."


def _trouble(error: sqlite3.Error, path: Path) -> RestoreFailed:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return RestoreFailed("database_in_use", _IN_USE)
    return RestoreFailed("restore_failed", f"The database at {path} cannot be written: {error}. Nothing was changed.")


def _remove(path: Path) -> None:
    for ending in _BESIDE:
        with contextlib.suppress(OSError):
            path.with_name(path.name + ending).unlink()
