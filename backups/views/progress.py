"""How far a backup or a check has come, for a card that refreshes itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.timesince import timesince

from backups.models import Backup, Check
from backups.templatetags.backup_words import as_bytes
from batches.views.words import lasting
from core.work.pace import pace_of
from poses.views.cards import age_of

from .words import asker_words, step_words

# Longer than a message is on its way and the sweep takes to send it again.
_PATIENCE = timedelta(minutes=2)
_NO_WORKER = (
    "No worker has taken it up for {since}: none seems to be there, or all are busy. manage.py serve starts them, and"
    " their log says what ends them. It begins by itself as soon as one is free."
)
_LOST = "Its worker has not been heard of for {since}. Another one takes it up by itself."


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
        warning=_warning(item, now),
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


def _warning(item: Backup | Check, now: datetime) -> str:
    if item.status == item.Status.PENDING and now - item.queued_at > _PATIENCE:
        return _NO_WORKER.format(since=timesince(item.queued_at, now, depth=1))
    if item.status == item.Status.RUNNING and item.lease_until is not None and item.lease_until < now:
        return _LOST.format(since=timesince(item.lease_until, now, depth=1))
    return ""
