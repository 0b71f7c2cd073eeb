"""Grey values from bytes of CSV, a million cells at a time; what is odd is read by itself, to say what it is.

A cell at a time takes Python 0.2 µs, twenty times as long as NumPy takes on whole pieces of the file.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .findings import Code, Finding, shown
from .header import Header

DEPTH_LIMIT = 10_000_000
DEPTH_DECIMALS = 6
_COMMA, _LINE_END, _ZERO, _NINE = 44, 10, 48, 9
_MOST_DIGITS = 3
_LARGEST = 255
# Possessive: a cell may have a megabyte of digits, and what fails must not be tried again from each of them.
_NUMBER = re.compile(rb"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
# With commas between them. Digits are bounded, for nobody writes as many, and no text may take long to match.
_PLAIN_DEPTHS = re.compile(rb"-?[0-9]{1,15}(?:\.[0-9]{0,15})?(?:,-?[0-9]{1,15}(?:\.[0-9]{0,15})?)*")
_NOT_FINITE = frozenset((b"nan", b"inf", b"infinity"))
_WANTED = "a whole number from 0 to 255"

Depths = NDArray[np.float64]
Greys = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Rows:
    """Good rows in the order of the file: `depths` (n,) and `grey` (n, width), on the `lines` (n,) of the file."""

    depths: Depths
    grey: Greys
    lines: NDArray[np.int64]


def no_rows(header: Header) -> Rows:
    """None at all."""
    return Rows(np.empty(0), np.empty((0, header.width), np.uint8), np.empty(0, np.int64))


def blank_rows(lines: Iterable[int]) -> Iterator[Finding]:
    """A finding for each of the lines."""
    return (Finding(Code.BLANK_ROW, line, f"Row {line:,}: every cell is empty.") for line in lines)


def rounded(depths: Depths) -> Depths:
    """Depths as they are kept: 9000.300000000001 and 9000.3 are one. There is no minus nought."""
    return np.round(depths, DEPTH_DECIMALS) + 0.0


def rounded_depth(depth: float) -> float:
    """The same of one; Python's own `round` may answer another number of the last decimal."""
    return float(rounded(np.array([depth]))[0])


def read_lines(text: bytes, header: Header, first_line: int) -> tuple[Rows, list[Finding]]:
    """Reads whole lines, each with its LF; `first_line` is the number of the first.

    Answers the good rows, and one finding for each other row.
    """
    table = _split(np.frombuffer(text, np.uint8), header.width)
    lines = np.arange(first_line, first_line + len(table.ends))
    if table.is_plain.all() and (plain := _plain_depths(text, table)) is not None:
        return Rows(plain, table.grey, lines), []
    reading = _Reading(header, first_line, table.grey)
    depths = np.array(
        [
            reading.depth(text[begin:depth_end], place) if is_plain else reading.odd(text[begin:end], place)
            for place, (begin, depth_end, end, is_plain) in enumerate(table.lines())
        ]
    )
    if not reading.findings:
        return Rows(depths, table.grey, lines), []
    is_good = ~np.isnan(depths)
    return Rows(depths[is_good], table.grey[is_good], lines[is_good]), reading.findings


@dataclass(frozen=True, slots=True)
class _Table:
    """Of each line (n,) where it begins, where its depth and itself end, and whether the rest is plain numbers.

    `grey` (n, width) has the values of those that are.
    """

    begins: NDArray[np.int64]
    depth_ends: NDArray[np.int64]
    ends: NDArray[np.int64]
    is_plain: NDArray[np.bool_]
    grey: Greys

    def lines(self) -> Iterator[tuple[int, int, int, bool]]:
        """One by one, as Python's own numbers."""
        columns = (self.begins, self.depth_ends, self.ends, self.is_plain)
        return zip(*(column.tolist() for column in columns), strict=True)


def _split(buffer: Greys, width: int) -> _Table:
    separators = np.flatnonzero((buffer == _COMMA) | (buffer == _LINE_END))
    last = np.flatnonzero(buffer[separators] == _LINE_END)  # of each line, among the separators
    ends = separators[last]
    begins = np.concatenate(([0], ends[:-1] + 1))
    full = np.flatnonzero(np.diff(last, prepend=-1) == width + 1)
    if len(full) == len(ends):
        cells = separators.reshape(len(full), width + 1)
        grey, is_plain = _plain_numbers(buffer, cells)
        return _Table(begins, cells[:, 0], ends, is_plain, grey)
    cells = separators[last[full][:, None] + np.arange(-width, 1)]
    table = _Table(
        begins, np.zeros_like(ends), ends, np.zeros(len(ends), np.bool_), np.zeros((len(ends), width), np.uint8)
    )
    table.grey[full], table.is_plain[full] = _plain_numbers(buffer, cells)
    table.depth_ends[full] = cells[:, 0]
    return table


