"""A set of names that lies on disk: a million of them would take a quarter of a gigabyte of memory."""

import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from core.batches import batched

_AT_ONCE = 500


class NameRegister:
    """Names that were added, in a file of its own that goes with it."""

    def __enter__(self) -> Self:
        """Makes the file."""
        self._folder = tempfile.TemporaryDirectory(prefix="posesite-names-")
        self._connection = sqlite3.connect(Path(self._folder.name) / "names", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")
        return self

    def __exit__(self, *details: object) -> None:
        """Removes it."""
        self._connection.close()
        self._folder.cleanup()

    def add(self, names: Sequence[str]) -> None:
        """Names that are in already are no error."""
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR IGNORE INTO names VALUES (?)", ((name,) for name in names))
        self._connection.execute("COMMIT")

    def known(self, names: Sequence[str]) -> set[str]:
        """Those of the names that were added."""
        known: set[str] = set()
        for some in batched(names, _AT_ONCE):
            marks = ", ".join("?" * len(some))
            found = self._connection.execute(f"SELECT name FROM names WHERE name IN ({marks})", tuple(some))  # noqa: S608
            known.update(name for (name,) in found)
        return known
