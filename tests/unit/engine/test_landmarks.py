from mediapipe.tasks.python.vision.pose_landmarker import PoseLandmark, PoseLandmarksConnections

from poses.engine import landmarks
from poses.engine.landmarks import Side

# What other tools call flip_idx: the index each landmark has in a mirrored photo.
FLIP_IDX = (0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15, 18, 17, 20, 19, 22, 21, 24, 23, 26, 25)
FLIP_IDX += (28, 27, 30, 29, 32, 31)


def test_the_names_are_mediapipes_in_its_order():
    assert list(landmarks.NAMES) == [landmark.name.lower() for landmark in sorted(PoseLandmark)]
    assert landmarks.COUNT == 33
    assert [landmarks.INDEX[name] for name in landmarks.NAMES] == list(range(33))


def test_the_connections_are_mediapipes():
    expected = {frozenset((line.start, line.end)) for line in PoseLandmarksConnections.POSE_LANDMARKS}
    assert len(landmarks.CONNECTIONS) == len(expected) == 35
    assert {frozenset(connection) for connection in landmarks.CONNECTIONS} == expected


def test_mirroring_twice_changes_nothing():
    assert landmarks.MIRROR == FLIP_IDX
    assert tuple(landmarks.MIRROR[index] for index in landmarks.MIRROR) == tuple(range(33))


def test_a_mirrored_landmark_lies_on_the_other_side():
    other = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.MIDDLE: Side.MIDDLE}
    assert [landmarks.SIDES[index] for index in landmarks.MIRROR] == [other[side] for side in landmarks.SIDES]


def test_only_the_nose_is_in_the_middle():
    middle = [name for name, side in zip(landmarks.NAMES, landmarks.SIDES, strict=True) if side is Side.MIDDLE]
    assert middle == ["nose"]
    assert len(landmarks.LEFT_RIGHT_PAIRS) == 16
    assert landmarks.SIDES[landmarks.INDEX["mouth_left"]] is Side.LEFT


def test_the_regions_share_out_all_landmarks():
    indices = [index for region in landmarks.REGIONS.values() for index in region]
    assert sorted(indices) == list(range(33))
    assert set(landmarks.REGIONS) == {"face", "arms", "torso", "legs"}


def test_a_bone_between_two_sides_is_in_the_middle():
    assert landmarks.connection_side(11, 12) is Side.MIDDLE
    assert landmarks.connection_side(11, 13) is Side.LEFT
    assert landmarks.connection_side(12, 14) is Side.RIGHT
    assert landmarks.connection_side(0, 1) is Side.MIDDLE
