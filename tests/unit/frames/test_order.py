"""The depths of a file against each other, and the report of all that is found."""

import numpy as np
import pytest

from frames.formats.findings import Code, CsvRefused, Finding
from frames.formats.order import Order, check_order, usual_step
from frames.formats.report import MOST_LISTED, Report

GAP, UNSORTED, DUPLICATE = Code.GAP, Code.UNSORTED, Code.DUPLICATE_DEPTH


def order_of(*depths: float) -> Order:
    return check_order(np.array(depths, np.float64), np.arange(2, len(depths) + 2))


def found(order: Order) -> list[tuple[Code, int]]:
    """Code and row of each finding, which must be as many as are counted."""
    findings = list(order.findings)
    assert {code: sum(one.code == code for one in findings) for code in order.counts} == order.counts
    assert all(one.message.startswith(f"Row {one.row}: ") for one in findings)
    return [(one.code, one.row) for one in findings]


@pytest.mark.parametrize(
    ("depths", "by_depth", "step", "is_upward", "expected"),
    [
        ((), [], None, False, []),
        ((5,), [0], None, False, []),
        ((5, 6), [0, 1], 1, False, []),
        ((6, 5), [1, 0], 1, True, []),
        ((5, 5), [0], None, False, [(DUPLICATE, 3)]),
        ((1, 2, 3, 2, 4, 2), [0, 1, 2, 4], 1, False, [(DUPLICATE, 5), (DUPLICATE, 7), (UNSORTED, 5), (UNSORTED, 7)]),
        ((4, 3, 2, 2.5, 1), [4, 2, 3, 1, 0], 0.75, True, [(UNSORTED, 5)]),
        ((1, 2, 5, 3, 4), [0, 1, 3, 4, 2], 1, False, [(UNSORTED, 5)]),
        ((1, 2, 3, 4, 5, 6.5, 7.5), [*range(7)], 1, False, []),
        ((1, 2, 3, 4, 5, 6.6, 7.6), [*range(7)], 1, False, [(GAP, 7)]),
        ((9, 8, 7, 6, 3, 2, 1), [6, 5, 4, 3, 2, 1, 0], 1, True, [(GAP, 5)]),
        ((1, 2, 9, 3, 4, 5, 6, 7), [0, 1, 3, 4, 5, 6, 7, 2], 1, False, [(UNSORTED, 5), (GAP, 4)]),
        ((1, 2, 4, 8, 16, 32), [*range(6)], None, False, []),
        ((-2, -1, 0, 1), [*range(4)], 1, False, []),
    ],
)
def test_the_order_of_depths(depths, by_depth, step, is_upward, expected):
    order = order_of(*depths)
    assert (order.by_depth.tolist(), order.step, order.is_upward) == (by_depth, step, is_upward)
    assert found(order) == expected


def test_a_finding_names_both_rows_or_depths():
    messages = [one.message for one in order_of(1, 2, 3, 2, 9, 4, 5, 6, 7, 8, 13).findings]
    assert messages == [
        "Row 5: the depth 2 stands in row 3 already.",
        "Row 5: the depth 2 stands after 3.",
        "Row 7: the depth 4 stands after 9.",
        "Row 12: no rows between the depths 9 and 13; the usual step is 1.",
    ]


def test_steps_of_a_tenth_are_one_step_whatever_binary_fractions_say():
    order = order_of(*np.round(9000.1 + np.arange(5_000) / 10, 6))
    assert (order.step, found(order)) == (0.1, [])


def test_the_usual_step_is_that_of_eight_in_ten():
    assert usual_step(np.array([1.0] * 8 + [5.0] * 2)) == 1
    assert usual_step(np.array([1.0] * 7 + [5.0] * 3)) is None


def faults(count: int, code: Code = Code.SHORT_ROW, first: int = 2) -> list[Finding]:
    return [Finding(code, row, f"Row {row}") for row in range(first, first + count)]


def test_a_report_takes_ten_thousand_faults_and_refuses_one_more():
    report = Report()
    report.add(faults(MOST_LISTED))
    assert (report.count, report.left_out_count, len(report.listed)) == (MOST_LISTED,) * 3
    with pytest.raises(CsvRefused, match="10,000") as refused:
        report.add(faults(1, Code.OUT_OF_RANGE, 20_000))
    assert refused.value.code == "too_many_faults"
    assert (report.count, len(report.listed)) == (MOST_LISTED + 1, MOST_LISTED)


def test_any_number_of_kept_rows_is_counted_and_the_first_are_listed():
    report = Report()
    report.add(faults(2))
    report.add(iter(faults(15_000, GAP)), {GAP: 15_000, UNSORTED: 0})
    assert report.counts == {Code.SHORT_ROW: 2, GAP: 15_000}
    assert (report.count, report.left_out_count, len(report.listed)) == (15_002, 2, MOST_LISTED)


def test_duplicates_of_a_whole_file_are_too_many_though_they_are_not_all_made():
    order = order_of(*[1.0] * (MOST_LISTED + 2))
    report = Report()
    with pytest.raises(CsvRefused):
        report.add(order.findings, order.counts)
    assert (report.counts[DUPLICATE], len(report.listed)) == (MOST_LISTED + 1, MOST_LISTED)


def test_notes_are_about_rows_that_are_kept_and_all_else_is_left_out():
    assert {code for code in Code if code.is_kept} == {UNSORTED, GAP}