def _plain_numbers(buffer: Greys, cells: NDArray[np.int64]) -> tuple[Greys, NDArray[np.bool_]]:
    """The values of rows whose separators are at `cells` (n, width + 1), and which rows have whole numbers only."""
    lengths = np.diff(cells, axis=1) - 1
    last = cells[:, 1:] - 1
    has_two, has_three = lengths > 1, lengths > 1 + 1
    # What is no digit wraps round and becomes large. Before the first cell of all the index may wrap round too, to
    # where nobody looks.
    ones, tens, hundreds = (buffer.take(last - back) - _ZERO for back in range(_MOST_DIGITS))
    numbers = ones + has_two * tens * np.uint16(10) + has_three * hundreds * np.uint16(100)
    is_number = (lengths >= 1) & (lengths <= _MOST_DIGITS) & (numbers <= _LARGEST) & (ones <= _NINE)
    is_number &= (tens <= _NINE) | ~has_two
    is_number &= (hundreds <= _NINE) | ~has_three
    return numbers.astype(np.uint8), is_number.all(axis=1)


def _plain_depths(text: bytes, table: _Table) -> Depths | None:
    """The depths of all lines; None where one of them is to be looked at by itself."""
    begins, ends = table.begins.tolist(), table.depth_ends.tolist()
    cells = [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
    if not _PLAIN_DEPTHS.fullmatch(b",".join(cells)):
        return None
    depths = rounded(np.array([float(cell) for cell in cells]))
    return depths if np.all(np.abs(depths) <= DEPTH_LIMIT) else None


class _Reading:
    """One row at a time. What is wrong with it is noted, and its depth is then NaN."""

    def __init__(self, header: Header, first_line: int, grey: Greys) -> None:
        self.findings: list[Finding] = []
        self._header = header
        self._first_line = first_line
        self._grey = grey

    def depth(self, cell: bytes, place: int) -> float:
        """A row's depth."""
        cell = _bare(cell)
        if not _NUMBER.fullmatch(cell):
            return self._refuse_depth(cell, place)
        depth = float(cell)
        if abs(depth) > DEPTH_LIMIT:
            what = f"the depth {shown(cell)} is not between −{DEPTH_LIMIT:,} and {DEPTH_LIMIT:,}"
            return self._note(Code.DEPTH_OUT_OF_RANGE, place, what, 0)
        return rounded_depth(depth)

    def odd(self, line: bytes, place: int) -> float:
        """The depth of a row that is not plain numbers, whose values are put where they belong."""
        if not line.strip(b" \t,"):
            return self._note(Code.BLANK_ROW, place, "every cell is empty")
        cells = line.split(b",")
        wanted = self._header.width + 1
        if len(cells) != wanted:
            code = Code.SHORT_ROW if len(cells) < wanted else Code.LONG_ROW
            what = "1 cell" if len(cells) == 1 else f"{len(cells):,} cells"
            return self._note(code, place, f"{what} instead of {wanted:,}")
        depth = self.depth(cells[0], place)
        if math.isnan(depth):
            return depth
        for column, cell in enumerate(map(_bare, cells[1:]), start=1):
            if (fault := _fault(cell)) is not None:
                code, what = fault
                return self._note(code, place, what, column)
            self._grey[place, column - 1] = int(float(cell))
        return depth

    def _refuse_depth(self, cell: bytes, place: int) -> float:
        if not cell:
            return self._note(Code.MISSING_DEPTH, place, "the depth is missing", 0)
        if cell.lstrip(b"+-").lower() in _NOT_FINITE:
            return self._note(Code.DEPTH_NOT_FINITE, place, f"the depth is {shown(cell)}, no finite number", 0)
        return self._note(Code.DEPTH_NOT_A_NUMBER, place, f"the depth {shown(cell)} is not a number", 0)

    def _note(self, code: Code, place: int, what: str, column: int | None = None) -> float:
        line = self._first_line + place
        name = "" if column is None else self._header.names[column]
        where = f"Row {line:,}, column {name}" if column else f"Row {line:,}"
        self.findings.append(Finding(code, line, f"{where}: {what}.", name))
        return math.nan


def _fault(cell: bytes) -> tuple[Code, str] | None:
    """What is wrong with a grey value, if anything."""
    if not cell:
        return Code.EMPTY_CELL, f"the cell is empty; {_WANTED} is needed"
    if not _NUMBER.fullmatch(cell):
        return Code.NOT_A_NUMBER, f"{shown(cell)} is not {_WANTED}"
    if not 0 <= float(cell) <= _LARGEST:
        return Code.OUT_OF_RANGE, f"{shown(cell)} is not from 0 to {_LARGEST}"
    if not float(cell).is_integer():
        return Code.NOT_WHOLE, f"{shown(cell)} is no whole number"
    return None


def _bare(cell: bytes) -> bytes:
    """Without spaces round it, and quotes."""
    cell = cell.strip()
    return cell[1:-1].strip() if len(cell) > 1 and cell[:1] == cell[-1:] == b'"' else cell
