"""A shift: a worker takes images of the running batches by turns and works on them, fetching some ahead.

Images of a batch are not sent as messages: a long batch would fill the queue and everybody else would wait behind it. A
message only calls a worker to a shift, which takes what is due and ends after some seconds, or as soon as other work
waits; while there is more, another shift is called.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from batches import queue
from batches.models import Batch, BatchImage
from core import outbound
from core.outbound import Fetched
from core.work import claims, kinds, running
from core.work.item import WorkItem

from . import calling, hosts, settling, slots, stages, turns, working
from .slots import Held

logger = logging.getLogger(__name__)

_POOL = "shift"
_LASTS_S = 15.0
# A shift that was killed is replaced when its lease is over.
_LEASE = timedelta(seconds=20)
# What is fetched by then and not begun is given back: the worker's time limit is two minutes, and the eight that are
# fetched ahead may each take twenty seconds of work.
_WORKS_FOR_S = 60.0
_KEPT_EVERY_S = 5.0
_LOOKS_EVERY_S = 1.0
_TAKEN_AT_ONCE = 16
_FETCHED_AHEAD = 8
# Of the four fetches at a time from one host; so two shifts share them.
_SLOTS_OF_A_HOST = 2
# An image that waited this long for its host is given back, and the host passed over for the rest of the shift.
_HOST_PATIENCE_S = 3.0


def work_shift(*, called: tuple[int, str] | None = None) -> None:
    """A worker's: works on images until the shift is over; as many shifts at a time as the setting says.

    `called` is what `calling` has noted of the message.
    """
    calling.note_begun(called)
    held = slots.take(_POOL, count=settings.BATCH_SHIFTS, lease=_LEASE)
    if held is None:
        return
    try:
        with settling.collecting():
            _Shift(held).work()
    finally:
        slots.give_back(held)
    if turns.is_anything_held():
        calling.call_shifts(1)


def feed(now: datetime) -> None:
    """The sweep's: calls shifts where there is work and too few go on, and finishes what a killed worker left."""
    if turns.is_anything_held():
        calling.call_shifts(slots.count_free(_POOL, count=settings.BATCH_SHIFTS))
    stages.fail_what_was_given_back()
    settling.queue_results(Batch.objects.all())


@dataclass(slots=True)
class _Host:
    """A shift's part of a host: slots that it holds and does not use now, and how many it holds."""

    idle: list[Held] = field(default_factory=list)
    held: int = 0


class _Shift:
    def __init__(self, held: Held) -> None:
        self._held = held
        self._kind = kinds.kind_named(queue.IMAGE)
        self._taken: list[BatchImage] = []
        self._taken_at = 0.0
        self._fetching: dict[Future[Fetched], tuple[BatchImage, Held]] = {}
        self._hosts: dict[str, _Host] = defaultdict(_Host)
        self._busy_hosts: set[str] = set()
        self._is_over = False
        now = time.monotonic()
        self._stops_at = now + _WORKS_FOR_S
        self._ends_at, self._keeps_at, self._looks_at = now + _LASTS_S, now + _KEPT_EVERY_S, now + _LOOKS_EVERY_S

    def work(self) -> None:
        """Until there is nothing to take, or the shift is over and what it has begun is done."""
        with ThreadPoolExecutor(_FETCHED_AHEAD, thread_name_prefix="fetch") as threads, self._slots_given_back():
            while True:
                self._look_around()
                if not self._is_over and not self._taken:
                    self._take()
                self._begin(threads)
                if not self._fetching:
                    if self._is_over or not self._taken:
                        break
                    time.sleep(0.05)  # all that is taken waits for its host
                    continue
                done, _ = wait(self._fetching, timeout=0.2, return_when=FIRST_COMPLETED)
                for fetched in done:
                    self._work_on(fetched)
                    self._look_around()
                    self._begin(threads)

    def _take(self) -> None:
        self._taken = turns.take_turn(_TAKEN_AT_ONCE, busy_hosts=self._busy_hosts)
        self._taken_at = time.monotonic()
        closed = hosts.closed_among(image.host for image in self._taken)
        for image in [image for image in self._taken if image.host in closed]:
            self._taken.remove(image)
            running.work_on(self._kind, image, _fail_closed)

    def _begin(self, threads: ThreadPoolExecutor) -> None:
        """Fetches what is taken and whose host has a slot for it."""
        for image in list(self._taken):
            if len(self._fetching) >= _FETCHED_AHEAD:
                return
            if (slot := self._slot(image.host)) is not None:
                self._taken.remove(image)
                self._fetching[threads.submit(outbound.fetch, image.url)] = image, slot

    def _slot(self, name: str) -> Held | None:
        host = self._hosts[name]
        while host.idle:
            slot = host.idle.pop()
            if slot.until - timezone.now() > hosts.LEASE / 2 or slots.keep(slot, lease=hosts.LEASE):
                return slot
            host.held -= 1
        taken = hosts.take_slot(name) if host.held < _SLOTS_OF_A_HOST else None
        host.held += taken is not None
        return taken

    def _work_on(self, fetched: Future[Fetched]) -> None:
        image, slot = self._fetching.pop(fetched)
        self._hosts[image.host].idle.append(slot)
        if time.monotonic() >= self._stops_at:
            claims.hold(image)
            return
        is_fresh = image.lease_until is not None and image.lease_until - timezone.now() > self._kind.lease / 2
        if is_fresh or claims.renew([image], lease=self._kind.lease):
            running.work_on(self._kind, image, partial(working.work_on_fetched, fetch=fetched.result))

    def _look_around(self) -> None:
        now = time.monotonic()
        if now >= self._keeps_at:
            self._keeps_at = now + _KEPT_EVERY_S
            if not slots.keep(self._held, lease=_LEASE):
                self._is_over = True
        if now >= self._looks_at:
            self._looks_at = now + _LOOKS_EVERY_S
            settling.settle_collected()
            self._is_over = self._is_over or now >= self._ends_at or _does_other_work_wait()
        if self._taken and (self._is_over or now - self._taken_at > _HOST_PATIENCE_S):
            self._busy_hosts.update(image.host for image in self._taken if not self._is_over)
            self._give_back_taken()

    def _give_back_taken(self) -> None:
        for image in self._taken:
            claims.hold(image)
        self._taken = []

    @contextmanager
    def _slots_given_back(self) -> Iterator[None]:
        try:
            yield
        finally:
            for host in self._hosts.values():
                for slot in host.idle:
                    slots.give_back(slot)


def _fail_closed(image: BatchImage) -> None:
    raise hosts.HostFailing


def _does_other_work_wait() -> bool:
    """Whether rows of other kinds wait for a worker right now."""
    now = timezone.now()
    others = (kind for kind in kinds.all_kinds() if kind.name != queue.IMAGE)
    return any(kind.unfinished.filter(status=WorkItem.Status.PENDING, lease_until__gt=now).exists() for kind in others)
