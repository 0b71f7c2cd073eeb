import pytest

from poses.engine import landmarks
from poses.engine.deviations import deviations

KNEE = landmarks.INDEX["left_knee"]


def row(knee: float = 0.0) -> list[float]:
    return [knee if index == KNEE else 0.0 for index in range(landmarks.COUNT)]


def test_share_median_and_ninetieth_are_of_the_poses_where_it_was_moved():
    found = deviations([row(one) for one in (10, 20, 30, 0, 0)], [100.0] * 5, untouched=5)
    assert len(found) == landmarks.COUNT
    knee = found[KNEE]
    assert (knee.name, knee.side, knee.count) == ("left_knee", "left", 10)
    assert knee.share_moved == pytest.approx(0.3)
    assert knee.median_px == pytest.approx(20)
    assert knee.p90_px == pytest.approx(28)
    assert knee.median_torso == pytest.approx(0.2)


def test_a_point_that_nobody_moved_has_a_share_and_no_distances():
    nose = deviations([row(10)], [100.0], untouched=0)[0]
    assert (nose.share_moved, nose.median_px, nose.p90_px, nose.median_torso) == (0.0, None, None, None)


@pytest.mark.parametrize(("pixels", "share"), [(0.049, 0.0), (0.05, 1.0)])
def test_what_is_below_a_twentieth_of_a_pixel_was_not_moved(pixels, share):
    assert deviations([row(pixels)], [100.0], untouched=0)[KNEE].share_moved == share


def test_a_pose_without_a_torso_counts_in_pixels_and_not_in_shares_of_it():
    knee = deviations([row(10), row(30)], [0.0, 100.0], untouched=0)[KNEE]
    assert knee.median_px == pytest.approx(20)
    assert knee.median_torso == pytest.approx(0.3)


def test_the_torsos_share_is_the_median_of_shares_not_the_share_of_medians():
    knee = deviations([row(10), row(20), row(90)], [100.0, 50.0, 1000.0], untouched=0)[KNEE]
    assert knee.median_torso == pytest.approx(0.1)


def test_approved_ones_alone_are_all_not_moved():
    found = deviations([], [], untouched=3)
    assert {(one.count, one.share_moved, one.median_px) for one in found} == {(3, 0.0, None)}


def test_of_nothing_nothing_is_said():
    assert {(one.count, one.share_moved) for one in deviations([], [], untouched=0)} == {(0, 0.0)}
