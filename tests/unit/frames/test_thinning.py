"""Rows made narrower: as the area says, and as OpenCV does it."""

import cv2
import numpy as np
import pytest

from frames.imaging.thinning import coarsen, thin

from .obvious import levels, thinned

WIDTHS = (2, 3, 7, 75, 149, 150, 151, 199, 200, 225, 299, 300, 301, 450, 640, 1000, 1024, 2048, 3000, 4095, 4096)


def rows_of(width: int) -> np.ndarray:
    """Noise, black and white pixels in turns, a ramp, and the ends of the range."""
    made = np.random.default_rng(width).integers(0, 256, (9, width), np.uint8)
    made[1] = np.arange(width) % 2 * 255
    made[2] = np.linspace(0, 255, width)
    made[3], made[4] = 0, 255
    made[5] = made[0] // 128 * 255
    return made


@pytest.mark.parametrize("target", [150, 64])
@pytest.mark.parametrize("width", WIDTHS)
def test_rows_are_the_mean_over_area_within_a_grey_level(width, target):
    grey = rows_of(width)
    made = thin(grey, target)
    assert (made.shape, made.dtype) == ((9, target), np.uint8)
    assert np.abs(made - thinned(grey, target)).max() <= 0.6
    each = [cv2.resize(row[None], (target, 1), interpolation=cv2.INTER_AREA)[0] for row in grey]
    assert np.abs(made.astype(int) - np.array(each, int)).max() <= 1


def test_a_row_does_not_depend_on_its_neighbours():
    grey = np.random.default_rng(5).integers(0, 256, (1024, 200), np.uint8)
    np.testing.assert_array_equal(thin(grey, 150)[500:501], thin(grey[500:501], 150))


def test_rows_of_that_width_and_no_rows_stay_as_they_are():
    grey = rows_of(150)
    np.testing.assert_array_equal(thin(grey, 150), grey)
    assert thin(np.empty((0, 200), np.uint8), 150).shape == (0, 150)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 1023, 1024])
def test_a_coarser_level_is_the_mean_of_four_rows_and_of_what_is_left(count):
    rows = np.random.default_rng(count).integers(0, 256, (count, 5), np.uint8)
    np.testing.assert_array_equal(coarsen(rows, 4), levels(np.arange(count), rows)[1][1])


def test_means_are_rounded_to_the_nearest_and_halves_up():
    assert coarsen(np.array([[0], [0], [1], [1]], np.uint8), 4).tolist() == [[1]]
    assert coarsen(np.array([[0], [0], [0], [1]], np.uint8), 4).tolist() == [[0]]
    assert coarsen(np.full((4, 1), 255, np.uint8), 4).tolist() == [[255]]
