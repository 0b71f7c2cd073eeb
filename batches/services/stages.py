"""What an owner decides about a batch: start, pause, resume, cancel, retry, delete."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from batches.models import Batch, BatchImage, BatchRow, RowImage
from core.batches import batched
from core.errors import Conflict, DomainError
from core.work import claims
from poses.models import Photo
from poses.services.deleting import delete_photo

from . import calling, outputs, settling

_CANCELLED = {"error_code": "cancelled", "error_message": "The batch was cancelled before this image's turn."}
_AT_ONCE = 500
_Stage = Batch.Stage


class WrongStage(Conflict):
    """The batch is not where this can be done."""

    def __init__(self, message: str) -> None:
        super().__init__("batch_stage", message)


def start(batch: Batch) -> None:
    """Starts a checked batch. Raises WrongStage."""
    _move(batch, _Stage.RUNNING, of=(_Stage.DRAFT,), refusal="It has been started already.", started_at=timezone.now())


def pause(batch: Batch) -> None:
    """No further image is begun until it is resumed. Raises WrongStage."""
    _move(batch, _Stage.PAUSED, of=(_Stage.RUNNING,), refusal="Only a running batch can be paused.")


def resume(batch: Batch) -> None:
    """Goes on with a paused batch. Raises WrongStage."""
    _move(batch, _Stage.RUNNING, of=(_Stage.PAUSED,), refusal="Only a paused batch can be resumed.")


def cancel(batch: Batch) -> None:
    """Begins no further image: they fail as cancelled; the results of the others are written. Raises WrongStage."""
    with transaction.atomic():
        _move(batch, _Stage.CANCELLED, of=(_Stage.RUNNING, _Stage.PAUSED), refusal="It does not run any more.")
        _fail_held(batch.images.all())
    settling.settle_all_rows(batch)
    settling.queue_results(Batch.objects.filter(pk=batch.pk))


def fail_what_was_given_back() -> None:
    """The sweep's: images that a worker had taken when their batch was cancelled, and gave back unworked."""
    _fail_held(BatchImage.objects.filter(batch__stage=_Stage.CANCELLED))


def retry_failed(batch: Batch) -> int:
    """Begins another run with the images that have failed; answers how many.

    Where none has and only the results could not be written, these are tried again. Raises WrongStage.
    """
    with transaction.atomic():
        locked = _locked(batch)
        if locked.stage not in (_Stage.RUNNING, _Stage.CANCELLED, _Stage.FINISHED) or (
            locked.status in (Batch.Status.PENDING, Batch.Status.RUNNING)
        ):
            raise WrongStage("Failed rows are retried while the batch runs, or once its results are written.")
        images = BatchImage.objects.filter(batch=batch, status=BatchImage.Status.FAILED)
        queued = claims.hold_again(images, finished_at=None, queued_at=timezone.now())
        if not queued and locked.status != Batch.Status.FAILED:
            raise WrongStage("No row has failed.")
        if locked.status != Batch.Status.HELD:
            claims.hold_again(Batch.objects.filter(pk=batch.pk), finished_at=None, run=F("run") + 1)
        Batch.objects.filter(pk=batch.pk).update(stage=_Stage.RUNNING, running_since=timezone.now())
        calling.call_shifts()
    settling.settle_all_rows(batch)
    settling.queue_results(Batch.objects.filter(pk=batch.pk))
    batch.refresh_from_db()
    return queued


def note_retry(keys: Sequence[UUID], actor: Any) -> None:
    """In the transaction that queues failed images from the queue's page: as if each owner had begun another run.

    They go by turns like all others. Raises Busy where results are being written.
    """
    chunks = [BatchImage.objects.order_by().filter(pk__in=some) for some in batched(keys, _AT_ONCE)]
    batch_ids = {pk for images in chunks for pk in images.values_list("batch_id", flat=True)}
    for batch in Batch.objects.select_for_update().filter(pk__in=batch_ids).order_by("pk"):
        if batch.is_unfinished:
            raise claims.Busy
        if batch.is_draft:
            continue
        for images in chunks:
            images.filter(batch=batch).update(status=BatchImage.Status.HELD, lease_until=None, finished_at=None)
        if batch.is_final:
            anew = {"finished_at": None, "stage": _Stage.RUNNING, "running_since": timezone.now()}
            claims.hold_again(Batch.objects.filter(pk=batch.pk), run=F("run") + 1, **anew)
        calling.call_shifts()


def delete(batch: Batch) -> None:
    """Deletes the batch with its rows, outputs and CSV; photos stay in the gallery, but not those of a mere check."""
    with transaction.atomic():
        locked = _locked(batch)
        # Locked, so that none ends with an output that nobody would delete any more.
        of_batch = BatchImage.objects.select_related(None).filter(batch=locked).select_for_update().order_by("pk")
        images = list(of_batch.values_list("output_id", "photo_id", "has_made_photo"))
        output_ids = {output_id for output_id, _, _ in images if output_id}
        made = {photo_id for _, photo_id, is_made in images if is_made and photo_id} if locked.is_draft else set()
        _delete_rows(locked)
        outputs.remove_unused(output_ids)
        if locked.is_draft:  # at most three, unless another batch has them too by now
            for photo in Photo.objects.filter(pk__in=made - _photos_named_among(made)):
                delete_photo(photo=photo, actor=locked.owner)


def _fail_held(images: QuerySet[BatchImage]) -> None:
    held = images.filter(status=BatchImage.Status.HELD)
    held.update(status=BatchImage.Status.FAILED, finished_at=timezone.now(), **_CANCELLED)


def _locked(batch: Batch) -> Batch:
    """As it is now, until the caller's transaction ends. Raises DomainError (`not_found`) where it was deleted."""
    locked = next(iter(Batch.objects.select_for_update().filter(pk=batch.pk).order_by()), None)
    if locked is None:
        raise DomainError("not_found", "The batch was deleted meanwhile.", status=HTTPStatus.NOT_FOUND)
    return locked


def _photos_named_among(photo_ids: set[UUID]) -> set[UUID]:
    return set(BatchImage.objects.filter(photo__in=photo_ids).values_list("photo_id", flat=True))


def _delete_rows(batch: Batch) -> None:
    """By statements that name the batch: Django would load every row to find what hangs on it."""
    RowImage.objects.filter(row__batch=batch)._raw_delete(using="default")
    BatchRow.objects.filter(batch=batch)._raw_delete(using="default")
    BatchImage.objects.filter(batch=batch)._raw_delete(using="default")
    batch.delete()


def _move(batch: Batch, stage: Batch.Stage, *, of: tuple[Batch.Stage, ...], refusal: str, **values: object) -> None:
    if stage == _Stage.RUNNING:
        values["running_since"] = timezone.now()
    with transaction.atomic():
        moved = Batch.objects.filter(pk=batch.pk, stage__in=of, status=Batch.Status.HELD)
        if not moved.update(stage=stage, **values):
            raise WrongStage(refusal)
        if stage == _Stage.RUNNING:
            calling.call_shifts()
    batch.refresh_from_db()
    if stage == _Stage.RUNNING:  # all of it may be final already
        settling.queue_results(Batch.objects.filter(pk=batch.pk))
