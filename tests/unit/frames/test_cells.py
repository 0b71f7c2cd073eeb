"""One row at a time: what is taken for a number, and what is said of anything else."""

import math

import numpy as np
import pytest

from frames.formats.cells import read_lines
from frames.formats.findings import Code, Finding
from frames.formats.header import Header

HEADER = Header(("depth", "col1", "col2", "col3"))
GOOD = b"1,10,20,30\n"


def the_finding(line: bytes) -> Finding:
    """Of a line that stands between good ones, which must not suffer."""
    rows, findings = read_lines(GOOD + line + b"\n" + GOOD, HEADER, 1_233)
    assert (rows.depths.tolist(), rows.grey.tolist()) == ([1, 1], [[10, 20, 30]] * 2)
    assert rows.lines.tolist() == [1_233, 1_235]
    [finding] = findings
    assert finding.row == 1_234
    assert finding.message.startswith("Row 1,234")
    return finding


@pytest.mark.parametrize(
    ("line", "code", "column", "words"),
    [
        (b"", Code.BLANK_ROW, "", "every cell is empty"),
        (b" ,\t, ,", Code.BLANK_ROW, "", "every cell is empty"),
        (b",,,,,", Code.BLANK_ROW, "", "every cell is empty"),
        (b"2,1,2", Code.SHORT_ROW, "", "3 cells instead of 4"),
        (b"2", Code.SHORT_ROW, "", "1 cell instead of 4"),
        (b"2;1;2;3", Code.SHORT_ROW, "", "1 cell instead of 4"),
        (b"2,1,2,3,4", Code.LONG_ROW, "", "5 cells instead of 4"),
        (b'2,"1,5",2,3', Code.LONG_ROW, "", "5 cells instead of 4"),
        (b",1,2,3", Code.MISSING_DEPTH, "depth", "missing"),
        (b' "" ,1,2,3', Code.MISSING_DEPTH, "depth", "missing"),
        (b"deep,1,2,3", Code.DEPTH_NOT_A_NUMBER, "depth", '"deep" is not a number'),
        (b"9_000,1,2,3", Code.DEPTH_NOT_A_NUMBER, "depth", '"9_000"'),
        (b"0x10,1,2,3", Code.DEPTH_NOT_A_NUMBER, "depth", '"0x10"'),
        (b"9 000,1,2,3", Code.DEPTH_NOT_A_NUMBER, "depth", '"9 000"'),
        (b"1" * 40 + b"x,1,2,3", Code.DEPTH_NOT_A_NUMBER, "depth", "1" * 29 + "…"),
        (b"nan,1,2,3", Code.DEPTH_NOT_FINITE, "depth", "no finite number"),
        (b"NaN,1,2,x", Code.DEPTH_NOT_FINITE, "depth", "no finite number"),
        (b"-inf,1,2,3", Code.DEPTH_NOT_FINITE, "depth", "no finite number"),
        (b"Infinity,1,2,3", Code.DEPTH_NOT_FINITE, "depth", "no finite number"),
        (b"1000000000,1,2,3", Code.DEPTH_OUT_OF_RANGE, "depth", "10,000,000"),
        (b"-10000000.1,1,2,3", Code.DEPTH_OUT_OF_RANGE, "depth", "10,000,000"),
        (b"1e999,1,2,3", Code.DEPTH_OUT_OF_RANGE, "depth", "10,000,000"),
        (b"2,1,,3", Code.EMPTY_CELL, "col2", "column col2: the cell is empty"),
        (b"2,1,2, ", Code.EMPTY_CELL, "col3", "column col3: the cell is empty"),
        (b"2,1,x,", Code.NOT_A_NUMBER, "col2", '"x" is not a whole number'),
        (b"2,NaN,2,3", Code.NOT_A_NUMBER, "col1", '"NaN"'),
        (b"2,1_0,2,3", Code.NOT_A_NUMBER, "col1", '"1_0"'),
        (b"2,=1+1,2,3", Code.NOT_A_NUMBER, "col1", '"=1+1"'),
        (b"2,1\r2,2,3", Code.NOT_A_NUMBER, "col1", '"1 2"'),
        (b"2,1\0,2,3", Code.NOT_A_NUMBER, "col1", '"1"'),
        ("2,٣,2,3".encode(), Code.NOT_A_NUMBER, "col1", '"٣"'),
        (b"2,\xff\xfe,2,3", Code.NOT_A_NUMBER, "col1", "\ufffd"),
        (b"2,1.5,2,3", Code.NOT_WHOLE, "col1", "no whole number"),
        (b"2,1,2,256", Code.OUT_OF_RANGE, "col3", '"256" is not from 0 to 255'),
        (b"2,-1,2,3", Code.OUT_OF_RANGE, "col1", '"-1"'),
        (b"2,1000,2,3", Code.OUT_OF_RANGE, "col1", '"1000"'),
        (b"2,255.5,2,3", Code.OUT_OF_RANGE, "col1", '"255.5"'),
        (b"2,1e999,2,3", Code.OUT_OF_RANGE, "col1", '"1e999"'),
    ],
)
def test_an_odd_row_is_left_out_and_its_first_fault_named(line, code, column, words):
    finding = the_finding(line)
    assert (finding.code, finding.column) == (code, column)
    assert words in finding.message


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((b"%d" % value, value) for value in (0, 9, 10, 99, 100, 255)),
        *((b"007", 7), (b"0255", 255), (b"00", 0), (b"5.0", 5), (b"5.", 5), (b"+5", 5), (b" 5\t", 5), (b'"5"', 5)),
        *((b' " 5 " ', 5), (b"2.55e2", 255), (b"-0", 0), (b"5\r", 5)),
    ],
)
def test_whole_numbers_are_taken_however_they_are_written(cell, value):
    rows, findings = read_lines(b"1,%b,1,%b\n" % (cell, cell) + GOOD, HEADER, 2)
    assert findings == []
    assert rows.grey.tolist() == [[value, 1, value], [10, 20, 30]]


@pytest.mark.parametrize(
    ("cell", "depth"),
    [
        *((b"9000.1", 9000.1), (b"-12.5", -12.5), (b"+1", 1), (b".5", 0.5), (b"5.", 5), (b"1e3", 1000), (b" 7 ", 7)),
        *((b'"9000.1"', 9000.1), (b"10000000", 1e7), (b"-10000000", -1e7), (b"9000.1000004", 9000.1)),
    ],
)
def test_depths_are_taken_with_six_decimals(cell, depth):
    rows, findings = read_lines(cell + b",1,2,3\n", HEADER, 2)
    assert (rows.depths.tolist(), findings) == ([depth], [])


def test_a_depth_just_below_zero_is_zero_and_not_minus_zero():
    rows, _ = read_lines(b"-0.0000001,1,2,3\n", HEADER, 2)
    assert math.copysign(1, rows.depths[0]) == 1


@pytest.mark.parametrize("width", [2, 4096])
def test_rows_of_any_width_are_read(width):
    grey = np.random.default_rng(width).integers(0, 256, (3, width), np.uint8)
    text = b"".join(b"%d,%b\n" % (depth, b",".join(b"%d" % value for value in row)) for depth, row in enumerate(grey))
    rows, findings = read_lines(text, Header(("depth", *map(str, range(width)))), 2)
    np.testing.assert_array_equal(rows.grey, grey)
    assert (rows.depths.tolist(), findings) == ([0, 1, 2], [])
