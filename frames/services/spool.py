"""Image rows on disk while an import puts them in order: they may be more than the memory should hold."""

import os
import tempfile
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

Greys = NDArray[np.uint8]


class Spool:
    """Rows of `width` values, numbered in the order in which they were added. Raises OSError, also where disk ends."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the spool
        self.row_count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, grey: Greys) -> None:
        """Rows (n, width)."""
        self._file.write(np.ascontiguousarray(grey).data)
        self.row_count += len(grey)

    def read(self, places: NDArray[np.intp]) -> Greys:
        """The rows at these places (n,), as (n, width); neighbours that follow each other are one read."""
        self._file.flush()
        rows = np.empty((len(places), self._width), np.uint8)
        cuts = np.flatnonzero(np.diff(places) != 1) + 1
        for begin, end in zip((0, *cuts.tolist()), (*cuts.tolist(), len(places)), strict=True):
            target = rows[begin:end].data.cast("B")
            offset = int(places[begin]) * self._width
            while target:
                count = os.preadv(self._file.fileno(), [target], offset)
                if not count:
                    raise EOFError("The spool ends before its rows do.")
                target, offset = target[count:], offset + count
        return rows
