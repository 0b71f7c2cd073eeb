"""What is found wrong with a file of depth rows."""

from dataclasses import dataclass
from enum import StrEnum

_SHOWN = 30


class Code(StrEnum):
    """What may be wrong with a row. One that is `kept` stands in the scan all the same, where it is imported at all."""

    BLANK_ROW = "blank_row"
    SHORT_ROW = "short_row"
    LONG_ROW = "long_row"
    MISSING_DEPTH = "missing_depth"
    DEPTH_NOT_A_NUMBER = "depth_not_a_number"
    DEPTH_NOT_FINITE = "depth_not_finite"
    DEPTH_OUT_OF_RANGE = "depth_out_of_range"
    DUPLICATE_DEPTH = "duplicate_depth"
    EMPTY_CELL = "empty_cell"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    OUT_OF_RANGE = "out_of_range"
    UNSORTED = "unsorted"
    GAP = "gap"

    @property
    def is_kept(self) -> bool:
        """Whether a lenient import takes the row."""
        return self in (Code.UNSORTED, Code.GAP)


@dataclass(frozen=True, slots=True)
class Finding:
    """One row's first fault. `row` is the line of the file, the header being 1; `column` is the header's name."""

    code: Code
    row: int
    message: str
    column: str = ""


class CsvRefused(Exception):
    """The file as a whole is none that could be read; `code` is for programs, the message names row and remedy."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def shown(cell: bytes) -> str:
    """A cell's text for a message: on one line, not too long, in quotes."""
    text = " ".join(cell[: _SHOWN * 4].decode("utf-8", "replace").replace("\0", " ").split())
    return f'"{text[: _SHOWN - 1]}…"' if len(text) > _SHOWN else f'"{text}"'
