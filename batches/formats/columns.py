"""Which column of a table is which, by names that people really write."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .problems import Problem, shown
from .url_cells import holds_one

SERIAL = "Serial Number"
PRODUCT = "Product Name"
URLS = "Input Image Urls"

_SERIALS = {
    *("serialnumber", "serialno", "serialnum", "serialnr", "serial", "number", "num", "no", "nr", "index"),
    *("sno", "snum", "snumber", "srno", "srnum", "srnumber", "slno", "slnum", "slnumber", "rowno", "rownumber"),
}
_PRODUCTS = {
    *("productname", "productnames", "product", "products", "productsku", "productcode", "producttitle"),
    *("name", "names", "sku", "skus", "skuname", "skucode", "skuno"),
    *("item", "itemname", "article", "articlename", "title"),
}
_PICTURES = tuple(f"{noun}{end}" for noun in ("image", "img", "photo", "picture", "pic") for end in ("", "s"))
_LINKS = ("url", "urls", "link", "links")
_URLS = {
    *(before + link for before in ("", "input", "source") for link in _LINKS),
    *(
        f"{before}{picture}{link}"
        for before in ("", "input", "source", "original", "product", "inputproduct")
        for picture in _PICTURES
        for link in ("", *_LINKS)
    ),
}

_NAMES = {SERIAL: _SERIALS, PRODUCT: _PRODUCTS, URLS: _URLS}
_EXAMPLES = {
    SERIAL: '"Serial Number", "S. No.", "Sr No", "No." or "#"',
    PRODUCT: '"Product Name", "Product", "Name", "SKU" or "Item"',
    URLS: '"Input Image Urls", "Image URLs", "Images", "Photo URLs" or "URL"',
}
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_HEADER_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the three columns stand, counted from 0; None for one that is missing."""

    serial: int | None
    product: int | None
    urls: int | None

    def all_three(self) -> tuple[int, int, int] | None:
        """Serial number, product name and URLs; None where one is missing."""
        if self.serial is None or self.product is None or self.urls is None:
            return None
        return self.serial, self.product, self.urls


def key(name: str) -> str:
    """A column's name without case, spaces and punctuation; `#` is read as "no", and so is `№`."""
    plain = unicodedata.normalize("NFKC", name.replace("#", "no"))
    return "".join(filter(str.isalnum, plain)).casefold()


def kind(name: str) -> str | None:
    """SERIAL, PRODUCT or URLS, or None for a column that only travels along."""
    spelling = key(name)
    return next((kind for kind, spellings in _NAMES.items() if spelling in spellings), None)


def find(header: Sequence[str], *, line: int = 1) -> tuple[Columns, list[Problem]]:
    """The columns, and what is wrong with the header: columns that are missing or that stand there twice.

    Of two columns that could be meant the first is taken, so that the rows can be looked at all the same.
    """
    found: dict[str, list[int]] = {kind: [] for kind in _NAMES}
    for index, name in enumerate(header):
        if (which := kind(name)) is not None:
            found[which].append(index)
    is_data = any(holds_one(name) for name in header) or (header[0].strip(" .").isdigit() and not any(found.values()))
    if is_data:
        return Columns(None, None, None), [_no_header(header, line)]
    problems = [_missing(which, header, line) for which, places in found.items() if not places]
    problems += [_twice(which, [header[at] for at in places], line) for which, places in found.items() if places[1:]]
    return Columns(*(places[0] if places else None for places in found.values())), problems


def wrong_delimiter(line: str) -> Problem | None:
    """A header line whose names come apart at semicolons, tabs or bars, but not at commas."""
    plain = line.replace('"', "").strip(" \r\n")
    by_commas = _kinds(plain.split(","))
    for delimiter, plural in _DELIMITERS.items():
        parts = plain.split(delimiter)
        if _kinds(parts) > by_commas or ("," not in plain and len(parts) > len(_NAMES) - 1):
            code = "csv_semicolons" if delimiter == ";" else "csv_delimiter"
            remedy = "Save it as a comma-separated file (in a spreadsheet: “CSV UTF-8, comma delimited”)."
            return Problem(code, f"The cells of this file are separated by {plural}, not commas. {remedy}")
    return None


def _kinds(names: Sequence[str]) -> int:
    return len({kind(name) for name in names} - {None})


def _no_header(cells: Sequence[str], line: int) -> Problem:
    names = f'"{SERIAL}", "{PRODUCT}" and "{URLS}"'
    message = f"Row {line} should be the header but looks like data: {_listed(cells)}. Put {names} above it."
    return Problem("csv_no_header", message, line)


def _missing(which: str, header: Sequence[str], line: int) -> Problem:
    message = (
        f'The column "{which}" is missing. Names that are understood: {_EXAMPLES[which]}; case, spaces and punctuation '
        f"do not matter. The header in row {line} is: {_listed(header)}."
    )
    return Problem("csv_missing_column", message, line, which)


def _twice(which: str, names: Sequence[str], line: int) -> Problem:
    message = (
        f'Several columns could be the "{which}": {_listed(names)} in row {line}. Rename or remove all of them but one.'
    )
    return Problem("csv_duplicate_column", message, line, which)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _HEADER_SHOWN} more" if len(names) > _HEADER_SHOWN else ""
    return ", ".join(shown(name) for name in names[:_HEADER_SHOWN]) + more
