"""One row, one worker."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.logs import bound
from core.work import claims
from core.work.claims import Busy, ClaimLost
from core.work.item import MAX_ATTEMPTS
from poses.models import Photo

LEASE = timedelta(seconds=30)
LONG_AGO = timedelta(minutes=5)


def claimed(photo: Photo) -> list[Photo]:
    return claims.claim(Photo.objects.filter(pk=photo.pk), lease=LEASE)


def lapse(photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(lease_until=timezone.now() - LONG_AGO)


def test_a_waiting_row_is_claimed_once(make_row):
    row = make_row()
    (mine,) = claimed(row)
    assert (mine.status, mine.attempts) == ("running", 1)
    assert mine.claim is not None
    assert mine.lease_until > timezone.now()
    assert claimed(row) == []


def test_rows_are_answered_oldest_first(make_row):
    now = timezone.now()
    newer, older = make_row(queued_at=now), make_row(queued_at=now - LONG_AGO)
    assert claims.claim(Photo.objects.all(), lease=LEASE) == [older, newer]


def test_a_lapsed_claim_is_anyones_until_the_attempts_are_used_up(make_row):
    row = make_row()
    tokens = set()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        (mine,) = claimed(row)
        assert mine.attempts == attempt
        tokens.add(mine.claim)
        lapse(row)
    assert claimed(row) == []
    assert len(tokens) == MAX_ATTEMPTS


def test_who_lost_its_claim_writes_nothing(make_row):
    row = make_row()
    (first,) = claimed(row)
    lapse(row)
    (second,) = claimed(row)
    with pytest.raises(ClaimLost):
        claims.finish(first, people_found=7)
    claims.finish(second, people_found=1)
    row.refresh_from_db()
    assert (row.status, row.people_found, row.claim, row.lease_until) == ("completed", 1, None, None)


def test_a_deleted_row_cannot_be_finished(make_row):
    (mine,) = claimed(make_row())
    Photo.objects.all().delete()
    with pytest.raises(ClaimLost):
        claims.finish(mine)


def test_a_failure_says_why_and_being_queued_anew_forgets_it(make_row):
    (mine,) = claimed(make_row())
    claims.finish(mine, error_code="broken", error_message="It is broken.")
    row = Photo.objects.get()
    assert (row.status, row.error_code, row.error_message) == ("failed", "broken", "It is broken.")
    with bound("request-1"):
        assert claims.queue(Photo.objects.all(), people_wanted=3) == [row.pk]
    row.refresh_from_db()
    assert (row.status, row.error_code, row.attempts, row.people_wanted) == ("pending", "", 0, 3)
    assert row.request_id == "request-1"


def test_a_row_that_is_worked_on_is_neither_queued_nor_taken(make_row):
    (mine,) = claimed(make_row())
    assert claims.queue(Photo.objects.all()) == []
    with pytest.raises(Busy):
        claims.take(Photo.objects.get(), lease=LEASE)
    assert Photo.objects.get().claim == mine.claim


def test_a_row_that_is_gone_is_not_busy(make_row):
    row = make_row()
    Photo.objects.all().delete()
    row.pk = row.pk or uuid.uuid4()
    with pytest.raises(ClaimLost):
        claims.take(row, lease=LEASE)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_claimed_while_it_is_queued_is_one_or_the_other(make_row):
    """Either the claim is first and nothing is queued, or the queueing is and the claim sees what it asked for."""
    rows = [make_row(people_wanted=1) for _ in range(30)]

    def queue_all() -> set[object]:
        try:
            queued = set()
            for row in rows:
                with transaction.atomic():
                    queued |= set(claims.queue(Photo.objects.filter(pk=row.pk), people_wanted=7))
            return queued
        finally:
            connection.close()

    def claim_all() -> dict[object, int]:
        try:
            return {mine.pk: mine.people_wanted for row in rows for mine in claimed(row)}
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        queueing, claiming = pool.submit(queue_all), pool.submit(claim_all)
        queued, wanted = queueing.result(), claiming.result()
    assert {key for key, people in wanted.items() if people == 7} <= queued
    assert {row.pk for row in Photo.objects.filter(people_wanted=7)} == queued


def test_a_waiting_a_finished_and_a_lapsed_row_can_be_taken(make_row):
    waiting, finished, lapsed = make_row(), make_row(), make_row()
    (mine,) = claimed(finished)
    claims.finish(mine)
    claimed(lapsed)
    lapse(lapsed)
    for row in (waiting, finished, lapsed):
        row.refresh_from_db()
        claims.take(row, lease=LEASE, people_wanted=2)
        stored = Photo.objects.get(pk=row.pk)
        assert (stored.status, stored.claim, stored.attempts, stored.people_wanted) == ("running", row.claim, 1, 2)


def test_a_released_row_has_its_attempt_back_and_waits(make_row):
    (mine,) = claimed(make_row())
    claims.release(mine, delay=timedelta(minutes=1))
    row = Photo.objects.get()
    assert (row.status, row.attempts, row.claim) == ("pending", 0, None)
    assert row.lease_until > timezone.now() + timedelta(seconds=50)


def test_a_lease_can_be_renewed_by_its_holder_only(make_row):
    (mine,) = claimed(make_row())
    lapse(mine)
    claims.renew([mine], lease=LEASE)
    assert Photo.objects.get().lease_until > timezone.now()
    mine.claim = Photo.objects.get().id
    lapse(mine)
    claims.renew([mine], lease=LEASE)
    assert Photo.objects.get().lease_until < timezone.now()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_has_each_row(make_row):
    rows = [make_row() for _ in range(12)]

    def take_all(number: int) -> list[Photo]:
        try:
            return [photo for row in rows for photo in claimed(row)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [photo.pk for part in pool.map(take_all, range(4)) for photo in part]
    assert sorted(taken) == sorted(row.pk for row in rows)


@pytest.mark.parametrize(
    "values",
    [
        {"status": "running"},
        {"status": "completed"},
        {"status": "pending", "lease_until": None},
        {"status": "failed", "lease_until": None},
        {"error_code": "broken"},
    ],
    ids=[
        "running without a claim",
        "completed with a lease",
        "pending without one",
        "failed without a reason",
        "error",
    ],
)
def test_the_database_refuses_what_makes_no_sense(make_row, values):
    row = make_row()
    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.filter(pk=row.pk).update(**values)
