import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frames.imaging.ticks import Tick, gap_rows, nice_step, nice_ticks


def regular(first, step, count):
    return np.round(first + step * np.arange(count), 6)


def nice(depths, **options):
    return [(tick.row, tick.label) for tick in nice_ticks(depths, **options)]


@pytest.mark.parametrize(
    ("least", "step"),
    [(1, 1), (1.01, 2), (4, 5), (5.1, 10), (0.04, 0.05), (0.2, 0.2), (40 * 0.05, 2), (9.9e-4, 1e-3), (3e7, 5e7)],
)
def test_a_step_is_the_next_1_2_or_5(least, step):
    assert nice_step(least) == pytest.approx(step)


def test_depths_of_the_usual_step_have_round_labels_every_fifty_rows():
    assert nice(regular(9000.1, 0.1, 200)) == [(49, "9005"), (99, "9010"), (149, "9015"), (199, "9020")]


@pytest.mark.parametrize(
    ("first", "step", "labels"),
    [
        (0, 0.01, ["0.0", "0.5", "1.0"]),
        (-0.6, 0.01, ["-0.5", "0.0", "0.5"]),
        (7, 0.0005, ["7.00", "7.02", "7.04", "7.06"]),
        (0, 25, ["0", "1000", "2000", "3000"]),
        (1e9, 1, ["1000000000", "1000000050", "1000000100"]),
    ],
)
def test_labels_have_the_digits_of_their_step(first, step, labels):
    assert [tick.label for tick in nice_ticks(regular(first, step, 125))] == labels


def test_the_spacing_is_the_callers():
    depths = regular(0, 1, 101)
    assert nice(depths, spacing_px=20) == [(0, "0"), (20, "20"), (40, "40"), (60, "60"), (80, "80"), (100, "100")]
    assert nice(depths, spacing_px=51) == [(0, "0"), (100, "100")]


def test_a_tick_stands_at_the_nearest_row():
    depths = np.array([9.1, 9.7, 10.4, 11.2])
    assert nice(depths, spacing_px=10) == [(1, "10")]


@pytest.mark.parametrize(("depths", "label"), [([9000.1], "9000.1"), ([3.0], "3"), ([0.1 + 0.2], "0.3"), ([-0.0], "0")])
def test_the_only_row_has_its_depth(depths, label):
    assert nice_ticks(np.array(depths)) == [Tick(0, label)]


def test_two_rows_have_one_label():
    assert nice(np.array([9000.1, 9000.2])) == [(0, "9000.1")]
    assert nice(np.array([8999.9, 9000.0])) == [(1, "9000")]


def test_no_rows_have_none():
    assert nice_ticks(np.empty(0)) == []


def test_rows_after_a_leap_are_gaps():
    assert gap_rows(np.array([0, 1, 2, 3.5, 4.5, 6.1, 7.1])).tolist() == [5]
    assert gap_rows(np.array([4.0])).tolist() == gap_rows(np.array([4.0, 900.0])).tolist() == []


def test_no_label_stands_in_a_gap():
    depths = np.concatenate((regular(100, 0.1, 60), regular(203, 0.1, 60)))
    assert nice(depths) == [(0, "100"), (50, "105"), (80, "205")]


def test_a_stretch_without_a_round_depth_has_its_first_row_labelled():
    depths = np.concatenate((regular(1.1, 0.1, 35), regular(56.3, 0.1, 35), regular(71.2, 0.1, 35)))
    assert nice(depths) == [(0, "1.1"), (35, "56.3"), (70, "71.2")]


def test_a_stretch_too_near_a_label_has_none():
    depths = np.concatenate((regular(0, 0.1, 60), [77.7], regular(99.9, 0.1, 60)))
    assert nice(depths) == [(0, "0"), (50, "5"), (112, "105")]


def test_a_gap_to_the_other_end_of_the_earth_costs_nothing():
    assert nice(np.array([0, 0.1, 0.2, 1e12])) == [(0, "0")]


def test_gaps_may_be_the_callers():
    depths = regular(1.1, 0.1, 35)
    assert nice(np.concatenate((depths, depths + 50)), gaps=np.array([], np.intp)) == [(0, "1.1")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([0.05, 0.1, 0.1, 0.1, 0.12, 0.7, 30.0]), min_size=1, max_size=400), st.integers(-500, 9000)
)
def test_labels_never_meet_and_never_lie(steps, first):
    depths = first + np.cumsum(steps)
    ticks = nice_ticks(depths)
    rows = [tick.row for tick in ticks]
    assert rows
    assert min(np.diff(rows), default=30) >= 30
    away = np.abs(depths[rows] - [float(tick.label) for tick in ticks])
    assert away.max() <= 0.751 * max(np.median(np.diff(depths)), 1e-6) if len(depths) > 1 else away.max() < 1e-6
