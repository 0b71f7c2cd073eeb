"""Uploads that have arrived in the bucket: believing the bucket's events, and making photos of the objects."""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from accounts.models import User
from core.errors import Conflict, DomainError
from core.work import claims
from poses import queue
from poses.engine.decode import MAX_BYTES
from poses.models import Arrival, Photo

from . import photo_files, presigning
from .bucket import bucket, owner_id_of
from .uploading import upload_photo

if TYPE_CHECKING:
    from core.storage.s3 import S3Storage

logger = logging.getLogger(__name__)

_KEPT_FOR = timedelta(days=7)
# The gate's refusals are about this field of an upload.
_IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketEvent:
    """An object is there now, says the bucket. Nothing of it is believed before the bucket was asked."""

    bucket: str
    key: str
    etag: str
    sequencer: str


@dataclass(frozen=True, slots=True)
class Taken:
    """How many events became uploads to work on, and how many did not."""

    accepted: int
    ignored: int


class UnknownUpload(DomainError):
    """Another bucket's object, or one that lies in no active user's folder."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("upload_unknown", "The object is not in this site's bucket, below uploads/<an active user>/.")


def take_events(events: Sequence[BucketEvent]) -> Taken:
    """Queues the objects that the events tell of, each once however often it is told.

    Ignored are events that were taken before and objects that are gone or have been overwritten since; foreign ones
    are ignored too as long as there is any other. Raises UnknownUpload where all are foreign, Conflict where the site
    has no bucket, StorageUnavailable.
    """
    storage = bucket()
    ours = _ours(events, storage)
    if events and not ours:
        raise UnknownUpload
    arrivals = [arrival for owner_id, event in ours if (arrival := _arrival(owner_id, event, storage)) is not None]
    with transaction.atomic():
        new = [arrival.pk for arrival in arrivals if _is_new(arrival)]
        queue.send_arrivals(new)
    return Taken(accepted=len(new), ignored=len(events) - len(new))


def take_in(arrival: Arrival) -> None:
    """A worker's: makes a photo of the object, with files of its own as every photo has, and removes the object.

    Can run twice: the same bytes are the same photo, also where they were PUT twice and the object is gone by now. What
    the gate refuses is removed too; after other errors the object stays, so that it can be tried again. Raises
    DomainError, ClaimLost.
    """
    storage = bucket()
    try:
        about, content = storage.received(arrival.key, at_most_bytes=MAX_BYTES + 1)
    except FileNotFoundError as error:
        if (photo := _photo_of_same_bytes(arrival)) is None:
            raise Conflict("upload_missing", "The object is gone from the bucket; upload it again.") from error
        _finish(arrival, photo=photo)
        return
    if about.etag != arrival.etag:  # what is there now has an event, and so a row, of its own
        raise Conflict("upload_replaced", "The object was overwritten before it was read.")
    try:
        photo = upload_photo(
            owner=arrival.owner,
            stream=io.BytesIO(content),
            name=presigning.name_in(about.metadata),
            source=Photo.Source.BUCKET,
            options=presigning.options_in(about.metadata),
            is_queued=True,
        ).photo
    except DomainError as error:
        if _IMAGE not in error.fields:
            raise
        _finish(arrival, error_code=error.code, error_message=error.message)
    else:
        _finish(arrival, photo=photo)


def clear_finished(*, now: datetime) -> int:
    """Deletes rows that were finished a week ago; answers how many."""
    return Arrival.objects.filter(lease_until=None, queued_at__lt=now - _KEPT_FOR).delete()[0]


def _ours(events: Sequence[BucketEvent], storage: "S3Storage") -> list[tuple[int, BucketEvent]]:
    """Those of this bucket and of active users, with the users' ids; the others are logged."""
    owner_ids = {owner_id for event in events if (owner_id := owner_id_of(event.key)) is not None}
    active = set(User.objects.filter(pk__in=owner_ids, is_active=True).values_list("pk", flat=True))
    ours = []
    for event in events:
        owner_id = owner_id_of(event.key)
        if event.bucket == storage.bucket_name and owner_id in active:
            ours.append((owner_id, event))
        else:
            logger.warning("foreign bucket event: bucket %r, key %r", event.bucket, event.key)
    return ours


def _arrival(owner_id: int, event: BucketEvent, storage: "S3Storage") -> Arrival | None:
    """A row, not saved yet, for what the bucket itself says is there."""
    try:
        about = storage.about(event.key)
    except FileNotFoundError:
        logger.warning("bucket event ignored: there is no object %r", event.key)
        return None
    if event.etag not in ("", about.etag):
        logger.warning("bucket event ignored: object %r is another one by now", event.key)
        return None
    return Arrival(
        owner_id=owner_id,
        bucket=event.bucket,
        key=event.key,
        etag=about.etag,
        sequencer=event.sequencer,
        size_bytes=about.size_bytes,
        **claims.queued(),
    )


def _is_new(arrival: Arrival) -> bool:
    try:
        with transaction.atomic():
            arrival.save(force_insert=True)
    except IntegrityError:
        logger.warning("bucket event ignored: object %r was taken before", arrival.key)
        return False
    return True


def _finish(arrival: Arrival, **values: object) -> None:
    with transaction.atomic():
        claims.finish(arrival, **values)
        transaction.on_commit(partial(_remove_object, arrival))


def _photo_of_same_bytes(arrival: Arrival) -> Photo | None:
    """What was made of the object before it was removed, for an event that came later."""
    same = Arrival.objects.filter(
        owner_id=arrival.owner_id, key=arrival.key, bucket=arrival.bucket, etag=arrival.etag, photo__isnull=False
    )
    done = same.filter(status=Arrival.Status.COMPLETED).select_related("photo").first()
    return None if done is None else done.photo


def _remove_object(arrival: Arrival) -> None:
    """But not what was PUT in its place meanwhile, which has an event, and so a row, of its own."""
    try:
        is_same = bucket().about(arrival.key).etag == arrival.etag
    except FileNotFoundError:
        return
    except DomainError:
        logger.exception("cannot remove %s", arrival.key)
        return
    if is_same:
        photo_files.remove(arrival.key)
