"""The first row of a file of depth rows, and what kind of file it is at all."""

import re
from dataclasses import dataclass

from .findings import CsvRefused, shown

MIN_WIDTH, MAX_WIDTH = 2, 4096
_BOM = b"\xef\xbb\xbf"
# By their first bytes; what people rename, or forget to unpack.
_OTHER_FILES = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP", "Save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save it as CSV"),
    (b"\x1f\x8b", "packed by gzip", "Unpack it"),
    (b"\xff\xfe", "UTF-16", "Save it as CSV in UTF-8"),
    (b"\xfe\xff", "UTF-16", "Save it as CSV in UTF-8"),
    (b"\x89PNG", "a picture", "Choose the CSV"),
    (b"\xff\xd8\xff", "a picture", "Choose the CSV"),
)
_NUMBER = re.compile(rb"\s*+[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?\s*+")


@dataclass(frozen=True, slots=True)
class Header:
    """The columns' names, the depth's first; the file has `width` grey values a row."""

    names: tuple[str, ...]

    @property
    def width(self) -> int:
        """Grey values a row."""
        return len(self.names) - 1


def check_kind(beginning: bytes) -> None:
    """Raises CsvRefused where the first bytes are those of another kind of file."""
    if not beginning:
        raise CsvRefused("empty_file", "The file is empty.")
    for signature, kind, remedy in _OTHER_FILES:
        if beginning.startswith(signature):
            raise CsvRefused("not_csv", f"The file is no CSV but {kind}. {remedy} first.")
    if b"\0" in beginning[:4096]:
        raise CsvRefused("not_csv", "The file is no text: there is a NUL byte in it. Save it as CSV in UTF-8.")


def parse_header(line: bytes) -> Header:
    """Reads the first line, without its end. Raises CsvRefused: separators, no header, too few or many columns."""
    line = line.removeprefix(_BOM).rstrip(b"\r")
    cells = line.split(b",")
    for separator, name in ((b";", "semicolons"), (b"\t", "tabs")):
        if line.count(separator) >= max(1, len(cells) - 1):
            message = f"Row 1: the columns are separated by {name}. Save the file with commas, and points in decimals."
            raise CsvRefused("wrong_separator", message)
    if all(_NUMBER.fullmatch(cell) for cell in cells):
        message = "Row 1 holds numbers. The first row must name the columns: depth, col1, col2 and so on."
        raise CsvRefused("no_header", message)
    if (width := len(cells) - 1) < MIN_WIDTH:
        columns = "1 column" if len(cells) == 1 else f"{len(cells)} columns"
        message = f"Row 1 has {columns}: a depth and at least {MIN_WIDTH} grey values are needed."
        raise CsvRefused("too_few_columns", message)
    if width > MAX_WIDTH:
        message = f"Row 1 has {width:,} columns of grey values; {MAX_WIDTH:,} is the most."
        raise CsvRefused("too_many_columns", message)
    if _NUMBER.fullmatch(cells[0]):
        message = f"Row 1, column 1 is {shown(cells[0])}; the first row must name the columns, and depth is the first."
        raise CsvRefused("no_header", message)
    # PostgreSQL keeps no NUL.
    names = (cell.strip().strip(b'"').replace(b"\0", b" ").decode("utf-8", "replace")[:60] for cell in cells)
    return Header(tuple(name or f"column {place}" for place, name in enumerate(names, start=1)))
