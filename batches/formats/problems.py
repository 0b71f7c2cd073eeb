"""What is wrong with an uploaded table, told all at once."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 100
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is for programs, `message` for people: it names the row where there is one, and the remedy.

    `row` is the line of the file, the first being 1; `column` is the header's name of the column.
    """

    code: str
    message: str
    row: int | None = None
    column: str | None = None


class CsvRefused(Exception):
    """The file is not taken: the first hundred problems, and how many `more` there are."""

    def __init__(self, problems: Sequence[Problem], more: int = 0) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = tuple(problems)
        self.more = more


class Findings:
    """Keeps the first hundred and counts the rest, so that a bad file cannot fill the memory."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self.more = 0

    def __bool__(self) -> bool:
        return bool(self._kept)

    @property
    def kept(self) -> tuple[Problem, ...]:
        """The first hundred, in the order they were found."""
        return tuple(self._kept)

    def add(self, problem: Problem) -> None:
        """Remember one."""
        if len(self._kept) < MOST:
            self._kept.append(problem)
        else:
            self.more += 1


def shown(value: str) -> str:
    """Text from the file for a message: on one line, not too long, in quotes."""
    line = " ".join(value[: _SHOWN * 4].replace("\0", " ").split())
    return f'"{line[: _SHOWN - 1]}…"' if len(line) > _SHOWN else f'"{line}"'
