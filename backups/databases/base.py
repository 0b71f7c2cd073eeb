"""What every engine can do."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper

from backups.archive.streams import Readable


class Writable(Protocol):
    """What bytes are written into."""

    def write(self, data: bytes, /) -> int: ...  # noqa: D102


# Writes all bytes of a dump into what it is given.
Feed: TypeAlias = Callable[[Writable], None]
Tick: TypeAlias = Callable[[], None]


class Engine(Protocol):
    """Backups of one vendor's databases.

    `database` is an entry of settings.DATABASES. `scratch` is a folder for temporary files, which are gone afterwards.
    `tick` is called every second or so while something long goes on; what it raises ends that, and nothing is left
    behind.
    """

    @property
    def vendor(self) -> str:
        """As in `connection.vendor`."""

    @property
    def member(self) -> str:
        """The name of a dump inside a backup."""

    def check_tools(self, connection: BaseDatabaseWrapper) -> None:
        """Raises DatabaseToolTrouble where a program that is needed is missing or too old for the server."""

    def versions(self, connection: BaseDatabaseWrapper) -> dict[str, str]:
        """The versions of the database and of what dumps it, by name."""

    def room_bytes(self, connection: BaseDatabaseWrapper) -> int:
        """The most that a dump and its temporary files will take, by an estimate that is rather too high."""

    def tables(self, connection: BaseDatabaseWrapper) -> list[str]:
        """The tables of the connection's current schema, in order."""

    def dumped(self, connection: BaseDatabaseWrapper, *, scratch: Path, tick: Tick) -> AbstractContextManager[Readable]:
        """The dump's bytes, of the state that `connection` sees: to be used inside core.moving.databases.snapshot.

        Reading raises DumpFailed, at the latest at the end.
        """

    def check(self, feed: Feed, *, scratch: Path, tick: Tick, is_new: bool = False) -> None:
        """Reads a dump to its end, as restoring does. Raises DumpDamaged.

        `is_new`: `dumped` has just made it, and looked at what it was made from.
        """

    def restore(
        self, feed: Feed, *, database: dict[str, Any], rows: Mapping[str, int], scratch: Path, tick: Tick
    ) -> None:
        """Replaces the database's tables by a dump's, in one transaction at the end; `rows` are to be in each table.

        Raises DumpDamaged, RestoreFailed and DatabaseToolTrouble; the database is then as it was.
        """

    def scratch_database(self, database: dict[str, Any], *, folder: Path) -> AbstractContextManager[dict[str, Any]]:
        """A new, empty database as a settings entry, gone afterwards; those of killed drills go too.

        One at a time for a database and a folder. Raises ScratchTrouble.
        """

    def counts(self, database: dict[str, Any], tables: Iterable[str]) -> dict[str, int]:
        """The rows of those of the tables that are there."""
