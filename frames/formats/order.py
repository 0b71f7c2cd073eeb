"""The depths of a whole file against each other: order, repetitions, gaps."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cells import DEPTH_DECIMALS, Depths
from .findings import Code, Finding

# A step that is longer by half has left a row out.
_GAP_STEPS = 1.5
# Where fewer of the steps are near their median there is no usual one, and so there are no gaps.
_USUAL_SHARE = 0.8

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Order:
    """`by_depth` are the places of the rows from the smallest depth to the largest, each depth once.

    `step` is the usual one; None where steps differ too much, or there is one row. The faults are counted, and made as
    they are asked for, repeated depths first: there may be as many as rows.
    """

    by_depth: Indices
    step: float | None
    is_upward: bool
    counts: dict[Code, int]
    findings: Iterator[Finding]


def check_order(depths: Depths, lines: NDArray[np.int64]) -> Order:
    """Sorts the depths (n,) of the rows on `lines` (n,) of the file.

    Of rows with one depth the first of the file stays. A file whose depths fall from row to row is in order too.
    """
    steps = np.diff(depths)
    is_upward = bool(np.count_nonzero(steps < 0) > np.count_nonzero(steps > 0))
    unsorted = np.flatnonzero(steps > 0 if is_upward else steps < 0) + 1
    by_depth = np.argsort(depths, kind="stable")
    is_same = np.diff(depths[by_depth]) == 0
    repeated = np.flatnonzero(is_same) + 1
    kept = np.delete(by_depth, repeated)
    firsts = by_depth[np.searchsorted(depths, depths[by_depth[repeated]], sorter=by_depth)]
    distances = np.diff(depths[kept])
    step = usual_step(distances)
    gaps = gaps_among(distances, step)
    seen = _Seen(depths, lines, step)
    return Order(
        by_depth=kept,
        step=step,
        is_upward=is_upward,
        counts={Code.DUPLICATE_DEPTH: len(repeated), Code.UNSORTED: len(unsorted), Code.GAP: len(gaps)},
        findings=seen.findings(by_depth[repeated], firsts, unsorted, kept, gaps),
    )


def gaps_among(distances: Depths, step: float | None) -> Indices:
    """Which of the distances (n,) between neighbours leave rows out; none where no step is usual."""
    return np.flatnonzero(distances > step * _GAP_STEPS) if step else np.empty(0, np.intp)


def usual_step(distances: Depths) -> float | None:
    """The usual one of the distances (n,) between neighbouring depths; None where there is none."""
    if not len(distances):
        return None
    step = float(np.median(distances))
    near = np.count_nonzero(np.abs(distances - step) <= step / 2)
    return round(step, DEPTH_DECIMALS) if near >= _USUAL_SHARE * len(distances) else None


@dataclass(frozen=True, slots=True)
class _Seen:
    depths: Depths
    lines: NDArray[np.int64]
    step: float | None

    def findings(
        self, repeated: Indices, firsts: Indices, unsorted: Indices, by_depth: Indices, gaps: Indices
    ) -> Iterator[Finding]:
        for place, first in zip(repeated.tolist(), firsts.tolist(), strict=True):
            where = f"stands in row {self.lines[first]:,} already"
            yield self._finding(Code.DUPLICATE_DEPTH, place, f"the depth {self.depths[place]:.15g} {where}")
        for place in unsorted.tolist():
            where = f"stands after {self.depths[place - 1]:.15g}"
            yield self._finding(Code.UNSORTED, place, f"the depth {self.depths[place]:.15g} {where}")
        for gap in gaps.tolist():
            above, below = by_depth[gap], by_depth[gap + 1]
            between = f"between the depths {self.depths[above]:.15g} and {self.depths[below]:.15g}"
            yield self._finding(Code.GAP, below, f"no rows {between}; the usual step is {self.step:.15g}")

    def _finding(self, code: Code, place: int, what: str) -> Finding:
        line = int(self.lines[place])
        return Finding(code, line, f"Row {line:,}: {what}.")
