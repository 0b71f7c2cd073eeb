"""Depths, imports and findings as people read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.pages.words import State
from frames.formats.findings import Code
from frames.models import DepthImport, DepthScan

_MEGA = 1_000_000  # of the limit of a file, and so of all that is said of files
_FEW = 10
_STATUS = DepthImport.Status
KINDS: dict[str, str] = {
    Code.BLANK_ROW: "Blank rows",
    Code.SHORT_ROW: "Rows with too few cells",
    Code.LONG_ROW: "Rows with too many cells",
    Code.MISSING_DEPTH: "Rows without a depth",
    Code.DEPTH_NOT_A_NUMBER: "Depths that are no numbers",
    Code.DEPTH_NOT_FINITE: "Depths that are NaN or infinite",
    Code.DEPTH_OUT_OF_RANGE: "Depths out of range",
    Code.DUPLICATE_DEPTH: "Depths that the file has twice",
    Code.EMPTY_CELL: "Rows with an empty cell",
    Code.NOT_A_NUMBER: "Rows with a value that is no number",
    Code.NOT_WHOLE: "Rows with a value that is not whole",
    Code.OUT_OF_RANGE: "Rows with a value outside 0 to 255",
    Code.UNSORTED: "Rows out of order",
    Code.GAP: "Gaps against the usual step",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a row, in a table that has its row and column beside it."""

    row: int
    column: str
    message: str


def depth_words(depth: float) -> str:
    """`9000.1`, `−0.25`, with no more digits than it has."""
    return f"{depth:.6f}".rstrip("0").rstrip(".").replace("-", "−")


def range_words(scan: DepthScan) -> str:
    """`9000 to 9199.9 m`; empty where there is no row."""
    if scan.depth_min is None or scan.depth_max is None:
        return ""
    first, last = depth_words(scan.depth_min), depth_words(scan.depth_max)
    return f"{first} {scan.unit}" if first == last else f"{first} to {last} {scan.unit}"


def step_words(scan: DepthScan) -> str:
    """`0.1 m`, or that there is none."""
    if scan.step is None:
        return "irregular" if scan.row_count > 1 else "–"
    return f"{depth_words(scan.step)} {scan.unit}"


def file_size(size_bytes: float) -> str:
    """`3.2 MB`, `715 MB`, in millions of bytes."""
    millions = size_bytes / _MEGA
    if millions < 0.1:  # noqa: PLR2004  # below that it would be rounded away
        return f"{size_bytes / 1000:,.1f} KB"
    return f"{millions:,.1f} MB" if millions < _FEW else f"{millions:,.0f} MB"


def import_state(item: DepthImport) -> State:
    """How an import stands."""
    if item.status == _STATUS.COMPLETED:
        return State("Imported", "ok")
    if item.status == _STATUS.FAILED:
        return State("Not imported", "bad")
    return State("Waiting", "waiting") if item.status == _STATUS.PENDING else State("Importing", "busy")


def import_step(item: DepthImport) -> str:
    """What is being done now."""
    if item.status == _STATUS.PENDING:
        return "Waiting for a worker"
    steps: dict[str, str] = {
        DepthImport.Step.READING: "Reading and checking the file",
        DepthImport.Step.STORING: "Storing the rows",
    }
    return steps.get(item.step, "Beginning")


def finding_words(row: int, column: str, message: str) -> Finding:
    """The message without the row and column that it begins with."""
    for start in (f"Row {row:,}, column {column}: ", f"Row {row:,}: "):
        message = message.removeprefix(start)
    return Finding(row, column, message[:1].upper() + message[1:])


def findings_of(details: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Of an error's details."""
    return [finding_words(one["row"], one["column"], one["message"]) for one in details]
