"""Throttling, through the API and in the service; the browser's and the admin's doors are in their own files."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from accounts.models import ApiSession, LoginThrottle, User
from accounts.services import logging_in, throttling
from tests.conftest import PASSWORD

from .conftest import LOGIN

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
WRONG = "wrong-password"


def _log_in(email: str, password: str, address: str = "198.51.100.1", **headers: str):
    return APIClient().post(LOGIN, {"email": email, "password": password}, REMOTE_ADDR=address, **headers)


def _fail(count: int, *, email: str = "ada@example.org", address: str = "198.51.100.1") -> list[int]:
    return [_log_in(email, WRONG, address).status_code for _ in range(count)]


def _wait_out() -> None:
    """As if every block had just run out."""
    LoginThrottle.objects.update(last_failed_at=timezone.now() - timedelta(minutes=20))
    LoginThrottle.objects.exclude(blocked_until=None).update(blocked_until=timezone.now() - timedelta(seconds=1))


def test_after_five_failures_a_login_answers_429_even_with_the_right_password(user):
    assert _fail(5) == [401] * 5

    answer = _log_in(user.email, PASSWORD)

    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_attempts"
    assert int(answer["Retry-After"]) in range(25, 31)
    assert not ApiSession.objects.exists()


def test_four_failures_are_free(user):
    _fail(4)

    assert _log_in(user.email, PASSWORD).status_code == 200


def test_an_account_is_counted_over_many_addresses(user):
    for number in range(5):
        _fail(1, address=f"198.51.100.{number}")

    assert _log_in(user.email, PASSWORD, "203.0.113.9").status_code == 429


def test_an_account_is_counted_in_any_case_of_its_address(user):
    for email in ["ada@example.org", "ADA@example.org", "Ada@Example.Org", " ada@example.org", "ada@EXAMPLE.org"]:
        _log_in(email, WRONG, "198.51.100.2")

    assert _log_in(user.email, PASSWORD, "203.0.113.9").status_code == 429


def test_an_address_is_counted_over_many_accounts(user, stranger):
    for number in range(5):
        _fail(1, email=f"guess{number}@example.org")

    assert _log_in(user.email, PASSWORD).status_code == 429
    assert _log_in(user.email, PASSWORD, "203.0.113.9").status_code == 200


def test_an_unknown_account_is_throttled_like_any_other(db):
    for number in range(5):
        _fail(1, email="nobody@example.org", address=f"198.51.100.{number}")

    assert _log_in("nobody@example.org", WRONG, "203.0.113.9").status_code == 429


def test_one_customers_ipv6_addresses_count_as_one(user):
    for number in range(5):
        _fail(1, email=f"guess{number}@example.org", address=f"2001:db8:0:1::{number + 1}")

    assert _log_in(user.email, PASSWORD, "2001:db8:0:1:ffff::9").status_code == 429
    assert _log_in(user.email, PASSWORD, "2001:db8:0:2::1").status_code == 200


def test_a_spoofed_forwarded_address_does_not_help(user):
    for number in range(5):
        _log_in(f"guess{number}@example.org", WRONG, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")

    assert _log_in(user.email, PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.77").status_code == 429


def test_behind_one_proxy_the_address_that_the_proxy_saw_counts(user, monkeypatch):
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)
    for number in range(5):
        spoofed_and_real = f"203.0.113.{number}, 192.0.2.5"
        _log_in(f"guess{number}@example.org", WRONG, "10.0.0.1", HTTP_X_FORWARDED_FOR=spoofed_and_real)

    same = _log_in(user.email, PASSWORD, "10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.77, 192.0.2.5")
    other = _log_in(user.email, PASSWORD, "10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.5, 192.0.2.6")
    assert (same.status_code, other.status_code) == (429, 200)


def test_no_lock_lasts_and_a_success_starts_the_accounts_count_afresh(user):
    _fail(5)
    _wait_out()

    assert _log_in(user.email, PASSWORD).status_code == 200
    assert not LoginThrottle.objects.filter(key=throttling.account_key(user.email)).exists()
    assert _fail(4, address="203.0.113.9") == [401] * 4
    assert _log_in(user.email, PASSWORD, "203.0.113.9").status_code == 200


def test_a_success_of_ones_own_does_not_clear_the_address(user):
    for number in range(4):
        _fail(1, email=f"guess{number}@example.org")
    _log_in(user.email, PASSWORD)

    _fail(1, email="guess9@example.org")

    assert _log_in(user.email, PASSWORD).status_code == 429


def test_each_further_failure_waits_twice_as_long_up_to_a_quarter_of_an_hour(db):
    now, waits, keys = NOON, [], [throttling.account_key("ada@example.org")]
    for _ in range(12):
        throttling.count_attempt(keys=keys, now=now)
        try:
            throttling.refuse_if_blocked(keys=keys, now=now)
        except throttling.TooManyAttempts as error:
            waits.append(error.retry_after_s)
            now += timedelta(seconds=error.retry_after_s)

    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_old_failures_are_forgotten(db):
    keys = [throttling.account_key("ada@example.org")]
    for _ in range(4):
        throttling.count_attempt(keys=keys, now=NOON)

    throttling.count_attempt(keys=keys, now=NOON + timedelta(hours=1, seconds=1))

    assert LoginThrottle.objects.get().failures == 1


def test_a_refused_attempt_counts_nothing(db):
    blocked, other = throttling.account_key("ada@example.org"), throttling.address_key("198.51.100.1")
    for _ in range(5):
        throttling.count_attempt(keys=[blocked], now=NOON)

    with pytest.raises(throttling.TooManyAttempts):
        throttling.count_attempt(keys=[blocked, other], now=NOON)

    assert LoginThrottle.objects.get().failures == 5


def test_addresses_are_not_stored_readably(user):
    _fail(1)

    keys = list(LoginThrottle.objects.values_list("key", flat=True))
    assert len(keys) == 2
    assert not any("ada" in key or "198" in key.split("@") for key in keys)
    assert {len(key) for key in keys} == {64}


def test_the_database_refuses_a_block_that_ends_before_it_begins(db):
    with pytest.raises(IntegrityError):
        LoginThrottle.objects.create(key="x", last_failed_at=NOON, blocked_until=NOON)


def test_a_full_queue_is_503(user, monkeypatch):
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(logging_in, "_hashing", full)
    monkeypatch.setattr(logging_in, "_LONGEST_QUEUE_S", 0.01)

    answer = _log_in(user.email, PASSWORD)

    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert not LoginThrottle.objects.exists()


def _at_once(count: int, password: str) -> list[int]:
    start, statuses = threading.Barrier(count), []

    def log_in() -> None:
        start.wait()
        try:
            statuses.append(_log_in("ada@example.org", password).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=log_in) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


@pytest.mark.django_db(transaction=True)
def test_of_twelve_parallel_guesses_five_are_looked_at():
    User.objects.create_user("ada@example.org", PASSWORD)

    assert _at_once(12, WRONG) == [401] * 5 + [429] * 7
    assert set(LoginThrottle.objects.values_list("failures", flat=True)) == {5}


@pytest.mark.django_db(transaction=True)
def test_twelve_right_passwords_at_once_all_pass():
    User.objects.create_user("ada@example.org", PASSWORD)

    assert _at_once(12, PASSWORD) == [200] * 12
    assert not LoginThrottle.objects.filter(failures__gt=0).exists()
