"""The sign of life of long work, with how far it has come."""

import time
from datetime import datetime, timedelta

from django.utils import timezone

from core import alive

from .claims import ClaimLost
from .long_item import LongItem

_EVERY_S = 2.0


class Pulse:
    """Renews the lease of a claimed row and writes its progress, every two seconds at most.

    Raises ClaimLost once the row is somebody else's, or gone: what is made then must not be kept.
    """

    def __init__(self, item: LongItem, *, lease: timedelta) -> None:
        self._item = item
        self._lease = lease
        self._written_at = 0.0
        self._step, self._done, self._total = "", 0, 0
        self._step_started_at: datetime | None = None

    def step(self, name: str, *, total: int = 0) -> None:
        """Begins a step of so many bytes, or files; written at once."""
        self._step, self._done, self._total = name, 0, total
        self._step_started_at = timezone.now()
        self._write()

    def advance(self, count: int) -> None:
        """So much more is done."""
        self._done += count
        self.tick()

    def tick(self) -> None:
        """Still alive."""
        if time.monotonic() - self._written_at >= _EVERY_S:
            self._write()

    def _write(self) -> None:
        rows = type(self._item)._default_manager.filter(pk=self._item.pk, claim=self._item.claim)
        is_ours = rows.update(
            lease_until=timezone.now() + self._lease,
            step=self._step,
            step_started_at=self._step_started_at,
            progress_done=self._done,
            progress_total=self._total,
        )
        if not is_ours:
            raise ClaimLost
        self._written_at = time.monotonic()
        alive.touch()  # a worker that takes an hour is not hanging
