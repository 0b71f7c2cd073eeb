"""Calling workers to shifts: no more messages wait for a worker than shifts go on at a time.

Each is noted by a slot that its shift gives back when it begins. Without that every sweep behind a long queue would add
some, each of them would call the next when it ends, and a photo would wait for all of them.
"""

import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from batches import queue
from core.work.item import MESSAGE_LEASE

from . import slots
from .slots import Held

_POOL = "shift called"


def call_shifts(count: int | None = None) -> None:
    """Tells the workers, once the caller's transaction has ended, that there are images to take.

    As often as shifts go on at a time, less the messages that wait; one that is lost is sent anew by the sweep.
    """
    wanted = settings.BATCH_SHIFTS if count is None else count
    # Whatever goes wrong is logged: the rows are safe, and the sweep calls again.
    transaction.on_commit(lambda: _call(wanted), robust=True)


def note_begun(called: tuple[int, str] | None) -> None:
    """The message has reached a worker: another may be sent."""
    if called is not None:
        pk, holder = called
        slots.give_back(Held(pk, uuid.UUID(holder), timezone.now()))


def _call(count: int) -> None:
    for _ in range(count):
        called = slots.take(_POOL, count=settings.BATCH_SHIFTS, lease=MESSAGE_LEASE)
        if called is None:
            return
        if not queue.send_shift(called.pk, called.holder):
            slots.give_back(called)
            return
