"""How fast long work goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .long_item import LongItem

# Before that it is a guess.
_MEASURED_OVER = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Pace:
    """Of the step that is being done: both None where nobody can say."""

    bytes_per_second: float | None = None
    seconds_left: float | None = None


def pace_of(item: LongItem, *, now: datetime) -> Pace:
    """By what the step has done since it was begun, where its whole is known."""
    if item.status != item.Status.RUNNING or not item.progress_total or item.step_started_at is None:
        return Pace()
    since = now - item.step_started_at
    if since < _MEASURED_OVER or not item.progress_done:
        return Pace()
    per_second = item.progress_done / since.total_seconds()
    return Pace(per_second, max(0, item.progress_total - item.progress_done) / per_second)
