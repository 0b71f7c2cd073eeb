"""A file of depth rows, read as it comes: however large it is, a piece of it is in memory."""

from collections.abc import Iterator
from typing import Protocol

from .cells import Rows, read_lines
from .findings import CsvRefused, Finding
from .header import Header, check_kind, parse_header

# Pieces of this size stay in the processor's cache while NumPy goes over them some twenty times.
_PIECE_BYTES = 1 << 19
_LONGEST_LINE = 1 << 20
_BLANKS = b" \t\r\n"


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class DepthCsv:
    """The rows of a CSV whose first column is a depth and whose others are the grey values of an image row.

    UTF-8, commas, a header, LF or CR LF; cells may stand in quotes, without commas and line ends in them. The header is
    read at once. Raises CsvRefused, there and while it is gone through. Blank rows at the end of the file are left out.
    """

    def __init__(self, stream: Readable, *, max_rows: int) -> None:
        self._stream = stream
        self._max_rows = max_rows
        self.bytes_read = 0
        beginning = self._read()
        check_kind(beginning)
        while b"\n" not in beginning[:_LONGEST_LINE] and (piece := self._read()):
            beginning += piece
            if len(beginning) > _LONGEST_LINE:
                raise _line_too_long(1)
        line, _, self._rest = beginning.partition(b"\n")
        if b"\r" in line.rstrip(b"\r"):
            message = "Row 1: the rows end in CR alone, as of an old Mac. Save the file with LF or CR LF."
            raise CsvRefused("wrong_line_ends", message)
        self.header: Header = parse_header(line)

    def __iter__(self) -> Iterator[tuple[Rows, list[Finding]]]:
        """Good rows and what is wrong with others, a piece of the file at a time, in the file's order."""
        next_line, row_count = 2, 0
        while lines := self._whole_lines(next_line):
            rows, findings = read_lines(lines, self.header, next_line)
            next_line += lines.count(b"\n")
            row_count += len(rows.depths)
            if row_count > self._max_rows:
                over = int(rows.lines[len(rows.lines) - (row_count - self._max_rows)])
                message = f"Row {over:,}: a scan has at most {self._max_rows:,} rows. Import the file in parts."
                raise CsvRefused("too_many_rows", message)
            yield rows, findings

    def _whole_lines(self, next_line: int) -> bytes:
        """The next piece, up to its last row that is not blank: what follows may be the blank rows at the end."""
        while piece := self._read():
            text = self._rest + piece
            body = len(text[: text.rfind(b"\n") + 1].rstrip(_BLANKS))
            cut = text.find(b"\n", body) + 1 if body else 0
            self._rest = text[cut:]
            if len(self._rest) > _LONGEST_LINE:
                raise self._no_end(next_line + text.count(b"\n", 0, cut))
            if cut:
                return _with_lf(text[:cut])
        text, self._rest = self._rest.rstrip(_BLANKS), b""
        return _with_lf(text + b"\n") if text else b""

    def _no_end(self, line: int) -> CsvRefused:
        if self._rest.strip(_BLANKS):
            return _line_too_long(line)
        message = f"Row {line:,} begins more than {_LONGEST_LINE >> 20} MB of blank rows. Remove them."
        return CsvRefused("too_many_blank_rows", message)

    def _read(self) -> bytes:
        piece = self._stream.read(_PIECE_BYTES)
        self.bytes_read += len(piece)
        return piece


def _with_lf(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n") if b"\r" in text else text


def _line_too_long(line: int) -> CsvRefused:
    return CsvRefused("line_too_long", f"Row {line:,} does not end within {_LONGEST_LINE >> 20} MB. Is this a CSV?")
