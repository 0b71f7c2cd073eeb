"""Cutting rows into blocks, with the levels of fewer rows above them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from frames.imaging.thinning import coarsen
from frames.models import BLOCK_ROWS, LEVEL_FACTOR, LEVELS

Depths = NDArray[np.float64]
Greys = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Block:
    """Up to 1,024 rows of a level: `depths` (n,), `thin` (n, thin_width), and at level 0 `grey` (n, width)."""

    level: int
    position: int
    depths: Depths
    thin: Greys
    grey: Greys | None = None


@dataclass(slots=True)
class _Level:
    """What is not yet a block."""

    position: int
    depths: list[Depths] = field(default_factory=list)
    thin: list[Greys] = field(default_factory=list)
    row_count: int = 0


class BlockBuilder:
    """Goes on behind the first `blocks_before` blocks of a scan, whose rows stay as they are.

    `beginnings` are the rows, depths and thin, that each level above 0 has before that place in the block that is to be
    made anew. Every level's place is that of a whole row: there are no more levels than that allows.
    """

    def __init__(
        self, store: Callable[[Block], None], *, blocks_before: int, beginnings: Sequence[tuple[Depths, Greys]]
    ) -> None:
        self._store = store
        self._levels = [_Level(blocks_before // LEVEL_FACTOR**level) for level in range(LEVELS)]
        for level, (depths, thin) in zip(self._levels[1:], beginnings, strict=True):
            if len(depths):
                level.depths, level.thin, level.row_count = [depths], [thin], len(depths)

    def add(self, depths: Depths, grey: Greys, thin: Greys) -> None:
        """A whole block of rows in order of depth; only the last may have fewer than 1,024."""
        self._store(Block(0, self._levels[0].position, depths, thin, grey))
        self._levels[0].position += 1
        for level in range(1, LEVELS):
            # A row of a level stands at the first depth of those that it is the mean of.
            depths, thin = depths[::LEVEL_FACTOR], coarsen(thin, LEVEL_FACTOR)
            self._add_to(level, depths, thin)

    def finish(self) -> None:
        """The last block of each level."""
        for level in range(1, LEVELS):
            if self._levels[level].row_count:
                self._cut(level)

    def _add_to(self, level: int, depths: Depths, thin: Greys) -> None:
        rows = self._levels[level]
        rows.depths.append(depths)
        rows.thin.append(thin)
        rows.row_count += len(depths)
        if rows.row_count == BLOCK_ROWS:
            self._cut(level)

    def _cut(self, level: int) -> None:
        rows = self._levels[level]
        self._store(Block(level, rows.position, np.concatenate(rows.depths), np.concatenate(rows.thin)))
        self._levels[level] = _Level(rows.position + 1)
