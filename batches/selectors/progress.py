"""How far a batch has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from batches.models import Batch, BatchImage, BatchRow

# Over how long the pace is measured.
_LATELY = timedelta(seconds=30)
_Status = BatchImage.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Images by where they stand, rows by their state, and the pace; `seconds_left` None where nobody can say."""

    queued: int
    fetching: int
    done: int
    failed: int
    rows_waiting: int
    rows_done: int
    rows_partial: int
    rows_failed: int
    per_second: float
    seconds_left: float | None
    bytes_before: int
    bytes_after: int

    @property
    def images(self) -> int:
        """All of them."""
        return self.queued + self.fetching + self.final

    @property
    def final(self) -> int:
        """Done and failed."""
        return self.done + self.failed

    @property
    def share(self) -> float:
        """Of the images that are final, 0 to 1."""
        return self.final / self.images if self.images else 1.0


def progress_of(batch: Batch, *, now: datetime) -> Progress:
    """In three reads by index, whatever the batch's size."""
    images = BatchImage.objects.filter(batch=batch).order_by()
    counts = dict(images.values_list("status").annotate(Count("pk")))
    rows = dict(BatchRow.objects.filter(batch=batch).order_by().values_list("state").annotate(Count("pk")))
    sums = images.filter(status=_Status.COMPLETED).aggregate(before=Sum("bytes_before"), after=Sum("bytes_after"))
    queued = counts.get(_Status.HELD, 0) + counts.get(_Status.PENDING, 0)
    fetching = counts.get(_Status.RUNNING, 0)
    per_second = _pace(batch, now)
    return Progress(
        queued=queued,
        fetching=fetching,
        done=counts.get(_Status.COMPLETED, 0),
        failed=counts.get(_Status.FAILED, 0),
        rows_waiting=rows.get(BatchRow.State.WAITING, 0),
        rows_done=rows.get(BatchRow.State.DONE, 0),
        rows_partial=rows.get(BatchRow.State.PARTIAL, 0),
        rows_failed=rows.get(BatchRow.State.FAILED, 0),
        per_second=per_second,
        seconds_left=(queued + fetching) / per_second if per_second else None,
        bytes_before=sums["before"] or 0,
        bytes_after=sums["after"] or 0,
    )


def seconds_by_samples(batch: Batch, *, shifts: int) -> float | None:
    """How long a checked batch may take, by the images that were tried; None while there is no such image."""
    tried = batch.images.filter(status=_Status.COMPLETED, milliseconds__isnull=False)
    # What was made of the same bytes before takes next to no time.
    new = tried.filter(has_made_photo=True) if batch.finds_people else tried
    times = list(new.values_list("milliseconds", flat=True)) or list(tried.values_list("milliseconds", flat=True))
    return sum(filter(None, times)) / len(times) / 1000 * batch.image_count / max(1, shifts) if times else None


def _pace(batch: Batch, now: datetime) -> float:
    """Images a second lately; 0 while nothing runs."""
    if batch.stage != Batch.Stage.RUNNING or batch.running_since is None or batch.is_final:
        return 0.0
    lately = max(batch.running_since, now - _LATELY)
    finished = batch.images.filter(finished_at__gte=lately).count()
    return finished / max(1.0, (now - lately).total_seconds())
