"""What the engine answers: people with keypoints, as frozen dataclasses."""

from dataclasses import dataclass
from enum import StrEnum

# From COCO's use of the model's two numbers: at least as likely as not.
_LIKELY = 0.5


class KeypointState(StrEnum):
    """COCO's v of 2, 1 and 0, in words."""

    VISIBLE = "visible"
    OCCLUDED = "occluded"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Keypoint:
    """A landmark on the photo.

    `x` and `y` are shares of the photo's width and height (after orientation; outside 0 to 1 where the body leaves the
    photo), `z` has about the scale of `x` with the hips at 0, smaller is nearer the camera; `visibility` and `presence`
    are 0 to 1 and always the model's. `marked` is the state that a person gave the point, None where nobody did.
    """

    name: str
    x: float
    y: float
    z: float
    visibility: float
    presence: float
    marked: KeypointState | None = None

    @property
    def state(self) -> KeypointState:
        """What a person marked; else visible from a visibility of 0.5, and below it occluded inside the photo and
        absent outside it or where the model takes it for not present.
        """
        if self.marked is not None:
            return self.marked
        if self.visibility >= _LIKELY:
            return KeypointState.VISIBLE
        if self.presence < _LIKELY or not (0 <= self.x <= 1 and 0 <= self.y <= 1):
            return KeypointState.ABSENT
        return KeypointState.OCCLUDED


@dataclass(frozen=True, slots=True)
class ExtraKeypoint:
    """One of `landmarks.EXTRA_NAMES` that a person placed on the photo: `x` and `y` in shares, visible or occluded."""

    name: str
    x: float
    y: float
    state: KeypointState = KeypointState.VISIBLE


@dataclass(frozen=True, slots=True)
class WorldLandmark:
    """A landmark in metres, the origin midway between the hips: x to the image's right, y down, z away."""

    name: str
    x: float
    y: float
    z: float
    visibility: float
    presence: float


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in shares of the photo's width and height: top left corner, width, height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Person:
    """One found person: 33 keypoints and world landmarks in the order of `landmarks.NAMES`.

    `score` is the mean visibility of the 33 keypoints, 0 to 1: the Tasks API gives no score of its own.
    """

    keypoints: tuple[Keypoint, ...]
    world: tuple[WorldLandmark, ...]
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class PoseVersion:
    """A pose as one revision or one editor has it: 33 keypoints, and the extra landmarks that are placed."""

    keypoints: tuple[Keypoint, ...]
    extras: tuple[ExtraKeypoint, ...] = ()
