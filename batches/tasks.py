"""What the workers are sent, beside the work that rows name."""

from celery import shared_task

from .queue import SHIFT
from .services import shifts


@shared_task(name=SHIFT)
def shift(pk: int | None = None, holder: str = "") -> None:
    """Works on images of the running batches for some seconds; the two name the slot that notes the message."""
    shifts.work_shift(called=None if pk is None else (pk, holder))
