"""Joint angles of 33 keypoints in the photo's plane. `static/js/skeleton/angles.js` says the same in the browser."""

import math
from collections.abc import Sequence

from .people import Keypoint, KeypointState
from .versions import Size

# The angle at the middle one of three points.
_THREE_POINTS: dict[str, tuple[str, str, str]] = {
    "elbow": ("shoulder", "elbow", "wrist"),
    "shoulder": ("elbow", "shoulder", "hip"),
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
    "ankle": ("knee", "ankle", "foot_index"),
}
JOINTS: dict[str, tuple[str, ...]] = {
    f"{side}_{joint}": tuple(f"{side}_{name}" for name in names)
    for joint, names in _THREE_POINTS.items()
    for side in ("left", "right")
}
# The subject's left end first.
LINES: dict[str, tuple[str, ...]] = {
    "shoulder_line": ("left_shoulder", "right_shoulder"),
    "hip_line": ("left_hip", "right_hip"),
}
_Place = tuple[float, float]


def joint_angles(keypoints: Sequence[Keypoint], *, size: Size) -> dict[str, float | None]:
    """Degrees for each of `JOINTS` and `LINES`; `size` is the photo's in pixels, in which all is measured.

    A joint's angle is 0 to 180, 180 where the limb is straight: atan2(|cross|, dot), which is exact near both ends. A
    line's is its tilt against the horizontal, -90 to 90, positive where the subject's left side is higher. None where a
    point is absent, and where the joint lies on one of its neighbours or a line's ends on each other.
    """
    places = {
        point.name: None if point.state is KeypointState.ABSENT else (point.x * size[0], point.y * size[1])
        for point in keypoints
    }
    joints = {key: _angle(*(places[name] for name in names)) for key, names in JOINTS.items()}
    lines = {key: _tilt(*(places[name] for name in names)) for key, names in LINES.items()}
    return {**joints, **lines}


def _angle(a: _Place | None, at: _Place | None, b: _Place | None) -> float | None:
    if a is None or at is None or b is None or at in (a, b):
        return None
    (ax, ay), (bx, by) = ((place[0] - at[0], place[1] - at[1]) for place in (a, b))
    return math.degrees(math.atan2(abs(ax * by - ay * bx), ax * bx + ay * by))


def _tilt(left: _Place | None, right: _Place | None) -> float | None:
    """y points down, so the higher end has the smaller one."""
    if left is None or right is None or left == right:
        return None
    return math.degrees(math.atan2(right[1] - left[1], abs(right[0] - left[0])))
