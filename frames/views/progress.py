"""How far an import has come, for a card that refreshes itself."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from core.pages.delays import delay_of
from core.pages.words import lasting
from core.work.pace import pace_of
from frames.models import DepthImport
from poses.views.cards import age_of

from .words import file_size, import_step

_REMEDY = "Tell whoever runs the site if this goes on."


@dataclass(frozen=True, slots=True)
class Progress:
    """What the card shows; `percent` is None where the whole is not known, `warning` is empty where all is well."""

    item: DepthImport
    step: str
    percent: int | None
    amount: str
    pace: str
    since: datetime
    age: str
    warning: str

    @property
    def said(self) -> str:
        """For those who listen."""
        return f"{self.step}{'' if self.percent is None else f', {self.percent} %'}."

    @property
    def said_of(self) -> str:
        """Another one where it is to be said anew: at each step and each tenth."""
        return f"{self.step} {'' if self.percent is None else self.percent // 10}"


def progress_of(item: DepthImport) -> Progress:
    """Of one that waits or runs."""
    now = timezone.now()
    since = item.started_at or item.queued_at
    return Progress(
        item=item,
        step=import_step(item),
        percent=item.percent if item.step else None,
        amount=_amount(item),
        pace=_pace(item, now),
        since=since,
        age=age_of(since),
        warning=delay_of(item, now=now, remedy=_REMEDY),
    )


def _amount(item: DepthImport) -> str:
    done, total = min(item.progress_done, item.progress_total), item.progress_total
    if not item.step or not total:
        return file_size(item.size_bytes)
    if item.step == DepthImport.Step.READING:
        return f"{file_size(done)} of {file_size(total)}"
    return f"{done:,} of {total:,} rows"


def _pace(item: DepthImport, now: datetime) -> str:
    """Of the step, which reads bytes or stores rows."""
    pace = pace_of(item, now=now)
    if pace.bytes_per_second is None:
        return ""
    rate = pace.bytes_per_second
    a_second = file_size(rate) if item.step == DepthImport.Step.READING else f"{_about(rate):,.0f} rows"
    left = f", about {lasting(pace.seconds_left)} left" if pace.seconds_left else ""
    return f"{a_second} a second{left}"


def _about(rate: float) -> float:
    """With two digits: more of them change at every look."""
    return float(f"{rate:.2g}")
