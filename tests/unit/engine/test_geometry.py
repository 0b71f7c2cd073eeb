import pytest

from poses.engine.geometry import bounding_box, intersection_over_union, mean_visibility
from poses.engine.people import Box, Keypoint


def point(x: float, y: float, visibility: float = 0.9, presence: float = 0.9) -> Keypoint:
    return Keypoint("nose", x, y, 0.0, visibility, presence)


def test_the_box_holds_every_point_that_is_not_absent():
    box = bounding_box([point(0.2, 0.3), point(0.6, 0.9), point(0.1, 0.5, visibility=0.2), point(0.9, 0.1, 0.1, 0.1)])
    assert (box.x, box.y) == (0.1, 0.3)
    assert (box.width, box.height) == pytest.approx((0.5, 0.6))


def test_the_box_is_cut_at_the_photos_edges():
    assert bounding_box([point(-0.5, 0.25), point(1.5, 3.0)]) == Box(0.0, 0.25, 1.0, 0.75)


def test_where_every_point_is_absent_the_box_holds_them_all():
    box = bounding_box([point(0.25, 0.25, 0.1, 0.1), point(0.75, 0.5, 0.1, 0.1)])
    assert box == Box(0.25, 0.25, 0.5, 0.25)


def test_the_mean_visibility():
    assert mean_visibility([point(0, 0, 0.5), point(0, 0, 1.0)]) == 0.75


def test_a_box_has_all_in_common_with_itself():
    assert intersection_over_union(Box(0.1, 0.1, 0.4, 0.4), Box(0.1, 0.1, 0.4, 0.4)) == pytest.approx(1)


def test_two_boxes_that_overlap_by_half():
    assert intersection_over_union(Box(0, 0, 0.4, 0.4), Box(0.2, 0, 0.4, 0.4)) == pytest.approx(1 / 3)


@pytest.mark.parametrize("other", [Box(0.4, 0, 0.1, 0.1), Box(0.9, 0.9, 0.1, 0.1), Box(0.1, 0.1, 0, 0)])
def test_boxes_that_only_touch_have_nothing_in_common(other):
    assert intersection_over_union(Box(0, 0, 0.4, 0.4), other) == 0


def test_two_boxes_without_extent_have_nothing_in_common():
    assert intersection_over_union(Box(0.5, 0.5, 0, 0), Box(0.5, 0.5, 0, 0)) == 0
