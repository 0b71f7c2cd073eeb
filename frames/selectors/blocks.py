"""A scan's rows: where a depth is, and what the blocks hold. However many rows there are, each is a read or two."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from core.errors import Conflict
from frames.models import BLOCK_ROWS, DepthBlock, DepthScan

Depths = NDArray[np.float64]
Greys = NDArray[np.uint8]

_BLOCKS_AT_ONCE = 8


class ScanChanged(Conflict):
    """An import has changed the scan since it was read; whoever reads it again gets its rows as they are now."""

    def __init__(self) -> None:
        super().__init__("scan_changed", "An import has changed the scan meanwhile. Ask again.")


@dataclass(frozen=True, slots=True)
class Contents:
    """Rows in order of depth, read-only: `depths` (n,), `thin` (n, thin_width) or empty, `grey` (n, width) or empty."""

    position: int
    depths: Depths
    thin: Greys
    grey: Greys


def row_from(scan: DepthScan, depth: float, *, is_end: bool = False) -> int:
    """The number of the first row whose depth is at least `depth`; with `is_end`, is larger. The row count if none."""
    condition = Q(depth_max__gt=depth) if is_end else Q(depth_max__gte=depth)
    live = DepthBlock.objects.filter(condition, scan=scan, level=0, staged_by=None).order_by("depth_max")
    found = live.values_list("position", "rows__depths")[:1]
    for position, depths in found:
        place = np.searchsorted(_depths(depths), depth, "right" if is_end else "left")
        return int(position * BLOCK_ROWS + place)
    return scan.row_count


def rows_between(scan: DepthScan, depth_min: float, depth_max: float) -> range:
    """The numbers of the rows from one depth to the other, both included."""
    return range(row_from(scan, depth_min), row_from(scan, depth_max, is_end=True))


def contents(
    scan: DepthScan, *, level: int, positions: range, wants: tuple[str, ...] = ("thin", "grey")
) -> Iterator[Contents]:
    """The blocks of a level at these positions, some at a time; those that there are not are left out.

    `wants` are the arrays to read beside the depths. Raises ScanChanged.
    """
    columns = ("position", "scan__edition", "rows__depths", *(f"rows__{name}" for name in wants))
    live = DepthBlock.objects.filter(scan=scan, level=level, staged_by=None).order_by("position")
    for first in range(positions.start, positions.stop, _BLOCKS_AT_ONCE):
        some = live.filter(position__gte=first, position__lt=min(first + _BLOCKS_AT_ONCE, positions.stop))
        for position, edition, depths, *arrays in some.values_list(*columns):
            if edition != scan.edition:
                raise ScanChanged
            found = dict(zip(wants, arrays, strict=True))
            yield Contents(
                position,
                _depths(depths),
                _greys(found.get("thin"), scan.thin_width),
                _greys(found.get("grey"), scan.width),
            )


def rows(scan: DepthScan, numbers: range, *, wants: tuple[str, ...]) -> Iterator[Contents]:
    """The rows with these numbers, a block at a time, cut to them. Raises ScanChanged."""
    positions = range(numbers.start // BLOCK_ROWS, -(-numbers.stop // BLOCK_ROWS)) if numbers else range(0)
    for block in contents(scan, level=0, positions=positions, wants=wants):
        offset = block.position * BLOCK_ROWS
        cut = slice(max(0, numbers.start - offset), numbers.stop - offset)
        yield Contents(block.position, block.depths[cut], block.thin[cut], block.grey[cut])


def _depths(stored: bytes | memoryview) -> Depths:
    return np.frombuffer(stored, "<f8")


def _greys(stored: bytes | memoryview | None, width: int | None) -> Greys:
    if stored is None or not width:
        return np.empty((0, 0), np.uint8)
    return np.frombuffer(stored, np.uint8).reshape(-1, width)
