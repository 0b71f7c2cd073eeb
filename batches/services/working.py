"""The work on one image: fetch, gate, compress, store, find people."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from batches import queue
from batches.models import Batch, BatchImage, Output
from core import outbound
from core.errors import Conflict
from core.outbound import Fetched, OutboundError
from core.storage.errors import DatabaseUnavailable, database_trouble
from core.storage.rows import key_of
from core.work import claims, kinds
from poses.engine.decode import DecodedPhoto
from poses.models import Photo
from poses.services import detecting, pictures, uploading
from poses.services.options import DetectionOptions
from poses.services.uploading import NewPhoto

from . import hosts, outputs, settling, slots

# How long a single image waits for its turn at the host, and any for a detection of the same photo that is under way.
_HOST_PATIENCE_S = 20.0
_PHOTO_PATIENCE_S = 1.0
_POLL_S = 0.1
_LARGE_PX = 6_000_000
_LATER = timedelta(seconds=5)

Fetch = Callable[[], Fetched]


@dataclass(slots=True)
class _Result:
    """What becomes columns of the image; a photo and an output that are new are inserted with them, or discarded."""

    photo: Photo | None = None
    new_photo: NewPhoto | None = None
    output: Output | None = None

    def discard(self) -> None:
        """Removes the files of what is new."""
        if self.new_photo is not None:
            self.new_photo.discard()
        if self.output is not None:
            outputs.discard(self.output)


def work_on_image(image: BatchImage) -> None:
    """A worker's: fetches the claimed image in its turn, and works on it. Raises DomainError, ClaimLost."""
    slot = _wait_for(lambda: hosts.take_slot(image.host), _HOST_PATIENCE_S)
    if slot is None:  # four others fetch from the host all the while
        _give_back(image)
        return
    try:
        if hosts.closed_among([image.host]):
            raise hosts.HostFailing
        work_on_fetched(image, lambda: outbound.fetch(image.url))
    finally:
        slots.give_back(slot)


def work_on_fetched(image: BatchImage, fetch: Fetch) -> None:
    """The same with a fetch that is under way or done: `fetch` answers it or raises what went wrong."""
    started = time.perf_counter()
    content = _content(image, fetch)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        result = _result(image, content, sha256)
    except claims.Busy:
        _give_back(image)
        return
    claim = image.claim
    try:
        _finish(image, result, sha256, len(content), started)
    except BaseException as error:
        image.claim = claim  # what fails as late as at the commit leaves the row claimed
        # A commit whose answer was lost may have gone well: files without a row are swept, a row without files is lost.
        if not isinstance(database_trouble(error), DatabaseUnavailable):
            result.discard()
        # Somebody stored the same bytes in this moment, or deleted what was found of them; else it is for the log.
        if not isinstance(error, IntegrityError) or _is_as_found(image, result, sha256):
            raise
        _give_back(image)


def note_failure(image: BatchImage) -> None:
    """In the transaction that fails an image."""
    BatchImage.objects.filter(pk=image.pk).update(finished_at=timezone.now())
    settling.note_finished(image)


def _finish(image: BatchImage, result: _Result, sha256: str, bytes_before: int, started: float) -> None:
    """Photo, output and the image's end in one transaction: whatever is killed, there is all of it or nothing."""
    photo, output = result.photo, result.output
    with transaction.atomic():
        if result.new_photo is not None:
            result.new_photo.insert()
        outputs.insert_new(output)
        claims.finish(
            image,
            sha256=sha256,
            photo=photo,
            has_made_photo=image.has_made_photo or result.new_photo is not None,
            output=output,
            people_found=photo.people_found if photo is not None else None,
            bytes_before=bytes_before,
            bytes_after=output.bytes_after if output is not None else None,
            milliseconds=round((time.perf_counter() - started) * 1000),
            finished_at=timezone.now(),
        )
        settling.note_finished(image)


def _is_as_found(image: BatchImage, result: _Result, sha256: str) -> bool:
    """Whether the database still has, and lacks, what it had and lacked when the work began."""
    batch = image.batch
    photo_key, output_key = _photo_key(batch, sha256), outputs.key_of_known(batch, sha256)
    found_photo = None if result.new_photo is not None or result.photo is None else result.photo.pk
    found_output = None if result.output is None or result.output.is_new else result.output.pk
    is_photo_same = not batch.finds_people or photo_key == found_photo
    return is_photo_same and (not batch.compresses or output_key == found_output)


