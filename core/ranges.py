"""Parts of a file, as RFC 9110 has clients ask for them in a Range header."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from core.errors import DomainError

# One range of bytes; several, between commas, are answered with the whole file.
_ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,40})-(\d{0,40})[ \t]*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from `first` to `last`, both of them included, of a file of `total_bytes`."""

    first: int
    last: int
    total_bytes: int

    @property
    def size_bytes(self) -> int:
        """How many there are."""
        return self.last - self.first + 1

    @property
    def content_range(self) -> str:
        """For the Content-Range header."""
        return f"bytes {self.first}-{self.last}/{self.total_bytes}"


class RangeNotSatisfiable(DomainError):
    """The part begins beyond the end; `content_range` is what the Content-Range header says of it."""

    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE

    def __init__(self, *, total_bytes: int) -> None:
        super().__init__("range_not_satisfiable", f"The file has {total_bytes} bytes; the part begins beyond its end.")
        self.content_range = f"bytes */{total_bytes}"


def range_of(header: str | None, *, total_bytes: int, if_range: str | None = None, etag: str = "") -> ByteRange | None:
    """The one part that is asked for; None where the whole file is to be sent.

    That is so without a header, with several ranges, with what cannot be read, and where `if_range` is given and is not
    the strong `etag` of the file as it is now. Raises RangeNotSatisfiable.
    """
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None or (if_range is not None and (not etag or if_range.strip() != etag)):
        return None
    first, last = found.groups()
    if not first:
        return _last_bytes(int(last), total_bytes) if last else None
    begin = int(first)
    if last and int(last) < begin:
        return None
    if begin >= total_bytes:
        raise RangeNotSatisfiable(total_bytes=total_bytes)
    end = min(int(last), total_bytes - 1) if last else total_bytes - 1
    return ByteRange(begin, end, total_bytes)


def _last_bytes(count: int, total_bytes: int) -> ByteRange:
    if not count or not total_bytes:
        raise RangeNotSatisfiable(total_bytes=total_bytes)
    return ByteRange(max(0, total_bytes - count), total_bytes - 1, total_bytes)
