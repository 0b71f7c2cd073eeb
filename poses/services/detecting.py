"""Finding people on a stored photo and keeping what was found."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from numpy.typing import NDArray

from core import metrics
from core.batches import batched
from core.errors import Conflict
from core.storage.rows import insert
from core.work import claims
from poses import queue
from poses.engine.detector import Detector
from poses.engine.errors import EngineError
from poses.engine.models import Model
from poses.engine.people import Person
from poses.models import Detection, LogEntry, Photo

from . import engine, people, pictures
from .logging import log, log_all
from .options import DetectionOptions

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# What a native library says of itself is for the log, not for people.
UNEXPECTED = EngineError("detection_failed", "The pose model failed on this photo. The log has the details.")
# For a detection within a request, which may have to wait for others: a browser has long given up by then.
REQUEST_LEASE = timedelta(minutes=2)


def detect_photo(
    *, photo: Photo, actor: "User | None", pixels: NDArray[np.uint8], model: Model, detector: Detector | None = None
) -> None:
    """Detects as the claimed photo's row asks and saves poses, status and a log entry.

    What goes wrong in the engine makes the photo `failed` with a reason; it is not raised, for the photo is stored.
    Raises ClaimLost, a Conflict, where the photo was deleted or begun anew meanwhile.
    """
    options = DetectionOptions.of_photo(photo)
    started = time.perf_counter()
    try:
        found = (detector or engine.detector()).detect(pixels, model=model, settings=options.detection_settings)
    except Exception as error:  # a native library may raise anything; the row must say so and the site go on
        logger.exception("detection failed on photo %s", photo.id)
        metrics.detection("failed", time.perf_counter() - started)
        _save_failure(photo, actor, error if isinstance(error, EngineError) else UNEXPECTED)
        return
    seconds = time.perf_counter() - started
    metrics.detection("completed", seconds)
    _save_found(photo, actor, found, model, round(seconds * 1000))


@dataclass(frozen=True, slots=True)
class Detected:
    """People that were found, and the row that says how; nothing of it is written yet."""

    detection: Detection
    people: Sequence[Person]


def detected(photo: Photo, pixels: NDArray[np.uint8], model: Model) -> Detected:
    """Finds people as the photo's row asks, and writes nothing. Raises DomainError where the engine fails."""
    settings = DetectionOptions.of_photo(photo).detection_settings
    started = time.perf_counter()
    try:
        found = engine.detector().detect(pixels, model=model, settings=settings)
    except Exception as error:  # a native library may raise anything
        logger.exception("detection failed on a photo of %s", photo.owner_id)
        metrics.detection("failed", time.perf_counter() - started)
        reason = error if isinstance(error, EngineError) else UNEXPECTED
        raise Conflict(reason.code, reason.message) from error
    seconds = time.perf_counter() - started
    metrics.detection("completed", seconds)
    return Detected(_detection(photo, found, model, round(seconds * 1000)), found)


def save_first(photo: Photo, found: Detected, *, actor: "User | None") -> None:
    """Writes what was found on a photo that nobody looked at before, in the transaction that inserts the photo."""
    insert([found.detection])
    photo.people = people.save_first(photo, found.detection, found.people)
    _log_found(photo, actor, found.people, found.detection)


def detect_again(
    *, photo: Photo, actor: "User | None", options: DetectionOptions, detector: Detector | None = None
) -> None:
    """Runs a detection with new options over a stored photo.

    Each person found again gets a new revision; what a person corrected stays current. Raises DomainError for an
    unknown model, Conflict where the stored file is gone or damaged, or another detection of the photo is under way.
    """
    model = engine.model_named(options.model)
    with pictures.turn():
        decoded = pictures.decoded_file(photo)
    claims.take(photo, lease=REQUEST_LEASE, **_asked(model, options))
    photo.refresh_from_db(fields=("detection",))  # another may have come about since the caller read the photo
    detect_photo(photo=photo, actor=actor, pixels=decoded.pixels, model=model, detector=detector)


