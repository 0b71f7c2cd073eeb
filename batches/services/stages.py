"""What an owner decides about a batch: start, pause, resume, cancel, retry, delete."""

from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from batches import queue
from batches.models import Batch, BatchImage, BatchRow, RowImage
from core.errors import Conflict, DomainError
from core.work import claims
from poses.models import Photo
from poses.services import photo_files
from poses.services.deleting import delete_photo

from . import outputs, settling

_CANCELLED = {"error_code": "cancelled", "error_message": "The batch was cancelled before this image's turn."}
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
        Batch.objects.filter(pk=batch.pk).update(stage=_Stage.RUNNING)
        queue.send_shifts()
    settling.settle_all_rows(batch)
    settling.queue_results(Batch.objects.filter(pk=batch.pk))
    batch.refresh_from_db()
    return queued


def delete(batch: Batch) -> None:
    """Deletes the batch with its rows, outputs and CSV; photos stay in the gallery, but not those of a mere check."""
    with transaction.atomic():
        locked = _locked(batch)
        images = BatchImage.objects.filter(batch=locked)
        output_ids = set(images.exclude(output=None).values_list("output_id", flat=True))
        made_photos = images.filter(has_made_photo=True, photo__isnull=False)
        made = set(made_photos.values_list("photo_id", flat=True)) if locked.is_draft else set()
        _delete_rows(locked)
        outputs.remove_unused(output_ids)
        if locked.is_draft:  # at most three, unless another batch has them too by now
            for photo in Photo.objects.filter(pk__in=made - _photos_named_among(made)):
                delete_photo(photo=photo, actor=locked.owner)
        transaction.on_commit(lambda: photo_files.remove(locked.results.name))


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
    with transaction.atomic():
        moved = Batch.objects.filter(pk=batch.pk, stage__in=of, status=Batch.Status.HELD)
        if not moved.update(stage=stage, **values):
            raise WrongStage(refusal)
        if stage == _Stage.RUNNING:
            queue.send_shifts()
    batch.refresh_from_db()
    if stage == _Stage.RUNNING:  # all of it may be final already
        settling.queue_results(Batch.objects.filter(pk=batch.pk))
