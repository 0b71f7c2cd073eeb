"""What the workers are sent, beside the work that rows name."""

from celery import shared_task

from .queue import SHIFT
from .services import shifts


@shared_task(name=SHIFT)
def shift() -> None:
    """Works on images of the running batches for some seconds."""
    shifts.work_shift()
