"""Checking a password, the same way for every door: browser, API and admin."""

import os
import threading
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import check_password
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from core.errors import DomainError, Unavailable

from . import throttling

Answer = TypeVar("Answer")
_LONGEST_QUEUE_S = 5
# Hashing keeps a core busy. So few at a time also means that attempts in flight alone never reach the limit, and many
# right passwords sent at once all pass.
_hashing = threading.BoundedSemaphore(max(1, min(os.cpu_count() or 1, throttling.LIMIT - 1)))


class LoginFailed(DomainError):
    """Unknown address, wrong password or inactive account: nobody is told which."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self) -> None:
        super().__init__("invalid_credentials", "The e-mail address or the password is not right.")


@sensitive_variables("password")
def check_credentials(*, email: str, password: str, address: str, now: datetime) -> User:
    """The active user with this e-mail address and password. Raises LoginFailed, TooManyAttempts.

    `address` is the client's network address; failures count against it and against the account.
    """
    # Django hashes for unknown addresses, inactive accounts and unusable passwords too, so all take the same time.
    user = _counted(lambda: authenticate(username=email, password=password), email, address, now)
    if not isinstance(user, User):
        raise LoginFailed
    return user


@sensitive_variables("password")
def check_current_password(*, user: User, password: str, address: str, now: datetime, field: str) -> None:
    """Has who is logged in prove it. Counts like a login. Raises DomainError on `field`, TooManyAttempts."""
    if not _counted(lambda: check_password(password, user.password), user.email, address, now):
        raise DomainError.on_field(field, "wrong_password", "This is not your current password.")


def _counted(check: Callable[[], Answer], email: str, address: str, now: datetime) -> Answer:
    """The check's answer; one that is not truthy counts as a failure."""
    account_key, address_key = throttling.account_key(email), throttling.address_key(address)
    throttling.refuse_if_blocked(keys=(account_key, address_key), now=now)
    if not _hashing.acquire(timeout=_LONGEST_QUEUE_S):
        raise Unavailable("busy", "Too many people are logging in at this moment. Try again in a minute.")
    try:
        throttling.count_attempt(keys=(account_key, address_key), now=now)
        answer = check()
        if answer:
            throttling.clear(key=account_key)
            throttling.take_back(key=address_key)
        return answer
    finally:
        _hashing.release()
