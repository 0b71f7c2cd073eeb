"""Hints to the workers."""

import logging
from collections.abc import Sequence
from typing import Any

from celery import current_app
from django.db import transaction

from core.batches import batched

from .kinds import Kind

logger = logging.getLogger(__name__)

TASK = "core.work"
LONG_TASK = "core.long_work"


def send_on_commit(kind: Kind, keys: Sequence[Any]) -> None:
    """Sends rows to the workers once the transaction, if there is one, has ended well."""
    transaction.on_commit(lambda: send(kind, keys))


def send(kind: Kind, keys: Sequence[Any], *, is_alone: bool = False) -> bool:
    """Sends rows to the workers in chunks, or each alone.

    Where the broker is down that is logged and answered with False; the sweep sends them later.
    """
    try:
        for chunk in batched(keys, 1 if is_alone or kind.is_long else kind.chunk_size):
            task = LONG_TASK if kind.is_long else TASK
            current_app.send_task(task, args=[kind.name, [str(key) for key in chunk]], retry=False)
    except Exception as error:  # each broker has errors of its own, and the rows are safe whatever it says
        logger.warning("cannot send %d rows of %s: %s", len(keys), kind.name, type(error).__name__)
        return False
    return True
