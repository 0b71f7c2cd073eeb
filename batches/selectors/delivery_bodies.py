"""What is told of the end of a batch, by webhook and by e-mail alike."""

from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.urls import reverse

from batches.models import Batch, BatchImage, Delivery

from .progress import progress_of


def completed_body(batch: Batch, *, now: datetime) -> dict[str, Any]:
    """Of a batch whose results are written, as plain JSON; `bytes` and `people` are null where they were not wanted."""
    progress = progress_of(batch, now=now)
    return {
        "type": Delivery.Event.COMPLETED.value,
        "timestamp": _in_json(batch.finished_at or now),
        "data": {
            "batch": str(batch.pk),
            "name": batch.name,
            "run": batch.run,
            "status": "cancelled" if batch.stage == Batch.Stage.CANCELLED else "completed",
            "rows": {
                "total": batch.row_count,
                "done": progress.rows_done,
                "partial": progress.rows_partial,
                "failed": progress.rows_failed,
            },
            "images": {"total": batch.image_count, "done": progress.done, "failed": progress.failed},
            "bytes": {"before": progress.bytes_before, "after": progress.bytes_after} if batch.compresses else None,
            "people": _people(batch) if batch.finds_people else None,
            "urls": {
                "page": batch.base_url + batch.get_absolute_url(),
                "api": batch.base_url + reverse("batch-detail", args=[batch.pk]),
                "output_csv": batch.base_url + reverse("batch-output-csv", args=[batch.pk]),
            },
        },
    }


def ping_body(*, now: datetime) -> dict[str, Any]:
    """Of a webhook that only tries whether it arrives."""
    return {
        "type": Delivery.Event.PING.value,
        "timestamp": _in_json(now),
        "data": {"message": "A ping from PoseSite. No batch has ended."},
    }


def _people(batch: Batch) -> int:
    done = BatchImage.objects.filter(batch=batch, status=BatchImage.Status.COMPLETED).order_by()
    return done.aggregate(people=Sum("people_found"))["people"] or 0


def _in_json(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
