"""The tables that people get back: the input columns as they were, with the results behind them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from .columns import key
from .escapes import escaped

ADDED = (
    *("Output Image Urls", "Status", "Error", "Bytes Before", "Bytes After"),
    *("People Found", "Photo Ids"),
)
REASON = "Reason"
_BOM = "\ufeff"
_ROWS_A_PIECE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputImage:
    """What became of one URL. `error` is a code, empty where nothing failed; sizes are in bytes, None where unknown."""

    url: str
    output_url: str = ""
    error: str = ""
    error_message: str = ""
    bytes_before: int | None = None
    bytes_after: int | None = None
    people_found: int | None = None
    photo_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRow:
    """A row as it was read (`InputRow.cells`), and its images in the order of their URLs."""

    cells: Sequence[str]
    images: Sequence[OutputImage]
    status: str


def output_lines(header: Sequence[str], rows: Iterable[OutputRow], *, bom: bool = True) -> Iterator[str]:
    """The results, a piece of text at a time.

    Lists in a cell have one place an image, in the order of the input URLs, with a comma between them, and between
    numbers a semicolon: spreadsheets take "1,234" for one number. The place of an image that failed or has no such
    value is empty, so that the third place always belongs to the third URL. A comma inside an output URL is written
    as %2C. An added column whose name the input has already gets a number.

    `bom`: Excel takes a CSV for UTF-8 only with a byte order mark; programs that read plain UTF-8 want none.
    """
    names = [*header]
    for name in ADDED:
        names.append(_free(name, names))
    return _pieces(names, ([*row.cells, *_results(row)] for row in rows), bom=bom)


def failed_lines(header: Sequence[str], rows: Iterable[OutputRow], *, bom: bool = True) -> Iterator[str]:
    """The rows with an image that failed, and why, as a file that can be uploaded again as it is.

    The reasons stand in a last column "Reason". A last column of that name in the input is taken for one that was
    added in an earlier round, and is written anew.
    """
    again = bool(header) and key(header[-1]) == key(REASON)
    kept = len(header) - again
    failed = ((row, reasons) for row in rows if (reasons := _errors(row)))
    return _pieces([*header[:kept], REASON], ([*row.cells[:kept], reasons] for row, reasons in failed), bom=bom)


def _results(row: OutputRow) -> Iterator[str]:
    yield ",".join(image.output_url.replace(",", "%2C") for image in row.images)
    yield row.status
    yield _errors(row)
    yield _numbers(image.bytes_before for image in row.images)
    yield _numbers(image.bytes_after for image in row.images)
    yield _numbers(image.people_found for image in row.images)
    yield ",".join(image.photo_id for image in row.images)


def _errors(row: OutputRow) -> str:
    return "; ".join(
        f"{position}: {image.error}: {' '.join(image.error_message.split())}".removesuffix(": ")
        for position, image in enumerate(row.images, start=1)
        if image.error
    )


def _numbers(values: Iterable[int | None]) -> str:
    return ";".join("" if value is None else str(value) for value in values)


def _free(name: str, names: Sequence[str]) -> str:
    taken = {key(other) for other in names}
    number, free = 1, name
    while key(free) in taken:
        number += 1
        free = f"{name} {number}"
    return free


def _pieces(header: Sequence[str], rows: Iterator[Sequence[str]], *, bom: bool) -> Iterator[str]:
    yield (_BOM if bom else "") + _text([header])
    while batch := list(islice(rows, _ROWS_A_PIECE)):
        yield _text(batch)


def _text(rows: Iterable[Sequence[str]]) -> str:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([escaped(cell) for cell in row] for row in rows)
    return target.getvalue()
