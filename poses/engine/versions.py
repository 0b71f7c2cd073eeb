"""Two versions of one pose: how far points lie apart, what changed, and one put together out of several."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from . import landmarks
from .keypoints import DECIMALS
from .people import ExtraKeypoint, Keypoint, KeypointState, PoseVersion

Size = tuple[int, int]
Point = Keypoint | ExtraKeypoint
_SHOULDERS, _HIPS = landmarks.REGIONS["torso"][:2], landmarks.REGIONS["torso"][2:]


class Choice(StrEnum):
    """Whose point to take."""

    MINE = "mine"
    THEIRS = "theirs"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one point: the pixels it moved (None where it is in one version only) and its states."""

    name: str
    moved_px: float | None
    before: KeypointState
    after: KeypointState

    @property
    def is_moved(self) -> bool:
        """Whether it lies elsewhere, or is new or gone."""
        return self.moved_px is None or self.moved_px > 0


@dataclass(frozen=True, slots=True)
class Moves:
    """A whole edit in numbers: points moved, the mean pixels they moved, points whose state alone changed."""

    points: int
    mean_px: float
    states: int


def points_by_name(version: PoseVersion) -> dict[str, Point]:
    """The 33 and the extra landmarks that are placed."""
    points: tuple[Point, ...] = (*version.keypoints, *version.extras)
    return {point.name: point for point in points}


def changes(before: PoseVersion, after: PoseVersion, *, size: Size) -> list[Change]:
    """The points that differ, in the landmarks' order; `size` is the photo's in pixels."""
    old, new = points_by_name(before), points_by_name(after)
    names = (name for name in (*landmarks.NAMES, *landmarks.EXTRA_NAMES) if name in old or name in new)
    found = (_change(name, old.get(name), new.get(name), size) for name in names)
    return [change for change in found if change.is_moved or change.before is not change.after]


def moves(before: PoseVersion, after: PoseVersion, *, size: Size) -> Moves:
    """The same in numbers; a landmark that is placed or removed counts as moved, and has no pixels."""
    found = changes(before, after, size=size)
    moved = [change for change in found if change.is_moved]
    pixels = [change.moved_px for change in moved if change.moved_px is not None]
    return Moves(len(moved), fmean(pixels) if pixels else 0.0, len(found) - len(moved))


def distances_px(a: Sequence[Keypoint], b: Sequence[Keypoint], *, size: Size) -> list[float]:
    """The pixels between each of the 33 points of two versions."""
    return [_distance_px(one, other, size) for one, other in zip(a, b, strict=True)]


def torso_px(keypoints: Sequence[Keypoint], *, size: Size) -> float:
    """The torso's length in pixels: from between the shoulders to between the hips."""
    shoulders, hips = (_middle(keypoints, pair) for pair in (_SHOULDERS, _HIPS))
    return math.hypot((shoulders[0] - hips[0]) * size[0], (shoulders[1] - hips[1]) * size[1])


def merged(versions: Mapping[Choice, PoseVersion], choices: Mapping[str, Choice]) -> PoseVersion:
    """A version with each point from whom it was chosen, from `MINE` where nothing was."""
    points = {choice: points_by_name(version) for choice, version in versions.items()}

    def chosen(name: str) -> Point | None:
        return points[choices.get(name, Choice.MINE)].get(name)

    keypoints = tuple(point for name in landmarks.NAMES if isinstance(point := chosen(name), Keypoint))
    extras = tuple(point for name in landmarks.EXTRA_NAMES if isinstance(point := chosen(name), ExtraKeypoint))
    return PoseVersion(keypoints, extras)


def _change(name: str, old: Point | None, new: Point | None, size: Size) -> Change:
    moved = _distance_px(old, new, size) if old and new else None
    return Change(name, moved, *(point.state if point else KeypointState.ABSENT for point in (old, new)))


def _distance_px(a: Point, b: Point, size: Size) -> float:
    dx, dy = round(a.x - b.x, DECIMALS), round(a.y - b.y, DECIMALS)
    return math.hypot(dx * size[0], dy * size[1])


def _middle(keypoints: Sequence[Keypoint], pair: Sequence[int]) -> tuple[float, float]:
    a, b = (keypoints[index] for index in pair)
    return (a.x + b.x) / 2, (a.y + b.y) / 2
