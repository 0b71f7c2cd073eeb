"""Detections in the background."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from core.work import kinds, sending

DETECTION = "detection"
# Longer than a chunk of large photos takes, decoding and a wait for the database included.
LEASE = timedelta(seconds=30)


def send(photo_ids: Sequence[UUID]) -> None:
    """Sends photos to the workers once the caller's transaction has ended."""
    sending.send_on_commit(kinds.kind_named(DETECTION), photo_ids)
