import math
from dataclasses import replace

import numpy as np
import pytest

from poses.engine import landmarks, mirror
from poses.engine.mirror import Difference
from poses.engine.people import KeypointState
from tests.conftest import person

SIZE = (400, 200)


def moved(found, name: str, **values: object):
    index = landmarks.INDEX[name]
    points = found.keypoints
    return replace(found, keypoints=(*points[:index], replace(points[index], **values), *points[index + 1 :]))


def test_pixels_are_turned_left_to_right_in_memory_of_their_own():
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    flipped = mirror.flipped(pixels)
    assert flipped[0, 0].tolist() == pixels[0, 2].tolist()
    assert flipped.flags.c_contiguous
    assert not np.shares_memory(flipped, pixels)


def test_pixels_mirrored_twice_are_the_photo_itself():
    pixels = np.random.default_rng(7).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    assert np.array_equal(mirror.flipped(mirror.flipped(pixels)), pixels)


def test_a_person_turned_back_stands_on_the_other_side_with_the_sides_names_exchanged():
    found = person(x=0.3)
    back = mirror.unmirrored(found)
    assert [point.name for point in back.keypoints] == list(landmarks.NAMES)
    left, right = landmarks.INDEX["left_wrist"], landmarks.INDEX["right_wrist"]
    assert back.keypoints[left].x == pytest.approx(1 - found.keypoints[right].x)
    assert back.keypoints[left].y == found.keypoints[right].y
    assert back.world[left].x == -found.world[right].x
    assert back.keypoints[0].x == pytest.approx(1 - found.keypoints[0].x)
    assert back.box.x + back.box.width / 2 == pytest.approx(0.7)


def test_a_person_turned_back_twice_is_the_same():
    found = person(x=0.3)
    twice = mirror.unmirrored(mirror.unmirrored(found))
    assert [point.name for point in twice.keypoints] == [point.name for point in found.keypoints]
    assert [point.x for point in twice.keypoints] == pytest.approx([point.x for point in found.keypoints])
    assert twice.world == found.world


def test_the_same_person_has_no_difference():
    found = person()
    same = mirror.difference(found.keypoints, found, size=SIZE)
    assert same.distances_px == (0.0,) * landmarks.COUNT
    assert (same.mean_px, same.share) == (0.0, 0.0)


def test_distances_are_in_pixels_and_the_mean_in_shares_of_the_bodys_diagonal():
    found = person(size=0.5)  # 200 pixels wide, 100 high
    other = moved(found, "left_knee", x=found.keypoints[25].x + 0.03, y=found.keypoints[25].y + 0.08)
    difference = mirror.difference(found.keypoints, other, size=SIZE)
    assert difference.distances_px[25] == pytest.approx(20)
    assert sum(difference.distances_px) == pytest.approx(20)
    assert difference.least_sure == 25
    assert difference.mean_px == pytest.approx(20 / 33)
    assert difference.share == pytest.approx(20 / 33 / math.hypot(200, 100))


def test_absent_points_do_not_count_in_the_mean_and_are_never_the_least_sure():
    found = moved(person(), "left_knee", marked=KeypointState.ABSENT)
    difference = Difference.of([100.0 if index == 25 else 2.0 for index in range(33)], found.keypoints, size=SIZE)
    assert difference.mean_px == pytest.approx(2)
    assert difference.least_sure != 25
    assert difference.distances_px[25] == 100


def test_where_every_point_is_absent_all_count():
    found = person(visibility=0.1)
    points = tuple(replace(point, marked=KeypointState.ABSENT) for point in found.keypoints)
    assert Difference.of([3.0] * 33, points, size=SIZE).mean_px == pytest.approx(3)


def test_a_body_that_is_a_single_place_has_no_share():
    points = tuple(replace(point, x=0.5, y=0.5) for point in person().keypoints)
    assert Difference.of([3.0] * 33, points, size=SIZE).share is None
