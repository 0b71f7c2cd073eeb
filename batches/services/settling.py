"""Keeping the rows of a batch in step with their images, and noticing that its last image is final."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from batches import queue
from batches.models import Batch, BatchImage, BatchRow, RowImage
from core.work import claims

_ROWS_AT_ONCE = 2000
_UNFINISHED = (BatchImage.Status.HELD, BatchImage.Status.PENDING, BatchImage.Status.RUNNING)


@dataclass(slots=True)
class _Finished:
    image_ids: list[UUID] = field(default_factory=list)
    batch_ids: set[UUID] = field(default_factory=set)


_local = threading.local()


@contextmanager
def collecting() -> Iterator[None]:
    """Images that are finished within are settled together, by `settle_collected`, and at the end."""
    _local.finished = _Finished()
    try:
        yield
        settle_collected()
    finally:
        del _local.finished


def settle_collected() -> None:
    """Settles what was finished since the last time."""
    finished: _Finished = _local.finished
    if finished.image_ids:
        _local.finished = _Finished()
        _settle(finished)


def note_finished(image: BatchImage) -> None:
    """An image has ended, well or not; its rows are settled once the caller's transaction is committed.

    Not within it: of two images of a row that end at the same time, each would take the other for unfinished.
    """
    transaction.on_commit(lambda: _note(image.pk, image.batch_id))


def settle_rows(rows: QuerySet[BatchRow]) -> None:
    """Has each row's state say what its images say."""
    places = RowImage.objects.filter(row=OuterRef("pk"))
    failed = places.filter(image__status=BatchImage.Status.FAILED)
    states = BatchRow.State
    rows.order_by().update(
        state=Case(
            When(Exists(places.filter(image__status__in=_UNFINISHED)), then=Value(states.WAITING)),
            When(~Exists(failed), then=Value(states.DONE)),
            When(~Exists(places.filter(image__status=BatchImage.Status.COMPLETED)), then=Value(states.FAILED)),
            default=Value(states.PARTIAL),
        ),
        error_code=Coalesce(Subquery(failed.order_by("position").values("image__error_code")[:1]), Value("")),
    )


def settle_all_rows(batch: Batch) -> None:
    """The same for every row of a batch, some thousands at a time."""
    for first in range(0, batch.row_count + 1, _ROWS_AT_ONCE):
        settle_rows(BatchRow.objects.filter(batch=batch, number__gte=first, number__lt=first + _ROWS_AT_ONCE))


def queue_results(batches: QuerySet[Batch]) -> None:
    """Has the results written of those of the batches whose images are all final; any number may ask."""
    images = BatchImage.objects.filter(batch=OuterRef("pk"))
    final = batches.filter(
        ~Exists(images.filter(status=BatchImage.Status.HELD)),
        ~Exists(images.filter(lease_until__isnull=False)),
        stage__in=(Batch.Stage.RUNNING, Batch.Stage.CANCELLED),
        status=Batch.Status.HELD,
    )
    if not final.exists():
        return
    with transaction.atomic():
        queue.send_results(claims.queue(final))


def _note(image_id: UUID, batch_id: UUID) -> None:
    finished: _Finished | None = getattr(_local, "finished", None)
    if finished is None:
        _settle(_Finished([image_id], {batch_id}))
    else:
        finished.image_ids.append(image_id)
        finished.batch_ids.add(batch_id)


def _settle(finished: _Finished) -> None:
    settle_rows(BatchRow.objects.filter(pk__in=_rows_of(finished.image_ids)))
    queue_results(Batch.objects.filter(pk__in=finished.batch_ids))


def _rows_of(image_ids: Iterable[UUID]) -> "QuerySet[RowImage, UUID]":
    return RowImage.objects.filter(image__in=list(image_ids)).order_by().values_list("row_id", flat=True)
