"""Numbers, moments and states as people read them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

_KILO = 1024  # as Django's filesizeformat has it, on the page of a photo and in e-mails
_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_MINUTE, _HOUR = 60, 3600
_MANY = 10


@dataclass(frozen=True, slots=True)
class State:
    """How something stands, in words, and the look of its badge."""

    words: str
    badge: str = ""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 row`, `1,200 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def sized(size_bytes: float) -> str:
    """`812 bytes`, `24.1 KB`, `3.2 MB`."""
    unit = 0
    while size_bytes >= _KILO and unit < len(_UNITS) - 1:
        size_bytes /= _KILO
        unit += 1
    return f"{size_bytes:,.{min(unit, 1)}f}\N{NO-BREAK SPACE}{_UNITS[unit]}"


def lasting(seconds: float) -> str:
    """`8 s`, `4 min`, `2 h 10 min`, with no more precision than a guess has."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    return f"{hours:,} h {minutes} min" if minutes and hours < _MANY else f"{hours:,} h"


def until(moment: datetime) -> str:
    """`in 3 minutes`, `any moment`."""
    left = (moment - timezone.now()).total_seconds()
    return "any moment" if left <= 0 else f"in {lasting(left)}"
