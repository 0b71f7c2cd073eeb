"""What the workers are sent."""

from celery import shared_task
from django.utils import timezone

from core.work import kinds, running, sweeping
from core.work.sending import TASK


@shared_task(name=TASK)
def work(kind: str, keys: list[str]) -> None:
    """Works on rows of one kind."""
    running.run(kinds.kind_named(kind), keys)


@shared_task(name="core.sweep")
def sweep() -> None:
    """Takes up what was lost; sent every few seconds."""
    sweeping.sweep(now=timezone.now())
