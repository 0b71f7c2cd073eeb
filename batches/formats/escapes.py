"""The apostrophe that keeps a spreadsheet from running a cell as a formula, put on and taken off without loss."""

import re

from poses.formats import cells

_NUMBER = re.compile(r"[+-](?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def escaped(value: str) -> str:
    """The cell as it is written: `=1+1` becomes `'=1+1`, plain numbers such as -5 and +3.2 stay.

    A value that already looks escaped gets one more apostrophe: that way `restored(escaped(value)) == value` always.
    """
    return f"'{value}" if _runs(value.lstrip("'")) else value


def restored(cell: str) -> str:
    """The value of a cell that was written by `escaped`; any other cell is its own value."""
    return cell[1:] if cell.startswith("'") and _runs(cell.lstrip("'")) else cell


def _runs(value: str) -> bool:
    return cells.text(value) != value and not _NUMBER.fullmatch(value)
