"""Mirror checks: people are looked for on the mirrored photo too.

How far each point lies off is kept beside the model's keypoints, which stay as they are.
"""

import logging
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from core.batches import batched
from core.errors import Conflict, DomainError
from core.work import claims, kinds, running
from poses import queue
from poses.engine import mirror
from poses.engine.detector import Detector
from poses.engine.errors import EngineError
from poses.engine.models import Model
from poses.engine.people import Box, Person
from poses.models import Detection, LogEntry, MirrorCheck, Photo, Pose, PoseRevision
from poses.selectors.drawing import words
from poses.selectors.mirror import Checked, comparable, comparable_photos

from . import engine, people, pictures
from .detecting import REQUEST_LEASE, UNEXPECTED
from .locking import lock_photo
from .logging import log, log_all
from .options import DetectionOptions

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

_AT_ONCE = 500
_DECIMALS = 3


def check_photo(*, photo: Photo, actor: "User | None", detector: Detector | None = None) -> list[Checked]:
    """Checks a photo here and now, with the model and options of its latest detection, and answers for each person.

    Keypoints stay as they are. Raises Conflict where nobody has been found on the photo, its model is not installed any
    more, its file is gone or damaged, another check is under way or a new detection came first; DomainError
    (`detection_failed`) where the model fails.
    """
    detection = _latest_detection(photo)
    model = _model_of(detection)
    with pictures.turn():
        decoded = pictures.decoded_file(photo)
    check = _begun(photo, actor)
    try:
        return _check(check, detection, model, decoded.pixels, detector)
    except claims.ClaimLost:
        raise
    except DomainError as error:
        running.fail(kinds.kind_named(queue.MIRROR), check, error.code, error.message)
        raise


def queue_mirror_checks(*, photos: QuerySet[Photo], actor: "User | None") -> int:
    """Queues photos to be checked in the background, and answers how many.

    Left alone are those where the latest detection found nobody, and those that are being checked right now.
    """
    # In the order in which detections are queued, so that no two wait for each other.
    wanted = comparable_photos(photos).select_for_update(of=("self",)).order_by("queued_at", "pk")
    with transaction.atomic():
        photo_ids = list(wanted.values_list("pk", flat=True))
        keys: list[UUID] = []
        for some in batched(photo_ids, _AT_ONCE):
            new = [MirrorCheck(photo_id=pk, **claims.queued()) for pk in some]
            MirrorCheck.objects.bulk_create(new, ignore_conflicts=True)
            keys += claims.queue(MirrorCheck.objects.filter(photo_id__in=some), asked_by=actor)
        log_queued(keys, actor)
        queue.send_mirror_checks(keys)
    return len(keys)


def queue_mirror_check(*, photo: Photo, actor: "User | None") -> MirrorCheck:
    """Queues one photo. Raises Conflict where nobody has been found on it, or it is being checked right now."""
    _latest_detection(photo)
    if not queue_mirror_checks(photos=Photo.objects.filter(pk=photo.pk), actor=actor):
        check = MirrorCheck.objects.filter(photo=photo).first()
        raise _nobody() if check is None else claims.Busy()
    return MirrorCheck.objects.get(photo=photo)


def check_claimed(check: MirrorCheck) -> None:
    """A worker's: the same for a claimed row. Can run twice. Raises DomainError where it cannot be, ClaimLost."""
    photo = Photo.objects.select_related("detection").filter(pk=check.photo_id).first()  # as it is by now
    if photo is None:
        raise claims.ClaimLost
    detection = _latest_detection(photo)
    model = _model_of(detection)
    _check(check, detection, model, pictures.decoded_file(photo).pixels, None)


def log_failure(check: MirrorCheck) -> None:
    """Logs that a check has failed, in the transaction that says so."""
    log(
        photo=check.photo,
        actor=check.asked_by,
        action=LogEntry.Action.DETECT,
        status=LogEntry.Status.FAILURE,
        message=f"Mirror check: {check.error_code}: {check.error_message}",
    )


def log_queued(keys: Sequence[UUID], actor: "User | None") -> None:
    """Logs who had checks queued, in the transaction that does it."""
    for some in batched(keys, _AT_ONCE):
        photos = Photo.objects.filter(mirror_check__in=some).only("owner_id")
        log_all(photos=photos, actor=actor, action=LogEntry.Action.DETECT, message="Mirror check queued")


