"""Several URLs in one cell."""

import re

# A comma is legal inside a URL (http://x/a,b.jpg), so it separates only where another URL, another comma, a line break
# or the end of the cell follows. A URL that holds ",http://" has to write that comma as %2C.
_SEPARATOR = re.compile(r"[\r\n]+|,(?=[^\S\r\n]*(?:[A-Za-z][A-Za-z0-9+.\-]*://|www\.|[,\r\n]|\Z))")
_START = re.compile(r"[\s\"']*[A-Za-z][A-Za-z0-9+.\-]*://")


def split(cell: str) -> tuple[str, ...]:
    """The URLs in the order they stand: without the spaces around them and without empty places.

    A line break always separates. A comma separates where what follows, after spaces, is the start of a URL
    (`scheme://` or `www.`), another comma, a line break, or nothing.
    """
    if "," not in cell and "\n" not in cell and "\r" not in cell:
        url = cell.strip()
        return (url,) if url else ()
    return tuple(url for piece in _SEPARATOR.split(cell) if (url := piece.strip()))


def starts_one(text: str) -> bool:
    """Whether the text begins as a URL with a scheme does; spaces and quotes before it are ignored."""
    return _START.match(text) is not None


def holds_one(text: str) -> bool:
    """Whether there is a URL with a scheme somewhere."""
    return "://" in text
