"""Work on batches, in the background."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction

from core.work import kinds, sending

logger = logging.getLogger(__name__)

IMAGE = "batch-image"
RESULTS = "batch-results"
DELIVERY = "delivery"
# Longer than fetching and working on one image take at their limits.
IMAGE_LEASE = timedelta(seconds=45)
# A hundred thousand rows are written in less.
RESULTS_LEASE = timedelta(minutes=2)
DELIVERY_LEASE = timedelta(seconds=60)
SHIFT = "batches.shift"


def send_shifts(count: int | None = None) -> None:
    """Tells the workers, once the caller's transaction has ended, that there are images to take.

    As many messages as shifts go on at a time; one too many ends at once, and one that is lost is sent by the sweep.
    """
    wanted = settings.BATCH_SHIFTS if count is None else count
    transaction.on_commit(lambda: _send_shifts(wanted))


def send_images(image_ids: Sequence[UUID]) -> None:
    """Sends single images, past the turns, once the caller's transaction has ended."""
    sending.send_on_commit(kinds.kind_named(IMAGE), image_ids)


def send_results(batch_ids: Sequence[UUID]) -> None:
    """The same for batches whose images are all final."""
    sending.send_on_commit(kinds.kind_named(RESULTS), batch_ids)


def send_deliveries(delivery_ids: Sequence[UUID]) -> None:
    """The same for webhooks and e-mails that are due."""
    sending.send_on_commit(kinds.kind_named(DELIVERY), delivery_ids)


def _send_shifts(count: int) -> None:
    try:
        for _ in range(count):
            current_app.send_task(SHIFT, queue="work", retry=False)
    except Exception as error:  # each broker has errors of its own, and the rows are safe whatever it says
        logger.warning("cannot send shifts: %s", type(error).__name__)
