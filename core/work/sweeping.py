"""Taking up what nobody answers for any more."""

import logging
from datetime import datetime, timedelta

from .claims import ClaimLost
from .item import MAX_ATTEMPTS, MESSAGE_LEASE, WorkItem
from .kinds import Kind, all_kinds
from .running import fail
from .sending import send

logger = logging.getLogger(__name__)

# Enough to keep every worker at work until the next sweep, and little enough that a long queue is not sent twice over.
_AT_ONCE = 500
_LONGEST_DELAY = timedelta(minutes=10)
_CRASHED = ("crashed", f"It ended its worker {MAX_ATTEMPTS} times and is not tried again by itself.")


def sweep(*, now: datetime) -> None:
    """Sends every lapsed row again, and fails those that have had their attempts. Any number may run at a time."""
    for kind in all_kinds():
        lapsed = kind.rows.filter(lease_until__lt=now)
        for item in lapsed.filter(attempts__gte=MAX_ATTEMPTS, status=WorkItem.Status.RUNNING)[:_AT_ONCE]:
            _give_up(kind, item)
        _send_again(kind, list(lapsed.filter(attempts__lt=MAX_ATTEMPTS).order_by("lease_until")[:_AT_ONCE]), now)
        kind.feed(now)


def _give_up(kind: Kind, item: WorkItem) -> None:
    try:
        fail(kind, item, *_CRASHED)
    except ClaimLost:
        return
    logger.error("%s %s ended its worker %d times", kind.name, item.pk, MAX_ATTEMPTS)


def _send_again(kind: Kind, items: list[WorkItem], now: datetime) -> None:
    suspects = [item.pk for item in items if item.attempts]  # one of them may have ended its worker
    others = [item.pk for item in items if not item.attempts]
    if not items or not (send(kind, suspects, is_alone=True) and send(kind, others)):
        return
    logger.info("%d rows of %s sent again", len(items), kind.name)
    by_delay: dict[timedelta, list[WorkItem]] = {}
    for item in items:
        by_delay.setdefault(_delay(now - item.queued_at), []).append(item)
    for delay, group in by_delay.items():
        # Only what nobody has claimed since.
        still_lapsed = kind.rows.filter(pk__in=[item.pk for item in group], lease_until__lt=now)
        still_lapsed.update(status=WorkItem.Status.PENDING, claim=None, lease_until=now + delay)


def _delay(age: timedelta) -> timedelta:
    """Doubles as a row grows old, so that one in a long queue is not sent without end."""
    delay = MESSAGE_LEASE
    while delay * 2 <= min(age, _LONGEST_DELAY):
        delay *= 2
    return delay
