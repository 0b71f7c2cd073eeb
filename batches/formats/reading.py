"""Reading an uploaded CSV of products and their images: all that is wrong with it is told at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from . import columns, contents, url_cells
from .columns import Columns
from .escapes import restored
from .problems import CsvRefused, Findings, Problem, shown
from .records import CELL_LIMIT, Place, Record, Records, Shape, too_large

UrlProblem = Callable[[str], str | None]
_HEADER_WITHIN = 65_536


@dataclass(frozen=True, slots=True)
class InputRow:
    """One product. `cells` are its cells as they stood, without the apostrophe that guards against formulas.

    `line` is the line of the file where the record begins, the first being 1; `number` counts the rows below the
    header from 1, blank ones left out. `serial` and `product` have no spaces around them and may be empty.
    """

    line: int
    number: int
    serial: str
    product: str
    urls: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was taken. `serial`, `product` and `urls` say which column is which, counted from 0.

    Of the warnings the first hundred are kept; `more_warnings` is how many there are besides.
    """

    header: tuple[str, ...]
    serial: int
    product: int
    urls: int
    rows: list[InputRow]
    warnings: tuple[Problem, ...] = ()
    more_warnings: int = 0


@dataclass(slots=True)
class _Reader:
    header: tuple[str, ...]
    columns: Columns
    max_rows: int
    max_urls: int
    max_urls_in_all: int | None
    url_problem: UrlProblem | None
    problems: Findings = field(default_factory=Findings)
    warnings: Findings = field(default_factory=Findings)
    rows: list[InputRow] = field(default_factory=list)
    serials: dict[str, int] = field(default_factory=dict)
    number: int = 0
    url_count: int = 0

    def read(self, records: Iterator[Record | Problem]) -> None:
        for record in records:
            self.number += 1
            line = record.place.line if isinstance(record, Record) else record.row
            if self.number > self.max_rows:
                message = (
                    f"The file has more than {self.max_rows:,} rows below the header. Split it into several files."
                )
                self.problems.add(Problem("csv_too_many_rows", message, line))
                return
            if isinstance(record, Problem):
                self.problems.add(record)
            else:
                self._take(record)
                if self.max_urls_in_all is not None and self.url_count > self.max_urls_in_all:
                    message = (
                        f"The file has more than {self.max_urls_in_all:,} image URLs. Split it into several files."
                    )
                    self.problems.add(Problem("csv_too_many_images", message, line))
                    return
        if not self.number:
            self.problems.add(Problem("csv_no_rows", "The file has a header but no rows below it."))

    def _take(self, record: Record) -> None:
        place, cells = record.place, record.cells
        for problem in _bad_cells(record, self.header):
            self.problems.add(problem)
        if len(cells) != len(self.header):
            self.problems.add(_cell_count(place, len(cells), len(self.header)))
            return
        if any(cell.startswith("'") for cell in cells):
            cells = [restored(cell) for cell in cells]
        serial, product = self._text(place, cells, self.columns.serial), self._text(place, cells, self.columns.product)
        urls = self._urls(place, cells)
        self._see_serial(place, serial)
        if self.problems:
            self.rows.clear()
        else:
            self.rows.append(InputRow(place.line, self.number, serial, product, urls, tuple(cells)))

    def _text(self, place: Place, cells: list[str], index: int | None) -> str:
        if index is None:
            return ""
        if not (text := cells[index].strip()):
            code = "csv_no_serial" if index == self.columns.serial else "csv_no_product"
            name = self.header[index]
            self.warnings.add(
                Problem(code, f"{place}: the cell in the column {shown(name)} is empty.", place.line, name)
            )
        return text

    def _see_serial(self, place: Place, serial: str) -> None:
        first = self.serials.setdefault(serial, place.line) if serial else place.line
        if first != place.line and self.columns.serial is not None:
            where = "row" if place.line == place.row else "line"
            message = f"{place}: the serial number {shown(serial)} is also in {where} {first}."
            name = self.header[self.columns.serial]
            self.warnings.add(Problem("csv_duplicate_serial", message, place.line, name))

    def _urls(self, place: Place, cells: list[str]) -> tuple[str, ...]:
        if self.columns.urls is None:
            return ()
        name = self.header[self.columns.urls]
        urls = url_cells.split(cells[self.columns.urls])
        self.url_count += len(urls)
        if not urls:
            message = f"{place}: there is no image URL in the column {shown(name)}."
            self.problems.add(Problem("csv_no_url", message, place.line, name))
        elif len(urls) > self.max_urls:
            message = (
                f"{place}: {len(urls):,} image URLs in one cell; at most {self.max_urls:,} are taken. Split the row."
            )
            self.problems.add(Problem("csv_too_many_urls", message, place.line, name))
        elif self.url_problem is not None:
            self._warn_of_urls(place, name, urls, self.url_problem)
        return urls

    def _warn_of_urls(self, place: Place, column: str, urls: tuple[str, ...], url_problem: UrlProblem) -> None:
        for position, url in enumerate(urls, start=1):
            if (told := url_problem(url)) is not None:
                code, _, reason = told.partition(":")
                message = f"{place}: image {position} ({shown(url)}) will fail: {reason.strip() or code}."
                self.warnings.add(Problem(code, message, place.line, column))


