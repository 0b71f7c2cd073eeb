import json
from pathlib import Path

import pytest

from poses.engine import angles, landmarks
from poses.engine.people import Keypoint, KeypointState

CASES = json.loads((Path(__file__).resolve().parents[2] / "data" / "angles.json").read_text())


def keypoints_of(case: dict) -> list[Keypoint]:
    """All 33; those that the case does not place are absent."""
    width, height = case["size"]

    def point(name: str) -> Keypoint:
        x, y = case["points"].get(name, (0, 0))
        is_there = name in case["points"] and name not in case["absent"]
        state = KeypointState.VISIBLE if is_there else KeypointState.ABSENT
        return Keypoint(name, x / width, y / height, 0.0, 0.9, 0.9, state)

    return [point(name) for name in landmarks.NAMES]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_angles(case):
    found = angles.joint_angles(keypoints_of(case), size=tuple(case["size"]))
    assert set(found) == {*angles.JOINTS, *angles.LINES}
    assert {key: value for key, value in found.items() if value is not None} == pytest.approx(
        case["expected"], abs=1e-6
    )


def test_there_are_twelve():
    assert len(angles.JOINTS) == 10
    assert set(angles.LINES) == {"shoulder_line", "hip_line"}
    named = {name for names in (*angles.JOINTS.values(), *angles.LINES.values()) for name in names}
    assert named <= set(landmarks.NAMES)


def test_what_a_person_marked_absent_is_not_measured_whatever_the_model_says():
    case = CASES[0]
    points = keypoints_of(case)
    assert angles.joint_angles(points, size=(1000, 1000))["left_elbow"] is not None
    index = landmarks.INDEX["left_wrist"]
    points[index] = Keypoint("left_wrist", 0.6, 0.5, 0.0, 1.0, 1.0, KeypointState.ABSENT)
    assert angles.joint_angles(points, size=(1000, 1000))["left_elbow"] is None