def _content(image: BatchImage, fetch: Fetch) -> bytes:
    try:
        fetched = fetch()
    except OutboundError as error:
        if error.is_of_the_host:
            hosts.note_failure(image.host)
        elif error.code.startswith("http_status_"):
            hosts.note_success(image.host)
        raise
    hosts.note_success(image.host)
    return fetched.content


def _result(image: BatchImage, content: bytes, sha256: str) -> _Result:
    """Made now, or what was made of the same bytes by the same settings before."""
    batch = image.batch
    result = _Result(
        output=outputs.known_output(batch, sha256) if batch.compresses else None,
        photo=_known_photo(batch, sha256) if batch.finds_people else None,
    )
    is_output_missing = batch.compresses and result.output is None
    is_photo_missing = batch.finds_people and result.photo is None
    if not (is_output_missing or is_photo_missing):
        return result
    decoded = pictures.decoded_upload(content)
    _keep(image, decoded)
    try:
        if is_photo_missing:
            result.new_photo = _new_photo(image, content, sha256, decoded)
            result.photo = result.new_photo.photo
        if is_output_missing:
            result.output = outputs.make_output(batch, content, sha256, decoded)
    except BaseException:
        result.discard()
        raise
    return result


def _keep(image: BatchImage, decoded: DecodedPhoto) -> None:
    """Lengthens the lease where fetching has used it up, or where the work may take longer. Raises ClaimLost."""
    is_large = decoded.width * decoded.height > _LARGE_PX
    lease = queue.LARGE_IMAGE_LEASE if is_large else kinds.kind_named(queue.IMAGE).lease
    is_fresh = image.lease_until is not None and image.lease_until - timezone.now() > lease / 2
    if not is_fresh and not claims.renew([image], lease=lease):
        raise claims.ClaimLost


def _options(batch: Batch) -> DetectionOptions:
    return DetectionOptions(model=batch.model_name, people=batch.people_wanted, min_confidence=batch.min_confidence)


def _photo_key(batch: Batch, sha256: str) -> UUID | None:
    """The id of the owner's photo of these bytes."""
    key = key_of(Photo, {"owner": batch.owner_id, "sha256": sha256})
    return None if key is None else UUID(str(key))


def _known_photo(batch: Batch, sha256: str) -> Photo | None:
    """The owner's photo of these bytes, with people found as this batch wants it; detected again where need be."""
    key = _photo_key(batch, sha256)
    photo = None if key is None else Photo.objects.filter(pk=key).first()
    if photo is None:
        return None

    def fitting() -> Photo | None:
        photo.refresh_from_db()
        return None if photo.is_unfinished else photo

    if photo.is_unfinished and _wait_for(fitting, _PHOTO_PATIENCE_S) is None:
        raise claims.Busy
    asked = (photo.model_name, photo.people_wanted, photo.min_confidence)
    if photo.status != Photo.Status.COMPLETED or asked != (batch.model_name, batch.people_wanted, batch.min_confidence):
        detecting.detect_again(photo=photo, actor=batch.owner, options=_options(batch))
        if photo.status == Photo.Status.FAILED:
            raise Conflict(photo.error_code, photo.error_message)
    return photo


def _new_photo(image: BatchImage, content: bytes, sha256: str, decoded: DecodedPhoto) -> NewPhoto:
    return uploading.detected_photo(
        owner=image.batch.owner,
        content=content,
        sha256=sha256,
        decoded=decoded,
        name=_name(image.url),
        source=Photo.Source.BATCH,
        options=_options(image.batch),
    )


def _name(url: str) -> str:
    """The last part of the URL's path."""
    parts = urlsplit(url)
    return unquote(PurePosixPath(parts.path).name) or parts.netloc


def _give_back(image: BatchImage) -> None:
    """Unworked: the batch's next turn takes it; a draft has no turns, so there the sweep sends it again."""
    if image.batch.is_draft:
        claims.release(image, delay=_LATER)
    else:
        claims.hold(image)


def _wait_for(look: Callable[[], Any], seconds: float) -> Any:
    until = time.monotonic() + seconds
    while (found := look()) is None and time.monotonic() < until:
        time.sleep(_POLL_S)
    return found
