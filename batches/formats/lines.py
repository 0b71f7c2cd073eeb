"""The lines of a text for a CSV reader, which can be given back when a quote turns out to have swallowed them."""

import io
from collections import deque
from typing import Self

MOST_OF_A_RECORD = 1_048_576
_GIVEN_BACK_AT_MOST = 8 * MOST_OF_A_RECORD
_PIECE = 65_536
_ENDS = frozenset(("\n", "\r\n", "\r"))


class TooLong(Exception):
    """One record has more than MOST_OF_A_RECORD characters."""


class Lines:
    """Lines with their ends: LF, CR LF or CR, as an editor counts them.

    `taken` are those of the record that is being read, `size` their characters, `before` the number of lines above it.
    Lines are read as they are asked for, so that a file with too many is not held in memory. Empty lines between
    records are left out, and counted in `empty`: a file of millions of them must not take seconds.
    """

    def __init__(self, content: bytes) -> None:
        self._stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
        self._waiting: deque[str] = deque()
        self._may_give_back = _GIVEN_BACK_AT_MOST
        self.before = 0
        self.empty = 0
        self.taken: list[str] = []
        self.size = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._read()
        while line in _ENDS and not self.taken:
            self.before += 1
            self.empty += 1
            line = self._waiting.popleft() if self._waiting else self._read()
        if not line:
            raise StopIteration
        self.taken.append(line)
        self.size += len(line)
        if self.size > MOST_OF_A_RECORD:
            raise TooLong
        return line

    def next_record(self) -> None:
        """Begin a record."""
        self.before += len(self.taken)
        self.taken.clear()
        self.size = 0

    def give_back(self, index: int) -> bool:
        """Let the lines from `taken[index]` on be read again; False, and nothing done, where that was too often.

        Without that limit a file made for it would be read anew from each of its lines.
        """
        back = self.taken[index:]
        self._may_give_back -= sum(map(len, back))
        if self._may_give_back < 0:
            return False
        del self.taken[index:]
        self._waiting.extendleft(reversed(back))
        return True

    def _read(self) -> str:
        line = self._stream.readline(MOST_OF_A_RECORD + 1)
        if len(line) > MOST_OF_A_RECORD:
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = self._stream.readline(_PIECE)
        return line
