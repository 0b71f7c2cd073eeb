"""Numbers and states as people read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from batches.models import Batch

_KILO = 1024  # as Django's filesizeformat has it, on the page of a photo and in e-mails
_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_MINUTE, _HOUR = 60, 3600
_MANY = 10


@dataclass(frozen=True, slots=True)
class State:
    """How a batch stands, in words, and the look of its badge."""

    words: str
    badge: str = ""


def state_of(batch: Batch, *, failed: int) -> State:
    """In a few words; `failed` is how many of its images have."""
    if batch.status == Batch.Status.FAILED:
        return State("Results not written", "bad")
    if batch.is_final:
        return _ended(batch, failed)
    if batch.status != Batch.Status.HELD:
        return State("Writing the results", "busy")
    return {
        Batch.Stage.DRAFT: State("Checked, not started"),
        Batch.Stage.RUNNING: State("Running", "busy"),
        Batch.Stage.PAUSED: State("Paused", "warn"),
        Batch.Stage.CANCELLED: State("Being cancelled", "warn"),
        Batch.Stage.FINISHED: State("Finished", "ok"),
    }[Batch.Stage(batch.stage)]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a CSV, in a table that has its row in a column."""

    row: int | None
    column: str | None
    message: str


def findings_of(problems: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """The messages without the row that they begin with."""
    return [_finding(problem["row"], problem["column"], problem["message"]) for problem in problems]


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


def change(before: int, after: int) -> str:
    """`−62 %`."""
    per_cent = round(100 * (after - before) / before) if before else 0
    return f"{'−' if per_cent < 0 else '±' if per_cent == 0 else '+'}{abs(per_cent)} %"


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


def _finding(row: int | None, column: str | None, message: str) -> Finding:
    words = message.removeprefix(f"Row {row}: ")
    return Finding(row, column, words[:1].upper() + words[1:])


def _ended(batch: Batch, failed: int) -> State:
    if batch.stage == Batch.Stage.CANCELLED:
        return State("Cancelled", "warn")
    if not failed:
        return State("Finished", "ok")
    if failed == batch.image_count:
        return State("Finished, all failed", "bad")
    return State(f"Finished, {failed:,} failed", "warn")
