import time

import cv2
import numpy as np
import pytest

from frames.imaging.strip import FOOTER_PX, HEADER_PX, draw_strip

BREAK = (176, 58, 22)


def rows(count, width=150):
    return np.random.default_rng(count).integers(0, 256, (count, width, 3), np.uint8)


def depths(count):
    return np.round(9000.1 + 0.1 * np.arange(count), 1)


def drawn(rgb, at, unit="m", **options):
    """The axis and the data, as read back from the file."""
    content = draw_strip(rgb, at, unit, **options)
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    return picture[:, : -rgb.shape[1]], picture[:, -rgb.shape[1] :]


def text_rows(axis):
    """The rows in which something dark is written, from the first row of data on."""
    return np.flatnonzero((axis.max(axis=2) < 90).any(axis=1)) - HEADER_PX


def broken_rows(axis):
    return np.flatnonzero((axis[:, -1] == BREAK).all(axis=1)) - HEADER_PX


@pytest.mark.parametrize("count", [1, 2, 300])
def test_the_data_is_a_pixel_a_row_and_untouched(count):
    rgb = rows(count)
    axis, data = drawn(rgb, depths(count))
    assert len(data) == HEADER_PX + count + FOOTER_PX
    assert np.array_equal(data[HEADER_PX:-FOOTER_PX], rgb)
    assert axis.shape[1] < 80


def test_labels_stand_beside_their_rows_and_the_unit_above_them():
    axis, _ = drawn(rows(100), depths(100))
    written = text_rows(axis)
    assert (written < -5).any()
    labels = written[written >= 0]
    assert {int(row) for row in np.rint((labels + 1) / 50) * 50 - 1} == {49, 99}
    assert np.abs(labels - np.where(labels < 75, 49, 99)).max() <= 6


@pytest.mark.parametrize("count", [1, 2])
def test_a_row_or_two_have_a_whole_label(count):
    axis, _ = drawn(rows(count), depths(count))
    written = text_rows(axis)
    assert written[written > -8].min() <= -3
    assert 3 <= written.max() < count + FOOTER_PX - 1


def test_a_gap_is_marked_up_to_the_data():
    at = depths(100)
    at[60:] += 5
    axis, _ = drawn(rows(100), at)
    assert broken_rows(axis).tolist() == [60]
    assert broken_rows(drawn(rows(100), depths(100))[0]).tolist() == []


def test_gaps_may_be_the_callers():
    axis, _ = drawn(rows(100), depths(100), gaps=np.array([7, 8, 90]))
    assert broken_rows(axis).tolist() == [7, 8, 90]


@pytest.mark.parametrize("unit", ["µm", "м", "Ωm", "line\nbreak", ""])
def test_any_unit_can_be_written(unit):
    axis, _ = drawn(rows(5), depths(5), unit)
    assert (text_rows(axis) < -8).any() == bool(unit)


def test_letters_that_the_plain_font_lacks_differ_from_each_other():
    assert not np.array_equal(drawn(rows(5), depths(5), "µm")[0], drawn(rows(5), depths(5), "Ωm")[0])


def test_a_long_unit_is_cut():
    assert drawn(rows(5), depths(5), "metres " * 40)[0].shape[1] < 150


@pytest.mark.parametrize(
    ("rgb", "at", "said"),
    [
        (rows(0), depths(0), "at least one"),
        (rows(3)[..., 0], depths(3), "shape"),
        (rows(3).astype(float), depths(3), "uint8"),
        (rows(3), depths(2), "one depth"),
        (rows(3), depths(3)[::-1], "ascend"),
        (rows(2), np.array([1.0, 1.0]), "ascend"),
        (rows(2), np.array([1.0, np.nan]), "finite"),
        (rows(1), np.array([np.inf]), "finite"),
    ],
)
def test_what_is_no_strip_is_refused(rgb, at, said):
    with pytest.raises(ValueError, match=said):
        draw_strip(rgb, at, "m")


def test_a_thousand_rows_take_a_moment():
    rgb, at = rows(1000), depths(1000)
    times = []
    for _ in range(5):
        start = time.thread_time()
        draw_strip(rgb, at, "m")
        times.append(time.thread_time() - start)
    assert min(times) < 0.04  # measured 0.012; noise is the slowest there is
