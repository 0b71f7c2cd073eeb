"""What the workers are sent."""

from celery import shared_task
from django.utils import timezone

from core import (
    alive,  # noqa: F401  # connects its signals, in workers and beat
    schedule,
)
from core.work import kinds, running, sweeping
from core.work.sending import LONG_TASK, TASK

_HOURS_S = 6 * 3600


@shared_task(name=TASK)
def work(kind: str, keys: list[str]) -> None:
    """Works on rows of one kind."""
    running.run(kinds.kind_named(kind), keys)


# Acknowledged first: Redis would send again what takes longer than its visibility timeout, and what a killed worker
# leaves behind the sweep takes up once its lease is over.
@shared_task(name=LONG_TASK, acks_late=False, time_limit=_HOURS_S)
def long_work(kind: str, keys: list[str]) -> None:
    """The same, of a kind whose rows take minutes to hours."""
    running.run(kinds.kind_named(kind), keys)


@shared_task(name="core.sweep")
def sweep() -> None:
    """Takes up what was lost; sent every few seconds."""
    sweeping.sweep(now=timezone.now())


# Acknowledged first: Redis would send again what takes longer than its visibility timeout, and tomorrow comes anyway.
@shared_task(name=schedule.TASK, acks_late=False, time_limit=_HOURS_S)
def command(name: str) -> None:
    """Runs a daily command."""
    schedule.run(name)
