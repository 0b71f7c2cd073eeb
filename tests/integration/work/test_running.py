"""A message's rows, one after the other."""

import sqlite3
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from core import logs
from core.errors import DomainError, Unavailable
from core.work import claims, running
from poses.models import Photo


def test_every_row_is_worked_on_once(make_row, kind, work):
    rows = [make_row() for _ in range(3)]
    keys = [str(row.pk) for row in rows]
    running.run(kind, keys)
    running.run(kind, keys)
    assert [photo.pk for photo in work.seen] == [row.pk for row in rows]
    assert set(Photo.objects.values_list("status", flat=True)) == {"completed"}


def test_keys_that_are_gone_are_nothing_to_do(make_row, kind, work):
    key = str(make_row().pk)
    Photo.objects.all().delete()
    running.run(kind, [key])
    assert work.seen == []


def test_what_is_asked_for_wrongly_fails_with_its_reason(make_row, kind, work):
    make_row()
    work.raises = DomainError("too_large", "It is too large.")
    running.run(kind, [Photo.objects.get().pk])
    row = Photo.objects.get()
    assert (row.status, row.error_code, row.error_message) == ("failed", "too_large", "It is too large.")
    assert work.failed == ["too_large"]


def test_what_nobody_expected_fails_that_row_and_no_other(make_row, kind, work, caplog):
    first, second = make_row(), make_row()
    work.raises = ValueError("secret words")
    running.run(kind, [first.pk, second.pk])
    assert len(work.seen) == 2
    assert set(Photo.objects.values_list("error_code", flat=True)) == {"unexpected"}
    assert not Photo.objects.filter(error_message__contains="secret").exists()
    assert "secret words" in caplog.text


def test_a_part_of_the_site_that_is_down_costs_no_attempt(make_row, kind, work):
    make_row()
    work.raises = Unavailable("storage_unavailable", "The storage is down.")
    running.run(kind, [Photo.objects.get().pk])
    row = Photo.objects.get()
    assert (row.status, row.attempts) == ("pending", 0)
    assert row.lease_until > timezone.now() + timedelta(seconds=20)


def test_a_database_that_is_down_costs_no_attempt_where_that_can_be_said(make_row, kind, work):
    make_row()
    work.raises = OperationalError("the connection is closed")
    for _ in range(4):
        with pytest.raises(OperationalError):
            running.run(kind, [Photo.objects.get().pk])
        row = Photo.objects.get()
        assert (row.status, row.attempts) == ("pending", 0)


def test_a_row_that_the_database_itself_refuses_keeps_its_attempt(make_row, kind, work):
    make_row()
    refused = OperationalError("parser stack overflow")
    refused.__cause__ = sqlite3.OperationalError("parser stack overflow")
    refused.__cause__.sqlite_errorcode = sqlite3.SQLITE_ERROR
    work.raises = refused
    with pytest.raises(OperationalError):
        running.run(kind, [Photo.objects.get().pk])
    row = Photo.objects.get()
    assert (row.status, row.attempts) == ("running", 1)


def test_what_others_have_taken_over_is_not_worked_on(make_row, kind, monkeypatch):
    first, second = make_row(), make_row()
    seen = []

    def slow(photo: Photo) -> None:
        seen.append(photo.pk)
        Photo.objects.filter(pk=second.pk).update(claim=uuid.uuid4())
        clock.append(kind.lease.total_seconds())
        claims.finish(photo)

    clock: list[float] = []
    monkeypatch.setattr(running.time, "monotonic", lambda: sum(clock))
    object.__setattr__(kind, "work", slow)
    running.run(kind, [first.pk, second.pk])
    assert seen == [first.pk]


@pytest.mark.parametrize(("error_code", "outcome"), [("", "done"), ("broken", "failed")])
def test_what_work_itself_fails_is_counted_as_failed(make_row, kind, monkeypatch, error_code, outcome):
    make_row()
    counted = []
    monkeypatch.setattr(running.metrics, "work", lambda *labels: counted.append(labels))
    object.__setattr__(kind, "work", lambda photo: claims.finish(photo, error_code=error_code))
    running.run(kind, [Photo.objects.get().pk])
    assert counted == [("test", outcome)]


def test_a_row_that_is_deleted_in_the_middle_does_no_harm(make_row, kind, monkeypatch):
    first, second = make_row(), make_row()

    def delete_first(photo: Photo) -> None:
        Photo.objects.filter(pk=first.pk).delete()
        claims.finish(photo)

    object.__setattr__(kind, "work", delete_first)
    running.run(kind, [first.pk, second.pk])
    assert Photo.objects.get().status == "completed"


def test_the_log_carries_the_request_that_asked(make_row, kind):
    make_row(request_id="request-42")
    seen = []

    def note(photo: Photo) -> None:
        seen.append(logs.request_id.get())
        claims.finish(photo)

    object.__setattr__(kind, "work", note)
    running.run(kind, [Photo.objects.get().pk])
    assert seen == ["request-42"]
    assert logs.request_id.get() == ""


def test_a_chunk_that_takes_long_keeps_its_lease(make_row, kind, monkeypatch):
    first, second = make_row(), make_row()
    leases = []

    def slow(photo: Photo) -> None:
        leases.append(Photo.objects.get(pk=second.pk).lease_until)
        clock.append(kind.lease.total_seconds())
        claims.finish(photo)

    clock: list[float] = []
    monkeypatch.setattr(running.time, "monotonic", lambda: sum(clock))
    object.__setattr__(kind, "work", slow)
    running.run(kind, [first.pk, second.pk])
    assert leases[1] > leases[0]
