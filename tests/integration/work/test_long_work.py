"""Work that takes hours: one row a message, leased by its worker, taken up again when that was killed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from core.work import claims, sending, sweeping
from core.work.kinds import Kind
from core.work.sending import LONG_TASK
from poses.models import Photo
from tests import broker

from .conftest import LEASE, Work

HOURS = timedelta(hours=6)


@pytest.fixture
def long_kind(kind: Kind) -> Kind:
    object.__setattr__(kind, "is_long", True)
    return kind


def test_each_row_is_sent_alone_to_the_long_task(make_row: Callable[..., Photo], long_kind: Kind, work: Work):
    keys = [str(make_row().pk) for _ in range(2)]
    sending.send(long_kind, keys)
    assert broker.messages() == [(LONG_TASK, ["test", [key]]) for key in keys]


def test_the_task_has_hours_and_waits_in_the_short_queue_and_is_acknowledged_first():
    task = current_app.tasks[LONG_TASK]
    assert (task.time_limit, task.acks_late) == (HOURS.total_seconds(), False)
    assert current_app.amqp.router.route({}, LONG_TASK)["queue"].name == "upkeep"
    assert (current_app.tasks["core.work"].acks_late, current_app.conf.task_time_limit) == (True, 120)


def test_a_lease_that_its_worker_renews_is_left_alone(make_row, long_kind, work):
    make_row()
    [row] = claims.claim(Photo.objects.all(), lease=LEASE)
    assert claims.renew([row], lease=timedelta(minutes=5))
    sweeping.sweep(now=timezone.now() + 2 * LEASE)
    assert broker.messages() == []


def test_what_a_killed_worker_left_is_taken_up_after_its_lease(make_row, long_kind, work):
    make_row()
    claims.claim(Photo.objects.all(), lease=LEASE)
    sweeping.sweep(now=timezone.now())
    assert broker.messages() == []
    sweeping.sweep(now=timezone.now() + 2 * LEASE)
    assert broker.work_through() == 1
    row = Photo.objects.get()
    assert (row.status, row.attempts, len(work.seen)) == ("completed", 2, 1)


def test_while_every_worker_is_busy_for_hours_its_messages_stay_few_and_do_it_once(make_row, long_kind, work):
    began = make_row().queued_at
    swept = 0
    while (lapses_at := Photo.objects.get().lease_until) < began + HOURS:
        sweeping.sweep(now=lapses_at + timedelta(seconds=5))
        swept += 1
    assert 5 < swept < 60
    assert broker.work_through() == swept
    assert len(work.seen) == 1
