"""The records of a CSV one after the other, with quotes that go wrong told instead of two rows merged silently."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

from .lines import MOST_OF_A_RECORD, Lines, TooLong
from .problems import Problem, shown
from .url_cells import holds_one, starts_one

# The default of csv.field_size_limit, which is one for the whole process and so is left alone.
CELL_LIMIT = 131_072
# Each try reads the record from its beginning; a file made for it must not make that as many as it has lines.
_TRIES = 10
# Cells with their quotes on, also where the quotes are wrong.
_ROUGH_CELL = re.compile(r'(?:\A|,)( *"(?:[^"]++|"")*+"?[^,]*|[^,]*)')
_TEXT_BEHIND_QUOTES = re.compile(r' *"(?:[^"]++|"")*+"[^\r\n]')
# A quote after comma and space is no quote to the csv module, but people write rows like this. Nothing else can match:
# inside quoted cells quotes are doubled, and one that closes is followed by a comma or the end of the line.
_SPACED_QUOTE = re.compile(r', +"[^",\r\n]')


@dataclass(frozen=True, slots=True)
class Place:
    """The file's line where a record begins, and the row of a spreadsheet: less, where cells above have line breaks."""

    line: int
    row: int

    def __str__(self) -> str:
        return f"Row {self.line}" if self.line == self.row else f"Line {self.line} (row {self.row} of the table)"

    def at(self, later: int) -> "Place":
        """A line of this record as a row of its own, so many lines below the first."""
        return Place(self.line + later, self.row + later)


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, and whether it is long enough to have one that is too large."""

    place: Place
    cells: list[str]
    is_long: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """What a row of this table looks like, to see whether a quoted cell has swallowed one."""

    header: Sequence[str]
    serial: int
    product: int
    urls: int

    def fits(self, text: str) -> bool:
        """Whether the text, with its quotes or without, is a row: a serial number, and a URL only where it belongs.

        Where its last cell is open, the row may go on below.
        """
        if not holds_one(text) or text.count(",") < len(self.header) - 1:
            return False
        cells = [text[start:end] for start, end in _rough(text)]
        is_whole = len(cells) == len(self.header) or (_is_open(cells[-1]) and len(cells) > self._last())
        return (is_whole and self._fit(cells)) or self._fit(text.split(","))

    def _last(self) -> int:
        return max(self.serial, self.product, self.urls)

    def _fit(self, cells: Sequence[str]) -> bool:
        names = cells[self.serial], cells[self.product]
        return all(not holds_one(name) and name.strip(' "\r\n') for name in names) and starts_one(cells[self.urls])


class Records:
    """Records and, in their place, Problems of quoting and size; reading goes on behind each of them.

    Records with nothing in any cell are left out. `shape` is set when the header is known; without it merged rows are
    not noticed.
    """

    def __init__(self, content: bytes) -> None:
        self.shape: Shape | None = None
        self._lines = Lines(content)
        spaced = b' "' in content and _SPACED_QUOTE.search(content.decode()) is not None
        self._reader = csv.reader(self._lines, strict=True, skipinitialspace=spaced)
        self._records = 0
        self._stopped = False

    def __iter__(self) -> Iterator[Record | Problem]:
        lines = self._lines
        while not self._stopped:
            lines.next_record()
            self._records += 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except (csv.Error, TooLong) as error:
                yield self._broken(error)
                continue
            if (swallowed := self._swallowed()) is not None:
                yield self._unclosed(swallowed)
            elif "".join(cells).strip():
                yield Record(self._place(), cells, lines.size > CELL_LIMIT)

    def _place(self) -> Place:
        return Place(self._lines.before + 1, self._records + self._lines.empty)

    def _swallowed(self) -> int | None:
        """The first line of the record that is a row of its own, standing behind what is a whole row already.

        A cell of URLs may have line breaks: none of its lines is a row, since a URL stands where the serial number is.
        """
        taken = self._lines.taken
        if self.shape is None or len(taken) == 1:
            return None
        rows = (index for index in range(1, len(taken)) if self.shape.fits(taken[index]))
        return next((at for at in islice(rows, _TRIES) if self.shape.fits("".join(taken[:at]))), None)

    def _broken(self, error: Exception) -> Problem:
        lines, place = self._lines, self._place()
        swallowed = next(
            (at for at in range(1, len(lines.taken)) if self.shape and self.shape.fits(lines.taken[at])), None
        )
        if swallowed is not None:
            return self._unclosed(swallowed)
        text = "".join(lines.taken)
        spans = list(_rough(text))
        large = next((index for index, (start, end) in enumerate(spans) if end - start > CELL_LIMIT), None)
        if large is not None:
            if isinstance(error, csv.Error):
                self._finish()
            return too_large(place, self._name(large))
        if isinstance(error, TooLong):
            return _row_too_large(place)
        cells = [text[start:end] for start, end in spans]
        wrong = next((index for index, cell in enumerate(cells) if _goes_on(cell)), len(cells) - 1)
        if _is_open(cells[wrong]) or len(cells[wrong].splitlines()) > 1:
            return self._opened(text, wrong)
        return _stray(place.at(len(lines.taken) - 1))

    def _unclosed(self, swallowed: int) -> Problem:
        """The quote whose cell holds the beginning of the swallowed line; that line is read again."""
        text = "".join(self._lines.taken)
        offset = sum(map(len, self._lines.taken[:swallowed]))
        cell = next(index for index, (_, end) in enumerate(_rough(text)) if end >= offset)
        problem = self._opened(text, cell)
        self._stopped = not self._lines.give_back(swallowed)
        return problem

    def _opened(self, text: str, cell: int) -> Problem:
        start, _ = list(_rough(text))[cell]
        ends = accumulate(map(len, self._lines.taken))
        later = sum(end <= start for end in ends)
        where = self._place().at(later)
        self._records += later
        column = self._name(cell)
        named = f" in the column {shown(column)}" if column else ""
        message = (
            f"{where}: a quote is opened{named} and not closed, so that what follows runs into this cell. Close it, or "
            "write a quote inside a cell as two quotes."
        )
        return Problem("csv_unclosed_quote", message, where.line, column)

    def _finish(self) -> None:
        """Read on to where the open quote of a cell that is too large closes."""
        quotes = sum(line.count('"') for line in self._lines.taken)
        try:
            while quotes % 2:
                quotes += next(self._lines).count('"')
        except (StopIteration, TooLong):
            return

    def _name(self, cell: int) -> str | None:
        return self.shape.header[cell] if self.shape and cell < len(self.shape.header) else None


def too_large(place: Place, column: str | None) -> Problem:
    """A cell has more characters than 128 KB."""
    named = f"the cell in the column {shown(column)}" if column else "a cell"
    message = f"{place}: {named} is longer than {CELL_LIMIT:,} characters (128 KB). Split the row into several."
    return Problem("csv_cell_too_large", message, place.line, column)


def _row_too_large(place: Place) -> Problem:
    message = f"{place}: this row is longer than {MOST_OF_A_RECORD:,} characters (1 MB). Split it into several."
    return Problem("csv_row_too_large", message, place.line)


def _stray(place: Place) -> Problem:
    message = (
        f"{place}: text follows the closing quote of a cell. Put the whole cell into quotes, and write a quote inside "
        "it as two quotes."
    )
    return Problem("csv_stray_quote", message, place.line)


def _rough(text: str) -> Iterator[tuple[int, int]]:
    """Where each cell of one record stands, quotes included."""
    return (found.span(1) for found in _ROUGH_CELL.finditer(text))


def _is_open(cell: str) -> bool:
    return cell.lstrip(" ").startswith('"') and cell.count('"') % 2 == 1


def _goes_on(cell: str) -> bool:
    return _TEXT_BEHIND_QUOTES.match(cell) is not None
