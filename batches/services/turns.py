"""Whose images are worked on next: owners take turns, and so do the batches of each."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from batches import queue
from batches.models import Batch, BatchImage
from core.work import claims, kinds


def take_turn(at_most: int, *, busy_hosts: Collection[str] = ()) -> list[BatchImage]:
    """Claims the next images of the batch whose turn it is; none where nothing is left to take.

    Those of busy hosts are passed over. Two workers at a time get different images.
    """
    for batch_id in _in_turn(busy_hosts):
        if taken := _take(_held(batch_id, busy_hosts), at_most):
            Batch.objects.filter(pk=batch_id).update(served_at=timezone.now())
            return taken
    return []


def is_anything_held() -> bool:
    """Whether a running batch has images that nobody has taken."""
    return _running().exists()


def _running() -> QuerySet[Batch]:
    held = BatchImage.objects.filter(batch=OuterRef("pk"), status=BatchImage.Status.HELD)
    return Batch.objects.filter(Exists(held), stage=Batch.Stage.RUNNING, status=Batch.Status.HELD)


def _in_turn(busy_hosts: Collection[str]) -> list[UUID]:
    """The running batches: first that of the owner who was served longest ago, and of theirs the same."""
    running = list(_running().values_list("pk", "owner_id", "served_at"))
    last_served: dict[int, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=timezone.get_current_timezone()))
    for _, owner_id, served_at in running:
        last_served[owner_id] = max(last_served[owner_id], served_at)
    return [pk for pk, _, _ in sorted(running, key=lambda batch: (last_served[batch[1]], batch[2]))]


def _held(batch_id: UUID, busy_hosts: Collection[str]) -> QuerySet[BatchImage]:
    held = BatchImage.objects.filter(batch=batch_id, status=BatchImage.Status.HELD)
    return held.exclude(host__in=busy_hosts) if busy_hosts else held


def _take(held: QuerySet[BatchImage], at_most: int) -> list[BatchImage]:
    with transaction.atomic():
        first = held.select_for_update(of=("self",), skip_locked=True).order_by("number")
        ids = list(first.values_list("pk", flat=True)[:at_most])
        taken = (
            claims.claim_held(BatchImage.objects.filter(pk__in=ids), lease=kinds.kind_named(queue.IMAGE).lease)
            if ids
            else []
        )
        return sorted(taken, key=lambda image: image.number)
