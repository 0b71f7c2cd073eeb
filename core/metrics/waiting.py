"""Gauges of background work: how much there is, and since when it waits."""

from collections.abc import Iterator

from django.db.models import Min
from django.utils import timezone

from core.work import kinds
from core.work.item import WorkItem

from .gauges import register_gauge


def _items() -> Iterator[tuple[tuple[str, ...], float]]:
    for kind in kinds.all_kinds():
        for state, count in kind.counts().items():
            yield (kind.name, state), count


def _oldest() -> Iterator[tuple[tuple[str, ...], float]]:
    for kind in kinds.all_kinds():
        pending = kind.unfinished.filter(status=WorkItem.Status.PENDING)
        queued_at = pending.aggregate(oldest=Min("queued_at"))["oldest"]
        waited = timezone.now() - queued_at if queued_at else None
        yield (kind.name,), max(0.0, waited.total_seconds()) if waited else 0.0


register_gauge("posesite_work_items", "Rows of background work by state.", ("kind", "state"), _items)
register_gauge("posesite_work_oldest_pending_seconds", "Age of the oldest pending row.", ("kind",), _oldest)
