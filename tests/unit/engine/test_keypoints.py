from poses.engine import keypoints
from poses.engine.people import Box, ExtraKeypoint, Keypoint, KeypointState, WorldLandmark


def test_json_has_six_decimals():
    point = Keypoint("nose", 0.123456789, 1 / 3, -1e-9, 0.9999999, 1.0)
    assert keypoints.to_json([point]) == [
        {"name": "nose", "x": 0.123457, "y": 0.333333, "z": 0.0, "visibility": 1.0, "presence": 1.0}
    ]


def test_world_landmarks_have_the_same_shape():
    (point,) = keypoints.to_json([WorldLandmark("nose", 0.5, -0.25, 0.1, 0.9, 0.8)])
    assert point == {"name": "nose", "x": 0.5, "y": -0.25, "z": 0.1, "visibility": 0.9, "presence": 0.8}


def test_a_box_as_json():
    assert keypoints.box_to_json(Box(1 / 3, 0.5, 2 / 3, 0.1)) == {
        "x": 0.333333,
        "y": 0.5,
        "width": 0.666667,
        "height": 0.1,
    }


def test_a_state_stands_there_only_where_a_person_marked_it():
    plain = Keypoint("nose", 0.5, 0.5, 0.0, 0.25, 1.0)
    marked = Keypoint("nose", 0.5, 0.5, 0.0, 0.25, 1.0, marked=KeypointState.VISIBLE)
    written = keypoints.to_json([plain, marked])
    assert "state" not in written[0]
    assert written[1]["state"] == "visible"
    assert keypoints.from_json(written) == (plain, marked)


def test_extra_landmarks_are_read_as_they_were_written():
    points = (ExtraKeypoint("c7", 0.25, 0.5, KeypointState.OCCLUDED), ExtraKeypoint("chin", 0.5, 0.125))
    written = keypoints.extras_to_json(points)
    assert written[0] == {"name": "c7", "x": 0.25, "y": 0.5, "state": "occluded"}
    assert keypoints.extras_from_json(written) == points