def read(
    content: bytes,
    *,
    max_rows: int,
    max_urls: int = 100,
    max_urls_in_all: int | None = None,
    url_problem: UrlProblem | None = None,
) -> Table:
    """The table, or CsvRefused with everything that is wrong with it.

    `max_rows` counts rows below the header, `max_urls` the URLs of one cell, `max_urls_in_all` those of the file.
    `url_problem` says of a URL why it is certain to fail, as a code or as "code: reason", or None; that is a warning
    and no refusal.
    """
    if (problem := contents.problem(content) or columns.wrong_delimiter(_first_line(content))) is not None:
        raise CsvRefused([problem])
    records = Records(content)
    following = iter(records)
    if (first := next(following, None)) is None:
        raise CsvRefused([contents.empty()])
    if isinstance(first, Problem):
        raise CsvRefused([first])
    header = tuple(restored(name) for name in first.cells)
    found, problems = columns.find(header, line=first.place.line)
    if found == Columns(None, None, None):
        raise CsvRefused(problems)
    if (places := found.all_three()) is not None:
        records.shape = Shape(header, *places)
    reader = _Reader(header, found, max_rows, max_urls, max_urls_in_all, url_problem)
    for problem in (*problems, *_bad_cells(first, header)):
        reader.problems.add(problem)
    reader.read(following)
    if reader.problems or places is None:
        raise CsvRefused(reader.problems.kept, reader.problems.more)
    return Table(header, *places, reader.rows, reader.warnings.kept, reader.warnings.more)


def _first_line(content: bytes) -> str:
    text = content[:_HEADER_WITHIN].decode("utf-8-sig", "replace").lstrip("\r\n ")
    return text.replace("\r", "\n").partition("\n")[0]


def _cell_count(place: Place, found: int, expected: int) -> Problem:
    hint = (
        'Put a cell with commas into quotes: "url, url".'
        if found > expected
        else "Add what is missing, if only an empty cell."
    )
    message = f"{place}: {found:,} cells where the header has {expected:,}. {hint}"
    return Problem("csv_cell_count", message, place.line)


def _bad_cells(record: Record, header: tuple[str, ...]) -> Iterator[Problem]:
    place = record.place
    for index, cell in enumerate(record.cells):
        column = header[index] if index < len(header) else None
        if "\0" in cell:
            message = f"{place} holds a NUL character, which no text has. Save the file anew as CSV UTF-8."
            yield Problem("csv_nul", message, place.line, column)
        if record.is_long and len(cell) > CELL_LIMIT:
            yield too_large(place, column)
