"""Poses for the scripts that draw them: the landmarks' constants, people, and words for both."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from poses.engine import keypoints as keypoint_json
from poses.engine import landmarks
from poses.engine.keypoints import BoxJSON, ExtraKeypointJSON, KeypointJSON
from poses.engine.people import ExtraKeypoint, Keypoint, KeypointState, PoseVersion
from poses.models import Pose

# The state of a point in the words of the page.
STATE_WORDS = {
    KeypointState.VISIBLE: "visible",
    KeypointState.OCCLUDED: "uncertain",
    KeypointState.ABSENT: "absent",
}
_ACRONYMS = {"c7": "C7", "asis": "ASIS"}
# Where an extra landmark is to be placed.
EXTRA_HINTS: dict[str, str] = {
    "c7": "The most prominent vertebra at the base of the neck",
    "left_asis": "The front point of the left side of the pelvis",
    "right_asis": "The front point of the right side of the pelvis",
    "left_patella": "The middle of the left kneecap",
    "right_patella": "The middle of the right kneecap",
    "left_tibial_tuberosity": "The bump below the left kneecap",
    "right_tibial_tuberosity": "The bump below the right kneecap",
    "chin": "The foremost point of the chin",
}


class DrawnKeypoint(KeypointJSON):
    """A keypoint, its state (visible, occluded or absent), and whether a person said so."""

    isMarked: bool  # noqa: N815


class PersonData(TypedDict):
    """One person for the scripts; `person` counts from 0, `uncertainty` is 33 radii in the photo's pixels."""

    id: str
    person: int
    revision: int
    score: float
    box: BoxJSON
    keypoints: list[DrawnKeypoint]
    extras: list[ExtraKeypointJSON]
    world: list[KeypointJSON]
    uncertainty: Sequence[float] | None


def words(name: str) -> str:
    """A landmark's name as people say it."""
    if name in ("mouth_left", "mouth_right"):
        return f"{name.removeprefix('mouth_')} mouth corner"
    return " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))


def landmark_constants() -> dict[str, Any]:
    """The one list of landmarks, for scripts that must not hold a second."""
    return {
        "names": landmarks.NAMES,
        "words": [words(name) for name in landmarks.NAMES],
        "sides": landmarks.SIDES,
        "connections": landmarks.CONNECTIONS,
        "regions": landmarks.REGIONS,
        "mirror": landmarks.MIRROR,
    }


def all_landmark_constants() -> dict[str, Any]:
    """The same with the extra landmarks behind the 33: the first `count` are the model's."""
    constants = landmark_constants()
    return {
        **constants,
        "count": landmarks.COUNT,
        "names": (*landmarks.NAMES, *landmarks.EXTRA_NAMES),
        "words": [*constants["words"], *(words(name) for name in landmarks.EXTRA_NAMES)],
        "sides": (*landmarks.SIDES, *landmarks.EXTRA_SIDES),
    }


def drawn_keypoints(points: Iterable[Keypoint]) -> list[DrawnKeypoint]:
    """Keypoints with the state that each is drawn in."""
    points = tuple(points)
    return [
        {**written, "state": point.state.value, "isMarked": point.marked is not None}
        for written, point in zip(keypoint_json.to_json(points), points, strict=True)
    ]


def drawn_version(version: PoseVersion) -> list[dict[str, Any]]:
    """All points of `all_landmark_constants()`; an extra landmark that is not placed is absent."""
    placed = {point.name: point for point in version.extras}
    extras = (_drawn_extra(placed, name) for name in landmarks.EXTRA_NAMES)
    return [*map(dict, drawn_keypoints(version.keypoints)), *extras]


def _drawn_extra(placed: Mapping[str, ExtraKeypoint], name: str) -> dict[str, Any]:
    point = placed.get(name) or ExtraKeypoint(name, 0, 0, KeypointState.ABSENT)
    [written] = keypoint_json.extras_to_json([point])
    return {**written, "visibility": 1.0, "isMarked": True}


def person_data(pose: Pose, *, uncertainty: Sequence[float] | None = None) -> PersonData:
    """A person as the current revision has it; read the pose with its current revision."""
    current = pose.current
    return {
        "id": str(pose.id),
        "person": pose.person,
        "revision": current.number,
        "score": current.score,
        "box": current.box,
        "keypoints": drawn_keypoints(current.points),
        "extras": current.extra_keypoints,
        "world": current.world_keypoints,
        "uncertainty": uncertainty,
    }
