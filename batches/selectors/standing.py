"""Where a batch and its images stand, in one word each."""

from django.db import models

from batches.models import Batch, BatchImage

_Stage, _Status = Batch.Stage, Batch.Status


class Standing(models.TextChoices):
    """Of a batch: what its owner has decided, and how far the work has come."""

    DRAFT = "draft", "Checked, not started"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    FINISHING = "finishing", "Writing the results"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


class ImageStanding(models.TextChoices):
    """Of an image."""

    QUEUED = "queued", "Queued"
    FETCHING = "fetching", "Being worked on"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


_BY_STAGE = {
    _Stage.DRAFT: Standing.DRAFT,
    _Stage.RUNNING: Standing.RUNNING,
    _Stage.PAUSED: Standing.PAUSED,
    _Stage.CANCELLED: Standing.FINISHING,  # until the images that were under way are done
    _Stage.FINISHED: Standing.FINISHING,
}
_OF_IMAGES = {
    BatchImage.Status.HELD: ImageStanding.QUEUED,
    BatchImage.Status.PENDING: ImageStanding.QUEUED,
    BatchImage.Status.RUNNING: ImageStanding.FETCHING,
    BatchImage.Status.COMPLETED: ImageStanding.DONE,
    BatchImage.Status.FAILED: ImageStanding.FAILED,
}


def standing_of(batch: Batch) -> Standing:
    """`failed` only where the results themselves could not be written; images that failed are in a completed batch."""
    if batch.status == _Status.FAILED:
        return Standing.FAILED
    if batch.status == _Status.COMPLETED:
        return Standing.CANCELLED if batch.stage == _Stage.CANCELLED else Standing.COMPLETED
    if batch.status == _Status.HELD:
        return _BY_STAGE[_Stage(batch.stage)]
    return Standing.FINISHING


def image_standing_of(image: BatchImage) -> ImageStanding:
    """The work's status in the words of the progress."""
    return _OF_IMAGES[BatchImage.Status(image.status)]
