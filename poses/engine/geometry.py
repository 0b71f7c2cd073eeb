"""Small geometry on keypoints."""

from collections.abc import Iterable, Sequence

from .people import Box, Keypoint, KeypointState


def bounding_box(keypoints: Sequence[Keypoint]) -> Box:
    """The box around the keypoints that are not absent (around all, if every one is), cut at the photo's edges."""
    shown = [point for point in keypoints if point.state is not KeypointState.ABSENT] or list(keypoints)
    left, right = _clipped(point.x for point in shown)
    top, bottom = _clipped(point.y for point in shown)
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def mean_visibility(keypoints: Sequence[Keypoint]) -> float:
    """Mean visibility, 0 to 1."""
    return sum(point.visibility for point in keypoints) / len(keypoints)


def _clipped(values: Iterable[float]) -> tuple[float, float]:
    inside = [min(max(value, 0.0), 1.0) for value in values]
    return min(inside), max(inside)


def intersection_over_union(a: Box, b: Box) -> float:
    """The share that two boxes have in common, 0 to 1."""
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (a.width * a.height + b.width * b.height - common)
