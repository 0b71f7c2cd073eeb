"""Imports into scans, what the database then holds of them, and a dict that a scan must be equal to."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frames.models import BLOCK_ROWS, LEVELS, DepthBlock, DepthImport, DepthScan
from frames.selectors import blocks
from frames.services.creating import create_scan, import_into
from tests.unit.frames.obvious import levels

from .conftest import make_csv, work_through

Grey = NDArray[np.uint8]
# What a scan holds, by depth; as plain as can be.
Plain = dict[float, list[int]]


def ask_for_scan(owner: Any, content: bytes, *, is_strict: bool = True) -> DepthImport:
    """Asks for a new scan of a CSV, which then waits."""
    return create_scan(
        owner=owner,
        name="North well",
        unit="m",
        stream=io.BytesIO(content),
        size_bytes=len(content),
        file_name="scan.csv",
        is_strict=is_strict,
    )


def ask_for_import(scan: DepthScan, content: bytes, *, is_strict: bool = True) -> DepthImport:
    """Asks for a CSV to be imported into a scan, which then waits."""
    return import_into(
        scan=scan,
        actor=scan.owner,
        stream=io.BytesIO(content),
        size_bytes=len(content),
        file_name="more.csv",
        is_strict=is_strict,
    )


def add(scan: DepthScan, depths: Any, grey: Grey, *, is_strict: bool = True) -> DepthImport:
    """Imports rows into a scan, which must succeed."""
    item = ask_for_import(scan, make_csv(depths, grey), is_strict=is_strict)
    work_through()
    item.refresh_from_db()
    assert item.status == DepthImport.Status.COMPLETED, item.error_message
    scan.refresh_from_db()
    return item


def plain(depths: Any, grey: Grey) -> Plain:
    """Rows by depth."""
    return dict(zip(map(float, depths), grey.tolist(), strict=True))


def rows_of(scan: DepthScan) -> Plain:
    """All rows of a scan, in order of depth."""
    found: Plain = {}
    for block in blocks.contents(scan, level=0, positions=range(scan.row_count // BLOCK_ROWS + 1)):
        found.update(plain(block.depths, block.grey))
    return found


def keys_of(scan: DepthScan) -> dict[tuple[int, int], int]:
    """The primary key of each block, by level and position."""
    return {(block.level, block.position): block.pk for block in DepthBlock.objects.filter(scan=scan)}


def assert_holds(scan: DepthScan, expected: Plain) -> None:
    """The scan's row, its blocks and their contents are those of these rows, on every level."""
    depths = np.array(sorted(expected))
    grey = np.array([expected[depth] for depth in depths.tolist()], np.uint8)
    assert (scan.row_count, scan.width) == grey.shape
    assert (scan.depth_min, scan.depth_max) == (depths[0], depths[-1])
    assert not DepthBlock.objects.filter(scan=scan, staged_by__isnull=False).exists()
    everything = range(len(depths) // BLOCK_ROWS + 1)
    rows = list(blocks.contents(scan, level=0, positions=everything))
    np.testing.assert_array_equal(np.concatenate([block.grey for block in rows]), grey)
    thin = np.concatenate([block.thin for block in rows])
    for level, (level_depths, level_thin) in enumerate(levels(depths, thin, LEVELS)):
        found = list(blocks.contents(scan, level=level, positions=everything))
        assert [block.position for block in found] == list(range(-(-len(level_depths) // BLOCK_ROWS)))
        np.testing.assert_array_equal(np.concatenate([block.depths for block in found]), level_depths)
        np.testing.assert_array_equal(np.concatenate([block.thin for block in found]), level_thin)
        assert _places(scan, level) == [
            (block.position, len(block.depths), block.depths[0], block.depths[-1]) for block in found
        ]


def _places(scan: DepthScan, level: int) -> list[tuple[int, int, float, float]]:
    live = DepthBlock.objects.filter(scan=scan, level=level).order_by("position")
    return list(live.values_list("position", "row_count", "depth_min", "depth_max"))
