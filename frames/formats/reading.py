"""A file of depth rows, read as it comes: however large it is, a piece of it is in memory."""

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

import numpy as np

from .cells import Rows, blank_rows, no_rows, read_lines
from .findings import CsvRefused, Finding
from .header import Header, check_kind, parse_header
from .report import MOST_LISTED

# Pieces of this size stay in the processor's cache while NumPy goes over them some twenty times.
_PIECE_BYTES = 1 << 19
_LONGEST_LINE = 1 << 20
# Of rows that are what they should be, a piece has fewer; of short and empty ones it could have a million.
_MOST_LINES, _MOST_CELLS = 20_000, 1 << 20
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
        row_count = 0
        for line, blank, text in self._runs():
            if blank:
                yield no_rows(self.header), list(islice(blank_rows(range(line, line + blank)), MOST_LISTED + 1))
            for first, lines in self._some_at_a_time(line + blank, text):
                rows, findings = read_lines(lines, self.header, first)
                row_count += len(rows.depths)
                if row_count > self._max_rows:
                    raise self._too_many(int(rows.lines[self._max_rows - row_count]))
                yield rows, findings

    def _runs(self) -> Iterator[tuple[int, int, bytes]]:
        """Blank rows and whole rows after them: the line where they begin, how many are blank, and the others' text.

        Rows are not told before one is seen that is not blank, and so those at the end never are.
        """
        line, blank = 2, 0
        while piece := self._read():
            text = self._rest + piece
            whole = text.rfind(b"\n") + 1
            body = len(text[:whole].rstrip(_BLANKS))
            cut = text.find(b"\n", body) + 1 if body else 0
            if cut:
                yield line, blank, _with_lf(text[:cut])
                line, blank = line + blank + text.count(b"\n", 0, cut), 0
            blank += text.count(b"\n", cut, whole)
            self._rest = text[whole:]
            if len(self._rest) > _LONGEST_LINE:
                raise _line_too_long(line + blank)
        if text := self._rest.rstrip(_BLANKS):
            yield line, blank, _with_lf(text + b"\n")

    def _some_at_a_time(self, line: int, text: bytes) -> Iterator[tuple[int, bytes]]:
        """The text in parts of not too many lines, each with the number of its first."""
        most = max(1, min(_MOST_LINES, _MOST_CELLS // self.header.width))
        while text.count(b"\n") > most:
            ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
            begin = 0
            for end in (ends[most - 1 :: most] + 1).tolist():
                yield line, text[begin:end]
                line, begin = line + most, end
            text = text[begin:]
        if text:
            yield line, text

    def _too_many(self, line: int) -> CsvRefused:
        message = f"Row {line:,}: a scan has at most {self._max_rows:,} rows. Import the file in parts."
        return CsvRefused("too_many_rows", message)

    def _read(self) -> bytes:
        piece = self._stream.read(_PIECE_BYTES)
        self.bytes_read += len(piece)
        return piece


def _with_lf(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n") if b"\r" in text else text


def _line_too_long(line: int) -> CsvRefused:
    return CsvRefused("line_too_long", f"Row {line:,} does not end within {_LONGEST_LINE >> 20} MB. Is this a CSV?")
