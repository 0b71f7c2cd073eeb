"""Hosts that fail are left alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from batches.models import Host
from batches.services import hosts

pytestmark = pytest.mark.django_db
NAME = "pictures.example:443"


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch):
    monkeypatch.setattr(hosts, "_noted", {})


def fail(times: int) -> None:
    for _ in range(times):
        hosts.note_failure(NAME)


def test_four_failures_in_a_row_close_nothing():
    fail(4)
    assert hosts.closed_among([NAME]) == set()


def test_the_fifth_closes_the_host_for_a_minute():
    fail(5)
    assert hosts.closed_among([NAME, "other.example:80"]) == {NAME}
    until = Host.objects.get().closed_until
    assert timedelta(seconds=55) < until - timezone.now() <= timedelta(seconds=60)


def test_an_answer_in_between_begins_the_count_anew():
    fail(4)
    hosts.note_success(NAME)
    fail(4)
    assert hosts.closed_among([NAME]) == set()
    assert Host.objects.get().failures == 4


def test_after_the_minute_one_failure_closes_it_again_and_an_answer_opens_it():
    fail(5)
    Host.objects.update(closed_until=timezone.now() - timedelta(seconds=1))
    assert hosts.closed_among([NAME]) == set()
    fail(1)
    assert hosts.closed_among([NAME]) == {NAME}
    hosts.note_success(NAME)
    assert hosts.closed_among([NAME]) == set()


def test_at_most_four_fetch_from_a_host():
    slots = [hosts.take_slot(NAME) for _ in range(5)]
    assert [slot is not None for slot in slots] == [True] * 4 + [False]
    assert hosts.take_slot("other.example:80") is not None


def test_hosts_that_nobody_asked_for_a_day_are_forgotten():
    fail(1)
    hosts.clear_idle(now=timezone.now() + timedelta(days=2))
    assert Host.objects.count() == 0
