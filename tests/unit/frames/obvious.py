"""The slow, obvious ways to the same numbers: a CSV read cell by cell, rows and levels made one by one."""

import csv
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frames.formats.findings import Code

Greys = NDArray[np.uint8]
Row = tuple[float, list[int], int]


def read_obviously(content: bytes) -> tuple[list[Row], list[tuple[int, Code]]]:
    """Good rows (depth, greys, line of the file), and line and first fault of the others."""
    lines = content.decode("utf-8-sig", "replace").rstrip().replace("\r\n", "\n").split("\n")
    width = len(lines[0].split(",")) - 1
    rows, faults = [], []
    for number, line in enumerate(lines[1:], start=2):
        try:
            rows.append((*_row([cell.strip() for cell in next(csv.reader([line]), [])], width), number))
        except _Fault as fault:
            faults.append((number, fault.code))
    return rows, faults


class _Fault(Exception):
    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


def _row(cells: list[str], width: int) -> tuple[float, list[int]]:
    if not any(cells):
        raise _Fault(Code.BLANK_ROW)
    if len(cells) != width + 1:
        raise _Fault(Code.SHORT_ROW if len(cells) <= width else Code.LONG_ROW)
    depth = _number(cells[0], missing=Code.MISSING_DEPTH, wrong=Code.DEPTH_NOT_A_NUMBER)
    if not math.isfinite(depth) and "n" in cells[0].lower():
        raise _Fault(Code.DEPTH_NOT_FINITE)
    if abs(depth) > 10_000_000:
        raise _Fault(Code.DEPTH_OUT_OF_RANGE)
    return round(depth * 1e6) / 1e6, [_grey(cell) for cell in cells[1:]]


def _grey(cell: str) -> int:
    value = _number(cell, missing=Code.EMPTY_CELL, wrong=Code.NOT_A_NUMBER)
    if math.isnan(value) or "n" in cell.lower():
        raise _Fault(Code.NOT_A_NUMBER)
    if not 0 <= value <= 255:
        raise _Fault(Code.OUT_OF_RANGE)
    if value != int(value):
        raise _Fault(Code.NOT_WHOLE)
    return int(value)


def _number(cell: str, *, missing: Code, wrong: Code) -> float:
    if not cell:
        raise _Fault(missing)
    try:
        if "_" in cell or not cell.isascii():
            raise ValueError
        return float(cell)
    except ValueError:
        raise _Fault(wrong) from None


def thinned(grey: Greys, width: int) -> NDArray[np.float64]:
    """The exact mean of what each of `width` target pixels covers of rows (n, any), not rounded."""
    covered = np.linspace(0, grey.shape[1], width + 1)
    sums = np.concatenate((np.zeros((len(grey), 1)), grey.cumsum(axis=1, dtype=np.float64)), axis=1)
    integral = np.stack([np.interp(covered, np.arange(grey.shape[1] + 1), row) for row in sums])
    return np.diff(integral, axis=1) * width / grey.shape[1]


def levels(depths: NDArray[np.float64], thin: Greys, count: int = 6) -> list[tuple[NDArray[np.float64], Greys]]:
    """Of each level its rows: the one below by fours, the mean rounded half up, at the first depth."""
    made = [(depths, thin)]
    while len(made) < count:
        groups = [made[-1][1][first : first + 4].astype(int) for first in range(0, len(made[-1][1]), 4)]
        means = [(group.sum(axis=0) + len(group) // 2) // len(group) for group in groups]
        made.append((made[-1][0][::4], np.array(means, np.uint8)))
    return made


def table(rows: list[Any], header: str = "depth,col1,col2,col3") -> bytes:
    """A CSV of lines as they are given."""
    return "\n".join([header, *rows, ""]).encode()
