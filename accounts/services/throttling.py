"""Slowing down those who guess: after five failures each further one costs a longer wait, and none for ever."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from accounts.models import LoginThrottle, normalised_email
from core.errors import DomainError

LIMIT = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)  # longer than the longest wait, or waiting it out would start the count afresh


class TooManyAttempts(DomainError):
    """Wait for `retry_after_s` seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, retry_after_s: int) -> None:
        wait = f"{retry_after_s} seconds" if retry_after_s <= 90 else f"{ceil(retry_after_s / 60)} minutes"  # noqa: PLR2004
        super().__init__("too_many_attempts", f"Too many failed attempts. Try again in {wait}.")
        self.retry_after_s = retry_after_s


def account_key(email: str) -> str:
    """What attempts on the account with this e-mail address are counted under, whether there is one or not."""
    return _hashed("account", normalised_email(email))


def address_key(address: str) -> str:
    """What attempts from this network address are counted under."""
    return _hashed("address", address)


def reset_key(email: str) -> str:
    """What password resets asked for by this e-mail address are counted under."""
    return _hashed("reset", normalised_email(email))


def count_attempt(*, keys: Iterable[str], now: datetime) -> None:
    """Counts a failure under each key before it is known to be one. Raises TooManyAttempts, and then counts none.

    Counting first is what holds when many attempts come at the same moment; `take_back` undoes it after a success.
    """
    wanted = sorted(set(keys))  # one order for all, or two attempts could wait for each other's row
    with transaction.atomic():
        LoginThrottle.objects.bulk_create(
            [LoginThrottle(key=key, last_failed_at=now) for key in wanted], ignore_conflicts=True
        )
        rows = list(LoginThrottle.objects.select_for_update().filter(key__in=wanted).order_by("key"))
        _refuse_if_blocked(rows, now)
        for row in rows:
            forgotten = row.last_failed_at < now - FORGOTTEN_AFTER
            row.failures = 1 if forgotten else row.failures + 1
            row.last_failed_at = now
            row.blocked_until = now + wait_after(row.failures) if row.failures >= LIMIT else None
        LoginThrottle.objects.bulk_update(rows, ("failures", "last_failed_at", "blocked_until"))


def refuse_if_blocked(*, keys: Iterable[str], now: datetime) -> None:
    """A cheap look before costly work. Raises TooManyAttempts."""
    _refuse_if_blocked(LoginThrottle.objects.filter(key__in=set(keys), blocked_until__gt=now), now)


def take_back(*, key: str) -> None:
    """Undoes one `count_attempt` that turned out to be no failure; earlier failures stay counted."""
    LoginThrottle.objects.filter(key=key, failures__gt=0).update(failures=F("failures") - 1, blocked_until=None)


def clear(*, key: str) -> None:
    """Forgets all failures under the key."""
    LoginThrottle.objects.filter(key=key).delete()


def wait_after(failures: int) -> timedelta:
    """How long the next attempt has to wait: 30 s after the fifth failure, twice as long after each further one."""
    doublings = min(max(failures - LIMIT, 0), 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _refuse_if_blocked(rows: Iterable[LoginThrottle], now: datetime) -> None:
    waits = [row.blocked_until - now for row in rows if row.blocked_until and row.blocked_until > now]
    if waits:
        raise TooManyAttempts(ceil(max(waits).total_seconds()))


def _hashed(kind: str, value: str) -> str:
    return salted_hmac("accounts.throttling", f"{kind}:{value}", algorithm="sha256").hexdigest()
