"""Finding people on a stored photo and keeping what was found."""

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from numpy.typing import NDArray

from core.storage.rows import insert
from poses.engine.detector import Detector
from poses.engine.errors import EngineError
from poses.engine.models import Model
from poses.engine.people import Person
from poses.models import Detection, LogEntry, Photo

from . import engine, locking, people, pictures
from .logging import log
from .options import DetectionOptions

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# What a native library says of itself is for the log, not for people.
_UNEXPECTED = EngineError("detection_failed", "The pose model failed on this photo. The log has the details.")
_WRITTEN_BY_DETECTION = (
    *("status", "error_code", "error_message", "people_found", "detection"),
    *("model_name", "people_wanted", "min_confidence", "updated_at"),
)


def detect_photo(
    *, photo: Photo, actor: "User | None", pixels: NDArray[np.uint8], model: Model, detector: Detector | None = None
) -> None:
    """Detects as the photo's row asks and saves poses, status and a log entry.

    What goes wrong in the engine makes the photo `failed` with a reason; it is not raised, for the photo is stored.
    """
    options = DetectionOptions.of_photo(photo)
    started = time.perf_counter()
    try:
        found = (detector or engine.detector()).detect(pixels, model=model, settings=options.detection_settings)
    except Exception as error:  # a native library may raise anything; the row must say so and the site go on
        logger.exception("detection failed on photo %s", photo.id)
        _save_failure(photo, actor, error)
        return
    milliseconds = round((time.perf_counter() - started) * 1000)
    _save_found(photo, actor, found, model, milliseconds)


def detect_again(
    *, photo: Photo, actor: "User | None", options: DetectionOptions, detector: Detector | None = None
) -> None:
    """Runs a detection with new options over a stored photo.

    Each person found again gets a new revision; what a person corrected stays current. Raises DomainError for an
    unknown model, Conflict where the stored file is gone or damaged.
    """
    model = engine.model_named(options.model)
    with pictures.turn():
        decoded = pictures.decoded_file(photo)
    photo.model_name, photo.people_wanted, photo.min_confidence = model.name, options.people, options.min_confidence
    detect_photo(photo=photo, actor=actor, pixels=decoded.pixels, model=model, detector=detector)


def _save_found(photo: Photo, actor: "User | None", found: Sequence[Person], model: Model, milliseconds: int) -> None:
    detection = Detection(
        photo=photo,
        model_name=model.name,
        model_sha256=model.sha256,
        mediapipe_version=model.runtime_version,
        people_wanted=photo.people_wanted,
        min_confidence=photo.min_confidence,
        people_found=len(found),
        milliseconds=milliseconds,
    )
    is_undetected = photo.detection_id is None
    photo.status, photo.error_code, photo.error_message = Photo.Status.COMPLETED, "", ""
    photo.people_found, photo.detection = len(found), detection
    with transaction.atomic():
        # Whoever writes the first detection has the photo locked by that; the others merge with what it wrote.
        if is_undetected and _update(photo, Photo.objects.filter(pk=photo.pk, detection=None)):
            insert([detection])
            photo.people = people.save_first(photo, detection, found)
        else:
            locking.lock_photo(photo.pk)
            insert([detection])
            photo.people = people.merge(photo, detection, found)
            photo.people_found = len(photo.people)
            _update(photo, Photo.objects.filter(pk=photo.pk))
        message = f"{len(found)} found with {model.name}" if found else f"Nobody found with {model.name}"
        log(photo=photo, actor=actor, action=LogEntry.Action.DETECT, message=message, milliseconds=milliseconds)


def _save_failure(photo: Photo, actor: "User | None", error: Exception) -> None:
    reason = error if isinstance(error, EngineError) else _UNEXPECTED
    photo.status, photo.error_code, photo.error_message = Photo.Status.FAILED, reason.code, reason.message
    with transaction.atomic():
        locking.lock_photo(photo.pk)
        _update(photo, Photo.objects.filter(pk=photo.pk))
        log(
            photo=photo,
            actor=actor,
            action=LogEntry.Action.DETECT,
            status=LogEntry.Status.FAILURE,
            message=f"{photo.error_code}: {photo.error_message}",
        )


def _update(photo: Photo, rows: QuerySet[Photo]) -> bool:
    """Writes what a detection changes, and says whether `rows` held the photo."""
    photo.updated_at = timezone.now()
    return bool(rows.update(**{name: getattr(photo, name) for name in _WRITTEN_BY_DETECTION}))
