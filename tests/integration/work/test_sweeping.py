"""What nobody answers for is taken up again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.work import claims, sending, sweeping
from core.work.item import MAX_ATTEMPTS
from poses.models import Photo
from tests import broker

LONG_AGO = timedelta(minutes=5)


def lapse(**filters: object) -> None:
    Photo.objects.filter(**filters).update(lease_until=timezone.now() - timedelta(seconds=1))


def sent_keys() -> list[list[str]]:
    return [arguments[1] for _, arguments in broker.messages()]


def test_what_somebody_answers_for_is_left_alone(make_row, kind):
    make_row()
    sweeping.sweep(now=timezone.now())
    assert broker.messages() == []


def test_a_lost_message_is_sent_again_in_chunks(make_row, kind):
    rows = [make_row() for _ in range(3)]
    lapse()
    sweeping.sweep(now=timezone.now())
    sent = sent_keys()
    assert sorted(len(keys) for keys in sent) == [1, 2]
    assert {key for keys in sent for key in keys} == {str(row.pk) for row in rows}
    sweeping.sweep(now=timezone.now())
    assert broker.messages() == []


def test_the_rows_of_a_worker_that_ended_are_sent_each_alone(make_row, kind, work):
    for _ in range(2):
        make_row()
    claims.claim(Photo.objects.all(), lease=kind.lease)
    lapse()
    sweeping.sweep(now=timezone.now())
    assert set(Photo.objects.values_list("status", "claim")) == {("pending", None)}
    messages = broker.messages()
    assert [len(arguments[1]) for _, arguments in messages] == [1, 1]


def test_a_row_that_ends_its_worker_fails_after_its_attempts(make_row, kind, work):
    make_row(attempts=MAX_ATTEMPTS - 1)
    claims.claim(Photo.objects.all(), lease=kind.lease)
    lapse()
    sweeping.sweep(now=timezone.now())
    row = Photo.objects.get()
    assert (row.status, row.error_code, row.attempts) == ("failed", "crashed", MAX_ATTEMPTS)
    assert work.failed == ["crashed"]
    assert broker.messages() == []


def test_a_row_in_a_long_queue_is_sent_ever_more_rarely(make_row, kind):
    make_row(queued_at=timezone.now() - LONG_AGO)
    lapse()
    sweeping.sweep(now=timezone.now())
    trusted = Photo.objects.get().lease_until - timezone.now()
    assert timedelta(minutes=3) < trusted < timedelta(minutes=6)


def test_while_the_broker_is_down_nothing_changes_and_later_all_is_sent(make_row, kind, monkeypatch, caplog):
    make_row()
    lapse()
    before = Photo.objects.get().lease_until

    def down(*args: object, **kwargs: object) -> None:
        raise ConnectionError("refused")

    with monkeypatch.context() as broken:
        broken.setattr(sending.current_app, "send_task", down)
        sweeping.sweep(now=timezone.now())
    assert Photo.objects.get().lease_until == before
    assert "cannot send 1 rows" in caplog.text
    sweeping.sweep(now=timezone.now())
    assert len(broker.messages()) == 1


def test_a_short_part_of_a_long_queue_is_sent_at_a_time(make_row, kind, monkeypatch):
    monkeypatch.setattr(sweeping, "_AT_ONCE", 2)
    for _ in range(5):
        make_row()
    lapse()
    sweeping.sweep(now=timezone.now())
    assert sum(len(keys) for keys in sent_keys()) == 2


@pytest.mark.django_db
def test_the_sweep_is_a_task_that_workers_know():
    from celery import current_app

    from poses.queue import DETECTION

    assert "core.sweep" in current_app.tasks
    assert current_app.amqp.router.route({}, "core.sweep")["queue"].name == "upkeep"
    assert current_app.amqp.router.route({}, "core.work")["queue"].name == "work"
    assert DETECTION == "detection"
