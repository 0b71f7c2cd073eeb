"""Work on batches, in the background."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from celery import current_app

from core.work import kinds, sending

logger = logging.getLogger(__name__)

IMAGE = "batch-image"
RESULTS = "batch-results"
DELIVERY = "delivery"
# Longer than fetching and working on one image take at their limits.
IMAGE_LEASE = timedelta(seconds=45)
# Longer than a worker may take at all: AVIF of a certain size from many megapixels takes twenty seconds of a processor.
LARGE_IMAGE_LEASE = timedelta(minutes=2)
# A hundred thousand rows are written in less.
RESULTS_LEASE = timedelta(minutes=2)
DELIVERY_LEASE = timedelta(seconds=60)
SHIFT = "batches.shift"


def send_shift(pk: int, holder: UUID) -> bool:
    """Calls a worker to a shift, now; the two name the slot that notes it. False where the broker is down."""
    try:
        current_app.send_task(SHIFT, args=[pk, str(holder)], queue="work", retry=False)
    except Exception as error:  # each broker has errors of its own, and the rows are safe whatever it says
        logger.warning("cannot call a shift: %s", type(error).__name__)
        return False
    return True


def send_images(image_ids: Sequence[UUID]) -> None:
    """Sends single images, past the turns, once the caller's transaction has ended."""
    sending.send_on_commit(kinds.kind_named(IMAGE), image_ids)


def send_results(batch_ids: Sequence[UUID]) -> None:
    """The same for batches whose images are all final."""
    sending.send_on_commit(kinds.kind_named(RESULTS), batch_ids)


def send_deliveries(delivery_ids: Sequence[UUID]) -> None:
    """The same for webhooks and e-mails that are due."""
    sending.send_on_commit(kinds.kind_named(DELIVERY), delivery_ids)
