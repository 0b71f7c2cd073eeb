"""Cells of a table that spreadsheets open."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def text(value: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
