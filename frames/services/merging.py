"""Where the rows of a file go among those that the scan has."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from frames.formats.order import usual_step
from frames.models import BLOCK_ROWS, LEVEL_FACTOR, LEVELS, DepthScan
from frames.selectors import blocks
from frames.selectors.blocks import Depths, Greys

from .spool import Spool

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Merged:
    """The scan from its block number `blocks_before` on: `depths` (n,) in order, and each row's `places` in the spool.

    `replaced_count` rows of the scan gave way to the file's; `step` is the usual one of the whole scan. `beginnings` is
    as the builder of blocks takes it.
    """

    blocks_before: int
    depths: Depths
    places: Places
    replaced_count: int
    step: float | None
    beginnings: list[tuple[Depths, Greys]]

    @property
    def row_count(self) -> int:
        """Of the whole scan."""
        return self.blocks_before * BLOCK_ROWS + len(self.depths)

    @classmethod
    def of(cls, scan: DepthScan, depths: Depths, places: Places, spool: Spool, *, tick: Callable[[], None]) -> Self:
        """Merges the file's rows, `depths` (n,) in order and their `places` in the spool, into the scan's.

        The scan's rows before the first block that changes stay; those behind are added to the spool. `tick` is called
        for each of their blocks.
        """
        before = _blocks_that_stay(scan, float(depths[0]))
        old_places = []
        old_depths = [np.empty(0)]
        for old in blocks.contents(scan, level=0, positions=range(before, scan.row_count // BLOCK_ROWS + 1)):
            old_places.append(np.arange(spool.row_count, spool.row_count + len(old.depths)))
            old_depths.append(old.depths)
            spool.add(old.grey)
            tick()
        all_depths = np.concatenate((*old_depths, depths))
        all_places = np.concatenate((*old_places, places))
        order = np.argsort(all_depths, kind="stable")
        # Of two at one depth the file's comes behind the scan's.
        is_last = np.append(np.diff(all_depths[order]) != 0, True)
        order = order[is_last]
        merged = all_depths[order]
        return cls(
            blocks_before=before,
            depths=merged,
            places=all_places[order].astype(np.intp),
            replaced_count=int(np.count_nonzero(~is_last)),
            step=usual_step(np.diff(np.concatenate((*_depths_that_stay(scan, before), merged)))),
            beginnings=[_beginning(scan, level, before) for level in range(1, LEVELS)],
        )


def _blocks_that_stay(scan: DepthScan, first_depth: float) -> int:
    """Whole blocks whose depths are all smaller than the file's first."""
    return blocks.row_from(scan, first_depth) // BLOCK_ROWS if scan.row_count else 0


def _depths_that_stay(scan: DepthScan, blocks_before: int) -> Iterator[Depths]:
    return (block.depths for block in blocks.contents(scan, level=0, positions=range(blocks_before), wants=()))


def _beginning(scan: DepthScan, level: int, blocks_before: int) -> tuple[Depths, Greys]:
    """The level's rows that stay, of the block that is to be made anew."""
    position, rows = divmod(blocks_before * BLOCK_ROWS // LEVEL_FACTOR**level, BLOCK_ROWS)
    if not rows:
        return np.empty(0), np.empty((0, 0), np.uint8)
    [block] = blocks.contents(scan, level=level, positions=range(position, position + 1))
    return block.depths[:rows], block.thin[:rows]
