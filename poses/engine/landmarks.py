"""The 33 body landmarks of MediaPipe's pose model: names, sides, connections, regions.

Source: `PoseLandmark` and `PoseLandmarksConnections` in mediapipe.tasks.python.vision.pose_landmarker.
Left and right are the subject's own.
"""

from enum import StrEnum

NAMES: tuple[str, ...] = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)
COUNT = len(NAMES)
INDEX: dict[str, int] = {name: index for index, name in enumerate(NAMES)}

CONNECTIONS: tuple[tuple[int, int], ...] = (
    # face
    *((0, 1), (1, 2), (2, 3), (3, 7), (0, 4), (4, 5), (5, 6), (6, 8), (9, 10)),
    # shoulders, arms and hands
    (11, 12),
    *((11, 13), (13, 15), (15, 17), (15, 19), (15, 21), (17, 19)),
    *((12, 14), (14, 16), (16, 18), (16, 20), (16, 22), (18, 20)),
    # torso
    *((11, 23), (12, 24), (23, 24)),
    # legs and feet
    *((23, 25), (24, 26), (25, 27), (26, 28), (27, 29), (28, 30), (29, 31), (30, 32), (27, 31), (28, 32)),
)


class Side(StrEnum):
    """The subject's own side a landmark lies on."""

    LEFT = "left"
    RIGHT = "right"
    MIDDLE = "middle"


def _side(name: str) -> Side:
    words = name.split("_")
    return Side.LEFT if "left" in words else Side.RIGHT if "right" in words else Side.MIDDLE


SIDES: tuple[Side, ...] = tuple(_side(name) for name in NAMES)

LEFT_RIGHT_PAIRS: tuple[tuple[int, int], ...] = tuple(
    (index, INDEX[name.replace("left", "right")]) for index, name in enumerate(NAMES) if SIDES[index] is Side.LEFT
)

_MIRRORED = {**dict(LEFT_RIGHT_PAIRS), **{right: left for left, right in LEFT_RIGHT_PAIRS}}
# MIRROR[i] is the landmark that i becomes in a mirrored photo ("flip_idx" of other tools).
MIRROR: tuple[int, ...] = tuple(_MIRRORED.get(index, index) for index in range(COUNT))

# What a person may click besides, for measures that the 33 cannot give: the spine's most prominent vertebra, the front
# points of the pelvis, the kneecaps' centres, the bumps below them, the chin.
EXTRA_NAMES: tuple[str, ...] = (
    "c7",
    "left_asis",
    "right_asis",
    "left_patella",
    "right_patella",
    "left_tibial_tuberosity",
    "right_tibial_tuberosity",
    "chin",
)
EXTRA_SIDES: tuple[Side, ...] = tuple(_side(name) for name in EXTRA_NAMES)

REGIONS: dict[str, tuple[int, ...]] = {
    "face": tuple(range(11)),
    "arms": tuple(range(13, 23)),
    "torso": (11, 12, 23, 24),
    "legs": tuple(range(25, 33)),
}


def connection_side(start: int, end: int) -> Side:
    """The side of a bone: that of its two ends, middle where they differ."""
    return SIDES[start] if SIDES[start] is SIDES[end] else Side.MIDDLE
