"""How far a backup or a check has come, for a card that refreshes itself."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from backups.models import Backup, Check
from backups.templatetags.backup_words import as_bytes
from core.pages.delays import delay_of
from core.pages.words import lasting
from core.work.pace import pace_of
from poses.views.cards import age_of

from .words import asker_words, step_words

_REMEDY = "manage.py serve starts them, and their log says what ends them."


@dataclass(frozen=True, slots=True)
class Progress:
    """What a card shows; `percent` is None where the whole is not known, `warning` is empty where all is well."""

    item: Backup | Check
    step: str
    percent: int | None
    amount: str
    pace: str
    asker: str
    since: datetime
    age: str
    warning: str

    @property
    def said(self) -> str:
        """For those who listen."""
        return f"{self.item}: {self.step}{'' if self.percent is None else f', {self.percent} %'}."

    @property
    def said_of(self) -> str:
        """Another one where it is to be said anew: at each step and each tenth."""
        return f"{self.item.pk} {self.step} {'' if self.percent is None else self.percent // 10}"


def progress_of(item: Backup | Check) -> Progress:
    """Of one that waits or runs; read it with `asked_by`."""
    now = timezone.now()
    since = item.started_at or item.queued_at
    return Progress(
        item=item,
        step=step_words(item),
        percent=item.percent,
        amount=_amount(item),
        pace=_pace(item, now),
        asker=asker_words(item),
        since=since,
        age=age_of(since),
        warning=delay_of(item, now=now, remedy=_REMEDY),
    )


def _amount(item: Backup | Check) -> str:
    if item.progress_total:
        return f"{as_bytes(min(item.progress_done, item.progress_total))} of {as_bytes(item.progress_total)}"
    return f"{as_bytes(item.progress_done)} so far" if item.progress_done else ""


def _pace(item: Backup | Check, now: datetime) -> str:
    pace = pace_of(item, now=now)
    if pace.bytes_per_second is None:
        return ""
    left = f", about {lasting(pace.seconds_left)} left" if pace.seconds_left else ""
    return f"{as_bytes(round(pace.bytes_per_second))} a second{left}"
