"""How often and how many at a time a host is asked: at most four fetches, and none for a while after five failures.

Written by the thread that has the database; the fetching threads know nothing of it.
"""

import math
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from batches.models import Host
from core.errors import DomainError

from . import slots
from .slots import Held

AT_ONCE = 4
FAILURES = 5
CLOSED_FOR = timedelta(seconds=60)
# Longer than a fetch with its redirects; whoever holds a slot for longer keeps it.
LEASE = timedelta(seconds=40)
_IDLE_FOR = timedelta(days=1)
_NOTED_EVERY_S, _NOTED_AT_MOST = 1.0, 1000
_noted: dict[str, float] = {}


class HostFailing(DomainError):
    """The host is left alone for the moment."""

    def __init__(self) -> None:
        super().__init__(
            "host_failing",
            f"{FAILURES} requests to this host failed in a row, so it was left alone. Retry the failed rows later.",
        )


def take_slot(host: str) -> Held | None:
    """Leave to fetch from the host, given back or kept by the caller; None while four others do."""
    return slots.take(f"host:{host}", count=AT_ONCE, lease=LEASE)


def closed_among(hosts: Iterable[str]) -> set[str]:
    """Those of the hosts that are left alone now."""
    closed = Host.objects.filter(name__in=set(hosts), closed_until__gt=timezone.now())
    return set(closed.values_list("name", flat=True))


def note_success(host: str) -> None:
    """It has answered: what failed before does not count any more. Written at most once a second."""
    now = time.monotonic()
    if now - _noted.get(host, -math.inf) < _NOTED_EVERY_S:
        return
    if len(_noted) > _NOTED_AT_MOST:
        _noted.clear()
    _noted[host] = now
    Host.objects.filter(name=host, failures__gt=0).update(failures=0, closed_until=None, changed_at=timezone.now())


def note_failure(host: str) -> None:
    """It has not; the fifth time in a row closes it for a minute, and so does every further one until it answers."""
    now = timezone.now()
    _noted.pop(host, None)
    Host.objects.get_or_create(name=host, defaults={"changed_at": now})
    Host.objects.filter(name=host).update(failures=F("failures") + 1, changed_at=now)
    Host.objects.filter(name=host, failures__gte=FAILURES).update(closed_until=now + CLOSED_FOR)


def clear_idle(*, now: datetime) -> None:
    """Forgets hosts that nothing was asked of for a day."""
    Host.objects.filter(changed_at__lt=now - _IDLE_FOR).delete()
    slots.clear_idle(now=now)
