"""Where a depth axis has its labels. A row is a pixel high, so rows and pixels are one."""

import math
from bisect import bisect_left
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Depths = NDArray[np.float64]
Rows = NDArray[np.intp]

_GAP_STEPS = 1.5
_NICE = (1, 2, 5, 10)
# Labels of irregular depths may come as near as this share of the spacing, else every other one would go.
_NEAREST_SHARE = 0.75
_ROUNDING = 1e-6
_DECIMALS_MAX = 6


class Tick(NamedTuple):
    """A mark at a row (from 0, at the top) and the depth to write there."""

    row: int
    label: str


def gap_rows(depths: Depths) -> Rows:
    """The rows before which depth leaps by more than 1.5 times the median step. `depths` (n,) ascend."""
    steps = np.diff(depths)
    return np.flatnonzero(steps > _GAP_STEPS * np.median(steps)) + 1 if len(steps) else np.empty(0, np.intp)


def nice_ticks(depths: Depths, spacing_px: int = 40, *, gaps: Rows | None = None) -> list[Tick]:
    """Ticks by row for `depths` (n,), finite and ascending; at least one where there is a row.

    They stand at the rows nearest to multiples of 1, 2 or 5 · 10^k, about `spacing_px` apart or more, and not inside a
    gap. A stretch between `gaps` (as of `gap_rows`, which is their default) that has no such depth has its first row
    labelled, where there is room.
    """
    if not len(depths):
        return []
    gaps = gap_rows(depths) if gaps is None else gaps
    nearest_px = math.ceil(_NEAREST_SHARE * spacing_px)
    ticks: list[Tick] = []
    for tick in _at_nice_depths(depths, spacing_px):
        if not ticks or tick.row - ticks[-1].row >= nearest_px:
            ticks.append(tick)
    return _with_first_rows(ticks, depths, gaps, nearest_px)


def nice_step(least: float) -> float:
    """The smallest 1, 2 or 5 · 10^k that is at least `least` (above 0)."""
    exponent = math.floor(math.log10(least))
    scale = 10.0**exponent
    return next((nice * scale for nice in _NICE if nice * scale >= least * (1 - _ROUNDING)), 10 * scale)


def _at_nice_depths(depths: Depths, spacing_px: int) -> list[Tick]:
    if len(depths) == 1:
        return []
    usual = float(np.median(np.diff(depths)))
    step = nice_step(spacing_px * usual)
    multiples = np.rint(depths / step)
    away = np.abs(depths - multiples * step)
    by_multiple = np.lexsort((away, multiples))
    _, firsts = np.unique(multiples[by_multiple], return_index=True)
    nearest = by_multiple[firsts]
    # Further away, the depth lies in a gap.
    rows = nearest[away[nearest] <= _GAP_STEPS / 2 * usual * (1 + _ROUNDING)]
    decimals = max(0, -math.floor(math.log10(step) + _ROUNDING))
    return [Tick(int(row), f"{multiples[row] * step + 0.0:.{decimals}f}") for row in rows]


def _with_first_rows(ticks: list[Tick], depths: Depths, gaps: Rows, nearest_px: int) -> list[Tick]:
    starts = [0, *gaps.tolist()]
    for start, end in zip(starts, [*starts[1:], len(depths)], strict=True):
        after = bisect_left(ticks, start, key=lambda tick: tick.row)
        before_row = ticks[after - 1].row if after else -nearest_px
        after_row = ticks[after].row if after < len(ticks) else end + nearest_px
        if after_row >= end and before_row + nearest_px <= start <= after_row - nearest_px:
            ticks.insert(after, Tick(start, _written(depths[start])))
    return ticks


def _written(depth: float) -> str:
    """As few digits as tell it apart, at most six after the point."""
    return np.format_float_positional(depth + 0.0, precision=_DECIMALS_MAX, unique=True, trim="-")
