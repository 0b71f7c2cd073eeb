"""A row whose work takes long: how far it has come."""

from django.db import models

from .item import WorkItem


class LongItem(WorkItem):
    """With its step, and what of it is done: bytes, rows or files, of a sum that may not be known yet.

    Written by `pulse`.
    """

    step = models.CharField(max_length=20, blank=True, editable=False)
    step_started_at = models.DateTimeField(null=True, blank=True, editable=False)
    progress_done = models.PositiveBigIntegerField(default=0, editable=False)
    progress_total = models.PositiveBigIntegerField(default=0, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(WorkItem.Meta):
        abstract = True

    @property
    def percent(self) -> int | None:
        """Of the step; None where its sum is not known."""
        if not self.progress_total:
            return None
        return min(100, self.progress_done * 100 // self.progress_total)

    @property
    def seconds(self) -> float | None:
        """From start to end; None while either is missing."""
        started, finished = self.started_at, self.finished_at
        return (finished - started).total_seconds() if started and finished else None
