"""Detections, uploads to the bucket, mirror checks and files to remove, in the background."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from core.work import kinds, sending

DETECTION = "detection"
ARRIVAL = "arrival"
MIRROR = "mirror"
REMOVAL = "removal"
# Longer than a chunk of large photos takes, decoding and a wait for the database included.
LEASE = timedelta(seconds=30)
# Also fetching each from the bucket and storing its files there.
ARRIVAL_LEASE = timedelta(minutes=2)
# A storage may take its whole timeout for a file.
REMOVAL_LEASE = timedelta(minutes=1)


def send(photo_ids: Sequence[UUID]) -> None:
    """Sends photos to the workers once the caller's transaction has ended."""
    sending.send_on_commit(kinds.kind_named(DETECTION), photo_ids)


def send_arrivals(arrival_ids: Sequence[int]) -> None:
    """The same for uploads that have arrived in the bucket."""
    sending.send_on_commit(kinds.kind_named(ARRIVAL), arrival_ids)


def send_mirror_checks(check_ids: Sequence[UUID]) -> None:
    """The same for photos to be compared with their mirror images."""
    sending.send_on_commit(kinds.kind_named(MIRROR), check_ids)


def send_removals(removal_ids: Sequence[int]) -> None:
    """The same for files that nobody needs any more."""
    sending.send_on_commit(kinds.kind_named(REMOVAL), removal_ids)