def in_words(checked: Sequence[Checked]) -> str:
    """What came of it, in a line for people."""
    if len(checked) == 1:
        return f"Mirror check: {_in_words(checked[0])}"
    return "Mirror check: " + "; ".join(f"person {one.pose.person + 1}: {_in_words(one)}" for one in checked)


def _in_words(checked: Checked) -> str:
    found = checked.difference
    if found is None:
        return "not found on the mirrored photo"
    farthest = found.distances_px[found.least_sure]
    name = words(checked.revision.points[found.least_sure].name)
    return f"mean {found.mean_px:.1f} px, least sure: {name} {farthest:.1f} px"


def _check(
    check: MirrorCheck, detection: Detection, model: Model, pixels: NDArray[np.uint8], detector: Detector | None
) -> list[Checked]:
    started = time.perf_counter()
    found = _mirrored_people(check, detection, model, pixels, detector)
    milliseconds = round((time.perf_counter() - started) * 1000)
    with transaction.atomic():
        photo = lock_photo(check.photo_id)
        if photo.detection_id != detection.pk:
            raise Conflict("superseded", "People were looked for anew meanwhile. Check the photo again.")
        claims.finish(check)
        checked = _save(photo, found)
        message = in_words(checked)
        log(
            photo=photo,
            actor=check.asked_by,
            action=LogEntry.Action.DETECT,
            message=message,
            milliseconds=milliseconds,
        )
    return checked


def _mirrored_people(
    check: MirrorCheck, detection: Detection, model: Model, pixels: NDArray[np.uint8], detector: Detector | None
) -> list[Person]:
    """Everyone on the mirrored photo, as they stand on the photo itself."""
    options = DetectionOptions(model.name, detection.people_wanted, detection.min_confidence)
    try:
        found = (detector or engine.detector()).detect(
            mirror.flipped(pixels), model=model, settings=options.detection_settings
        )
    except Exception as error:  # a native library may raise anything
        logger.exception("mirror check failed on photo %s", check.photo_id)
        known = error if isinstance(error, EngineError) else UNEXPECTED
        raise DomainError(known.code, known.message, status=HTTPStatus.INTERNAL_SERVER_ERROR) from error
    return [mirror.unmirrored(person) for person in found]


def _save(photo: Photo, found: Sequence[Person]) -> list[Checked]:
    """Writes each person's distances, or that there are none, beside the keypoints of the photo's latest detection."""
    revisions = list(comparable(photo).select_related("pose").order_by("pose__person"))
    matches = people.matches([Box(**revision.box) for revision in revisions], found)
    size = (photo.width, photo.height)
    checked = []
    for index, revision in enumerate(revisions):
        person = matches.get(index)
        difference = mirror.difference(revision.points, person, size=size) if person else None
        _write(revision, difference)
        checked.append(Checked(revision.pose, revision, difference))
    return checked


def _write(revision: PoseRevision, difference: mirror.Difference | None) -> None:
    """Statements of their own: saving the rows would touch what others may be changing."""
    distances = [round(one, _DECIMALS) for one in difference.distances_px] if difference else None
    share = difference.share if difference else None
    PoseRevision.objects.filter(pk=revision.pk).update(mirror_px=distances)
    Pose.objects.filter(pk=revision.pose_id).update(mirror_disagreement=share)
    revision.mirror_px, revision.pose.mirror_disagreement = distances, share


def _begun(photo: Photo, actor: "User | None") -> MirrorCheck:
    """The photo's row, taken for this request. Raises Busy."""
    with transaction.atomic():
        lock_photo(photo.pk)
        check, _ = MirrorCheck.objects.get_or_create(photo=photo, defaults=claims.queued())
        claims.take(check, lease=REQUEST_LEASE, asked_by=actor)
    return check


def _latest_detection(photo: Photo) -> Detection:
    if photo.detection is None or not comparable(photo).exists():
        raise _nobody()
    return photo.detection


def _nobody() -> Conflict:
    return Conflict("nobody_found", "The latest detection found nobody on this photo, so there is nothing to check.")


def _model_of(detection: Detection) -> Model:
    """The very model that ran: another's keypoints differ for reasons of their own."""
    model = engine.available_models().get(detection.model_name)
    if model is None or model.sha256 != detection.model_sha256:
        raise Conflict("model_gone", "The model that found these people is not installed any more. Detect again first.")
    return model
