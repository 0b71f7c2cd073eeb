"""Keeping the rows of a batch in step with their images, and noticing that its last image is final."""

import threading
from collections.abc import Collection, Iterable, Iterator
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


def settle_rows(rows: QuerySet[BatchRow], *, batch_ids: Collection[UUID]) -> None:
    """Has each row's state say what its images say; `batch_ids` are those of the rows."""
    with transaction.atomic():
        # Of two that settle the same rows, each would wait for a row that the other has; and one that began before an
        # image ended would write what it saw then over what the other has seen since.
        _lock(batch_ids)
        _settle_locked(rows)


def _settle_locked(rows: QuerySet[BatchRow]) -> None:
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
        rows = BatchRow.objects.filter(batch=batch, number__gte=first, number__lt=first + _ROWS_AT_ONCE)
        settle_rows(rows, batch_ids=[batch.pk])


def queue_results(batches: QuerySet[Batch]) -> None:
    """Has the results written of those of the batches whose images are all final; any number may ask."""
    images = BatchImage.objects.filter(batch=OuterRef("pk"))
    final = batches.filter(
        ~Exists(images.filter(status=BatchImage.Status.HELD)),
        ~Exists(images.filter(lease_until__isnull=False)),
        stage__in=(Batch.Stage.RUNNING, Batch.Stage.CANCELLED),
        status=Batch.Status.HELD,
    )
    found = list(final.order_by().values_list("pk", flat=True))
    if not found:
        return
    with transaction.atomic():
        # Looked at again once they are locked: another run may have been begun meanwhile, with the images of this one.
        _lock(found)
        queue.send_results(claims.queue(final.filter(pk__in=found)))


def _lock(batch_ids: Collection[UUID]) -> None:
    """Until the transaction ends; in one order, so that no two wait for each other."""
    list(Batch.objects.select_for_update(no_key=True).filter(pk__in=batch_ids).order_by("pk").values_list("pk"))


def _note(image_id: UUID, batch_id: UUID) -> None:
    finished: _Finished | None = getattr(_local, "finished", None)
    if finished is None:
        _settle(_Finished([image_id], {batch_id}))
    else:
        finished.image_ids.append(image_id)
        finished.batch_ids.add(batch_id)


def _settle(finished: _Finished) -> None:
    rows = BatchRow.objects.filter(pk__in=_rows_of(finished.image_ids))
    settle_rows(rows, batch_ids=finished.batch_ids)
    queue_results(Batch.objects.filter(pk__in=finished.batch_ids))


def _rows_of(image_ids: Iterable[UUID]) -> "QuerySet[RowImage, UUID]":
    return RowImage.objects.filter(image__in=list(image_ids)).order_by().values_list("row_id", flat=True)