def queue_photo(*, photo: Photo, actor: "User | None", options: DetectionOptions) -> None:
    """Queues one stored photo for a detection with new options.

    Raises DomainError for an unknown model, Conflict where a detection of the photo is under way or the photo is gone.
    """
    if not queue_detection(photos=Photo.objects.filter(pk=photo.pk), actor=actor, options=options):
        claims.raise_busy(photo)
    photo.refresh_from_db()


def queue_detection(*, photos: QuerySet[Photo], actor: "User | None", options: DetectionOptions) -> int:
    """Queues stored photos for a detection with new options in the background, and answers how many.

    Those that are being detected right now are left alone. Raises DomainError for an unknown model.
    """
    return _queued(photos, actor, _asked(engine.model_named(options.model), options))


def queue_again(*, photos: QuerySet[Photo], actor: "User | None") -> int:
    """The same with the options that each photo was asked for before."""
    return _queued(photos, actor, {})


def detect_claimed(photo: Photo) -> None:
    """A worker's: decodes and detects as the claimed row asks. Raises DomainError where that cannot be."""
    options = DetectionOptions.again(photo)
    model = engine.model_named(options.model)
    photo.model_name = model.name
    decoded = pictures.decoded_file(photo)
    detect_photo(photo=photo, actor=None, pixels=decoded.pixels, model=model)


def log_failure(photo: Photo, actor: "User | None" = None) -> None:
    """Logs that a photo has failed, in the transaction that says so."""
    log(
        photo=photo,
        actor=actor,
        action=LogEntry.Action.DETECT,
        status=LogEntry.Status.FAILURE,
        message=f"{photo.error_code}: {photo.error_message}",
    )


def log_queued(keys: Sequence[UUID], actor: "User | None") -> None:
    """Logs who had photos queued, in the transaction that does it."""
    for some in batched(keys, 500):
        photos = Photo.objects.filter(pk__in=some).only("owner_id")
        log_all(photos=photos, actor=actor, action=LogEntry.Action.DETECT, message="Queued")


def _asked(model: Model, options: DetectionOptions) -> dict[str, Any]:
    return {
        "model_name": model.name,
        "people_wanted": options.people,
        "min_confidence": options.min_confidence,
        "updated_at": timezone.now(),
    }


def _queued(photos: QuerySet[Photo], actor: "User | None", asked: dict[str, Any]) -> int:
    with transaction.atomic():
        keys = claims.queue(photos, **asked)
        log_queued(keys, actor)
        queue.send(keys)
    return len(keys)


def _save_found(photo: Photo, actor: "User | None", found: Sequence[Person], model: Model, milliseconds: int) -> None:
    detection = _detection(photo, found, model, milliseconds)
    is_first = photo.detection_id is None
    with transaction.atomic():
        # Only who has claimed the photo writes detections, and this write locks it against edits.
        _finish(photo, detection=detection, people_found=len(found), model_name=model.name)
        insert([detection])
        if is_first:
            photo.people = people.save_first(photo, detection, found)
        else:
            photo.people = people.merge(photo, detection, found, actor=actor)
            photo.people_found = len(photo.people)
            Photo.objects.filter(pk=photo.pk).update(people_found=photo.people_found)
        _log_found(photo, actor, found, detection)


def _detection(photo: Photo, found: Sequence[Person], model: Model, milliseconds: int) -> Detection:
    return Detection(
        photo=photo,
        model_name=model.name,
        model_sha256=model.sha256,
        mediapipe_version=model.runtime_version,
        people_wanted=photo.people_wanted,
        min_confidence=photo.min_confidence,
        people_found=len(found),
        milliseconds=milliseconds,
    )


def _log_found(photo: Photo, actor: "User | None", found: Sequence[Person], detection: Detection) -> None:
    message = f"{len(found) or 'Nobody'} found with {detection.model_name}"
    log(photo=photo, actor=actor, action=LogEntry.Action.DETECT, message=message, milliseconds=detection.milliseconds)


def _save_failure(photo: Photo, actor: "User | None", error: EngineError) -> None:
    with transaction.atomic():
        _finish(photo, error_code=error.code, error_message=error.message)
        log_failure(photo, actor)


def _finish(photo: Photo, **values: Any) -> None:
    claims.finish(photo, updated_at=timezone.now(), **values)
