"""The rows of a range of depths as arrays: whole, or a block at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np

from frames.models import DepthScan

from . import blocks
from .blocks import Contents, Depths, Greys, ScanChanged

T = TypeVar("T")

# Of each format that is made in memory.
MOST_ROWS = {"json": 10_000, "png": 20_000}
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Frames:
    """Rows in order of depth, as they are shown: `depths` (n,) and `thin` (n, thin_width)."""

    depths: Depths
    thin: Greys


def frames(scan: DepthScan, numbers: range) -> Frames:
    """The rows with these numbers, as `blocks.rows_between` answers them. Raises ScanChanged."""
    found = list(_counted(scan, numbers, "thin"))
    if not found:
        return Frames(np.empty(0), np.empty((0, scan.thin_width or 0), np.uint8))
    return Frames(np.concatenate([block.depths for block in found]), np.concatenate([block.thin for block in found]))


def grey_blocks(scan: DepthScan, numbers: range) -> Iterator[Contents]:
    """The rows as they were imported, some at a time. Raises ScanChanged: at once, or while they are gone through.

    The first are read at once.
    """
    found = _counted(scan, numbers, "grey")
    first = next(found, None)
    return chain(() if first is None else (first,), found)


def read_anew(scan: DepthScan, read: Callable[[DepthScan], T]) -> T:
    """What `read` answers; where an import changes the scan meanwhile, it is refreshed and read again, twice.

    Raises ScanChanged after that, and DepthScan.DoesNotExist where somebody has deleted it.
    """
    for _ in range(_TRIES - 1):
        try:
            return read(scan)
        except ScanChanged:
            scan.refresh_from_db()
    return read(scan)


def _counted(scan: DepthScan, numbers: range, want: str) -> Iterator[Contents]:
    count = 0
    for block in blocks.rows(scan, numbers, wants=(want,)):
        count += len(block.depths)
        yield block
    if count != len(numbers):  # deleted meanwhile, with the edition that would have told
        raise ScanChanged
