import dataclasses
import math

import pytest

from poses.engine import landmarks, versions
from poses.engine.people import ExtraKeypoint, Keypoint, KeypointState, PoseVersion
from poses.engine.versions import Change, Choice, Moves

SIZE = (4000, 3000)
BASE = PoseVersion(
    tuple(Keypoint(name, 0.1 + index / 100, 0.5, 0.0, 0.9, 0.9) for index, name in enumerate(landmarks.NAMES))
)


def with_point(version: PoseVersion, name: str, **values: object) -> PoseVersion:
    index = landmarks.INDEX[name]
    point = dataclasses.replace(version.keypoints[index], **values)
    return dataclasses.replace(version, keypoints=(*version.keypoints[:index], point, *version.keypoints[index + 1 :]))


def test_nothing_differs_from_itself():
    assert versions.changes(BASE, BASE, size=SIZE) == []
    assert versions.moves(BASE, BASE, size=SIZE) == Moves(0, 0.0, 0)


def test_a_moved_point_is_measured_in_the_photos_pixels():
    moved = with_point(BASE, "nose", x=0.101, y=0.501)  # 4 pixels right, 3 down
    (change,) = versions.changes(BASE, moved, size=SIZE)
    assert (change.name, change.before, change.after) == ("nose", KeypointState.VISIBLE, KeypointState.VISIBLE)
    assert change.moved_px == pytest.approx(5)


def test_what_is_below_the_stored_decimals_is_no_move():
    assert versions.changes(BASE, with_point(BASE, "nose", x=0.1 + 4e-7), size=SIZE) == []


def test_a_state_alone_is_a_change_and_no_move():
    marked = with_point(BASE, "left_knee", marked=KeypointState.OCCLUDED)
    (change,) = versions.changes(BASE, marked, size=SIZE)
    assert change == Change("left_knee", 0.0, KeypointState.VISIBLE, KeypointState.OCCLUDED)
    assert versions.moves(BASE, marked, size=SIZE) == Moves(0, 0.0, 1)


def test_extra_landmarks_that_are_placed_or_removed_count_as_moved():
    placed = dataclasses.replace(BASE, extras=(ExtraKeypoint("c7", 0.5, 0.5),))
    (change,) = versions.changes(BASE, placed, size=SIZE)
    assert change == Change("c7", None, KeypointState.ABSENT, KeypointState.VISIBLE)
    assert versions.moves(BASE, placed, size=SIZE) == Moves(1, 0.0, 0)
    assert versions.changes(placed, BASE, size=SIZE) == [
        Change("c7", None, KeypointState.VISIBLE, KeypointState.ABSENT)
    ]


def test_the_mean_is_over_the_points_moved():
    moved = with_point(with_point(BASE, "nose", x=0.101), "left_ear", y=0.502)  # 4 and 6 pixels
    moves = versions.moves(BASE, moved, size=SIZE)
    assert (moves.points, moves.states) == (2, 0)
    assert moves.mean_px == pytest.approx(5)


def test_distances_of_all_points():
    moved = with_point(BASE, "left_elbow", x=BASE.keypoints[13].x + 0.01)
    distances = versions.distances_px(BASE.keypoints, moved.keypoints, size=SIZE)
    assert len(distances) == 33
    assert distances[13] == pytest.approx(40)
    assert sum(distances) == pytest.approx(40)


def test_the_torso_reaches_from_between_the_shoulders_to_between_the_hips():
    upright = BASE
    for name, x, y in (
        ("left_shoulder", 0.6, 0.2),
        ("right_shoulder", 0.4, 0.2),
        ("left_hip", 0.55, 0.6),
        ("right_hip", 0.45, 0.6),
    ):
        upright = with_point(upright, name, x=x, y=y)
    assert versions.torso_px(upright.keypoints, size=SIZE) == pytest.approx(0.4 * 3000)
    assert math.isclose(versions.torso_px(upright.keypoints, size=(100, 100)), 40)


def test_a_version_is_put_together_point_by_point():
    mine = with_point(BASE, "nose", x=0.3)
    theirs = dataclasses.replace(with_point(BASE, "left_ear", x=0.7), extras=(ExtraKeypoint("c7", 0.1, 0.1),))
    model = with_point(BASE, "right_ear", x=0.9)
    sides = {Choice.MINE: mine, Choice.THEIRS: theirs, Choice.MODEL: model}
    chosen = {"left_ear": Choice.THEIRS, "right_ear": Choice.MODEL, "c7": Choice.THEIRS}
    merged = versions.merged(sides, chosen)
    assert [merged.keypoints[index].x for index in (0, 7, 8)] == [0.3, 0.7, 0.9]
    assert merged.extras == theirs.extras
    assert versions.merged(sides, {}) == mine
    placed_by_me = dataclasses.replace(mine, extras=(ExtraKeypoint("chin", 0.2, 0.2),))
    assert versions.merged(sides | {Choice.MINE: placed_by_me}, {"chin": Choice.MODEL}).extras == ()
