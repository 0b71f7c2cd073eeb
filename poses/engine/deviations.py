"""How far people moved a model's keypoints: for each point the share that was moved, and how far."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import landmarks

# Below this many pixels a point counts as not moved: the sixth decimal of a share comes and goes with rounding.
LEAST_PX = 0.05
_FAR = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One keypoint over many poses.

    `share_moved` is 0 to 1 of `count` poses; the other three are of the poses where it was moved, None where it never
    was: pixels of the photo, and the median in shares of the torso's length, without poses that have no length.
    """

    name: str
    side: landmarks.Side
    count: int
    share_moved: float
    median_px: float | None
    p90_px: float | None
    median_torso: float | None


def deviations(moved_px: Sequence[Sequence[float]], torso_px: Sequence[float], *, untouched: int) -> list[Deviation]:
    """The 33 points in the landmarks' order.

    `moved_px` has 33 distances a pose that a person corrected, `torso_px` the torso's length of each; `untouched` more
    poses were found right as they were.
    """
    distances = np.asarray(moved_px, dtype=np.float64).reshape(-1, landmarks.COUNT)
    torsos = np.asarray(torso_px, dtype=np.float64)
    count = len(distances) + untouched
    return [_deviation(index, distances[:, index], torsos, count) for index in range(landmarks.COUNT)]


def _deviation(index: int, distances: NDArray[np.float64], torsos: NDArray[np.float64], count: int) -> Deviation:
    is_moved = distances >= LEAST_PX
    moved = distances[is_moved]
    has_torso = is_moved & (torsos > 0)
    return Deviation(
        name=landmarks.NAMES[index],
        side=landmarks.SIDES[index],
        count=count,
        share_moved=len(moved) / count if count else 0.0,
        median_px=_percentile(moved, 50),
        p90_px=_percentile(moved, _FAR),
        median_torso=_percentile(distances[has_torso] / torsos[has_torso], 50),
    )


def _percentile(values: NDArray[np.float64], percent: int) -> float | None:
    return float(np.percentile(values, percent)) if len(values) else None
