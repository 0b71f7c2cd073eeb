"""Webhooks at the end of a batch: queued once, tried by the schedule, resent by hand."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from batches import queue
from batches.models import Batch, Delivery, DeliveryTry
from batches.services import deliveries, webhooks
from batches.services.deliveries import PAUSES
from core import outbound
from core.errors import DomainError
from core.work import claims, kinds, retrying, running, sweeping
from tests import broker

from .delivery_rows import NOON, Receiver, delivered, delivery_of, ended_batch, receiving, try_once

MINUTE = timedelta(minutes=1)


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    with receiving(settings) as server:
        yield server


@pytest.fixture
def announced(user: User, receiver: Receiver) -> Delivery:
    """What is queued at the end of a batch with a webhook."""
    deliveries.announce(ended_batch(user, webhook_url=receiver.url))
    return Delivery.objects.get()


def states(delivery: Delivery) -> tuple[object, ...]:
    delivery.refresh_from_db()
    return delivery.status, delivery.tries, delivery.due_at, delivery.error_code


def test_the_end_of_a_batch_queues_a_webhook_and_an_email(user, django_capture_on_commit_callbacks):
    batch = ended_batch(user, webhook_url="https://example.org/hook", email="ada@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        deliveries.announce(batch)
    by_channel = {delivery.channel: delivery for delivery in Delivery.objects.all()}
    assert {channel: one.target for channel, one in by_channel.items()} == {
        "webhook": "https://example.org/hook",
        "email": "ada@example.org",
    }
    assert {one.status for one in by_channel.values()} == {"pending"}
    assert sorted(broker.messages()) == sorted(
        ("core.work", [queue.DELIVERY, [str(one.pk)]]) for one in by_channel.values()
    )


def test_who_wants_none_is_told_nothing(user, django_assert_num_queries):
    batch = ended_batch(user)
    with django_assert_num_queries(0):
        deliveries.announce(batch)
    assert not Delivery.objects.exists()


def test_a_run_is_announced_once_and_the_next_one_again(user):
    batch = ended_batch(user, webhook_url="https://example.org/hook")
    deliveries.announce(batch)
    deliveries.announce(batch)
    assert Delivery.objects.count() == 1
    batch.run = 2
    deliveries.announce(batch)
    assert sorted(Delivery.objects.values_list("run", flat=True)) == [1, 2]


def test_the_database_keeps_a_run_from_being_told_twice_by_a_channel(user, announced):
    with pytest.raises(IntegrityError), transaction.atomic():
        delivery_of(user, batch=announced.batch, run=announced.run)


def test_what_a_webhook_says_and_that_the_reference_library_verifies_it(user, receiver, announced):
    secret = webhooks.rotate_secret(user=user, now=timezone.now())
    assert try_once(announced).status == "completed"
    batch = announced.batch
    assert receiver.verified(secret) == {
        "type": "batch.completed",
        "timestamp": "2026-03-01T12:00:00Z",
        "data": {
            "batch": str(batch.pk),
            "name": "shoes.csv",
            "run": 1,
            "status": "completed",
            "rows": {"total": 4, "done": 2, "partial": 1, "failed": 1},
            "images": {"total": 4, "done": 3, "failed": 1},
            "bytes": {"before": 3000, "after": 1200},
            "people": 6,
            "urls": {
                "page": f"https://pose.example/batches/{batch.pk}/",
                "api": f"https://pose.example/api/batches/{batch.pk}/",
                "output_csv": announced.body["data"]["urls"]["output_csv"],
            },
        },
    }
    assert announced.body["data"]["urls"]["output_csv"].startswith(f"https://pose.example/api/batches/{batch.pk}/")
    headers, body = receiver.taken[0]
    assert headers["webhook-id"] == f"msg_{announced.pk.hex}"
    assert headers["content-type"] == "application/json"
    assert b": " not in body


def test_what_was_not_asked_for_is_null_and_a_cancelled_batch_says_so(user):
    batch = ended_batch(
        user, stage=Batch.Stage.CANCELLED, compresses=True, finds_people=False, webhook_url="https://example.org/"
    )
    deliveries.announce(batch)
    data = Delivery.objects.get().body["data"]
    assert (data["status"], data["people"]) == ("cancelled", None)
    other = ended_batch(user, compresses=False, webhook_url="https://example.org/")
    deliveries.announce(other)
    assert Delivery.objects.get(batch=other).body["data"]["bytes"] is None


def test_one_that_arrives_is_delivered_and_logged(announced):
    delivery = try_once(announced)
    assert (delivery.status, delivery.tries, delivery.due_at) == ("completed", 1, None)
    assert delivery.delivered_at is not None
    log = delivery.log.get()
    assert (log.http_status, log.error_code) == (204, "")
    assert log.milliseconds is not None


def test_failed_tries_follow_the_schedule_under_one_id_and_then_it_has_failed(receiver, announced):
    receiver.statuses = [500] * (len(PAUSES) + 1)
    now = NOON
    for number, pause in enumerate(PAUSES, 1):
        delivery = try_once(announced, now=now)
        assert states(delivery) == ("held", number, now + pause, "")
        deliveries.feed(now + pause - timedelta(seconds=1))
        assert states(delivery)[0] == "held"
        now += pause
        deliveries.feed(now)
        assert states(delivery) == ("pending", number, None, "")
    delivery = try_once(announced, now=now)
    assert states(delivery) == ("failed", 7, None, "http_status_500")
    assert [pause // MINUTE for pause in PAUSES] == [1, 5, 30, 120, 360, 1440]
    assert receiver.ids == [f"msg_{delivery.pk.hex}"] * 7
    assert len({body for _, body in receiver.taken}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.taken}) == 7
    assert set(delivery.log.values_list("http_status", "error_code")) == {(500, "http_status_500")}
    assert delivery.log.count() == 7


def test_a_later_try_that_arrives_ends_it(receiver, announced):
    receiver.statuses = [503]
    try_once(announced, now=NOON)
    deliveries.feed(NOON + MINUTE)
    delivery = try_once(announced, now=NOON + MINUTE)
    assert (delivery.status, delivery.tries, delivery.log.count()) == ("completed", 2, 2)


def test_what_is_let_go_is_sent_to_the_workers(user, django_capture_on_commit_callbacks):
    held = {"status": "held", "lease_until": None, "tries": 1}
    due = delivery_of(user, **held, due_at=NOON)
    later = delivery_of(user, **held, due_at=NOON + MINUTE)
    with django_capture_on_commit_callbacks(execute=True):
        deliveries.feed(NOON)
    assert broker.messages() == [("core.work", [queue.DELIVERY, [str(due.pk)]])]
    assert states(later) == ("held", 1, NOON + MINUTE, "")


def test_a_sweep_with_nothing_due_is_one_read(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        deliveries.feed(NOON)


def test_the_sweep_feeds_deliveries(user):
    delivery = delivery_of(user, status="held", lease_until=None, tries=1, due_at=NOON)
    sweeping.sweep(now=NOON)
    assert states(delivery)[0] == "pending"


def test_gone_is_given_up_at_once(receiver, announced):
    receiver.statuses = [410]
    assert states(try_once(announced)) == ("failed", 1, None, "http_status_410")


@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_is_not_followed_and_counts_as_a_failed_try(receiver, announced, status):
    receiver.statuses = [status]
    delivery = try_once(announced, now=NOON)
    assert states(delivery) == ("held", 1, NOON + MINUTE, "")
    assert delivery.log.get().error_code == f"http_status_{status}"
    assert len(receiver.taken) == 1


def test_a_private_address_is_not_asked(receiver, announced, settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = (ip_network("10.0.0.0/8"),)
    delivery = try_once(announced)
    log = delivery.log.get()
    assert (delivery.status, log.error_code, log.http_status) == ("held", "address_blocked", None)
    assert receiver.taken == []
    assert "127.0.0.1" not in log.error_message


def test_a_server_that_is_not_there_is_tried_again(receiver, announced, settings):
    settings.OUTBOUND_ALLOWED_PORTS = frozenset({receiver.port, 1})
    Delivery.objects.update(target="http://127.0.0.1:1/")
    delivery = try_once(announced)
    assert (delivery.status, delivery.log.get().error_code) == ("held", "connect_failed")


def test_the_worker_that_was_killed_after_sending_leaves_it_to_the_next_under_the_same_id(receiver, announced):
    [claimed] = claims.claim(Delivery.objects.filter(pk=announced.pk), lease=timedelta(seconds=-1))
    deliveries._posted(claimed, timezone.now())  # and then it is killed
    sweeping.sweep(now=timezone.now())
    assert try_once(announced).status == "completed"
    assert receiver.ids == [f"msg_{announced.pk.hex}"] * 2


def test_who_has_lost_the_claim_writes_nothing(receiver, announced):
    [claimed] = claims.claim(Delivery.objects.filter(pk=announced.pk), lease=timedelta(seconds=-1))
    assert try_once(announced).status == "completed"
    with pytest.raises(claims.ClaimLost):
        deliveries.deliver(claimed)
    assert DeliveryTry.objects.count() == 1


def test_one_whose_batch_is_deleted_meanwhile_is_dropped_quietly(announced, monkeypatch, caplog):
    def delete(*args, **kwargs):
        Batch.objects.all().delete()
        return outbound.Answer(204, 1)

    monkeypatch.setattr(outbound, "post", delete)
    running.run(kinds.kind_named(queue.DELIVERY), [announced.pk])
    assert not Delivery.objects.exists()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_one_that_ends_its_worker_three_times_has_failed_and_says_so(user):
    delivery = delivery_of(user)
    Delivery.objects.update(
        status="running", claim="0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10", attempts=3, lease_until=NOON
    )
    sweeping.sweep(now=NOON + MINUTE)
    assert states(delivery)[0::3] == ("failed", "crashed")
    assert delivery.log.get().error_code == "crashed"


def test_what_nobody_expected_fails_it(announced, monkeypatch):
    monkeypatch.setattr(outbound, "post", lambda *args, **kwargs: 1 / 0)
    running.run(kinds.kind_named(queue.DELIVERY), [announced.pk])
    assert states(announced)[0::3] == ("failed", "unexpected")
    assert announced.log.get().error_code == "unexpected"


@pytest.mark.parametrize(
    "state",
    [
        {"status": "completed", "delivered_at": NOON},
        {"status": "failed", "error_code": "http_status_500"},
        {"status": "held", "due_at": NOON},
    ],
)
def test_resending_begins_anew_under_the_same_id(user, state, django_capture_on_commit_callbacks):
    delivery = delivery_of(user, **{"lease_until": None, "tries": 5, **state})
    with django_capture_on_commit_callbacks(execute=True):
        deliveries.resend(delivery=delivery, actor=user)
    assert states(delivery) == ("pending", 0, None, "")
    assert delivery.delivered_at is None
    assert broker.messages() == [("core.work", [queue.DELIVERY, [str(delivery.pk)]])]


@pytest.mark.parametrize("status", ["pending", "running"])
def test_one_that_is_queued_or_being_sent_is_not_resent(user, status):
    delivery = delivery_of(user)
    if status == "running":
        claims.claim(Delivery.objects.all(), lease=timedelta(seconds=-1))
    before = states(delivery)
    with pytest.raises(claims.Busy):
        deliveries.resend(delivery=delivery, actor=user)
    assert states(delivery) == before


def test_resending_one_that_was_deleted_meanwhile_says_so(user):
    delivery = delivered(user)
    Delivery.objects.all().delete()
    with pytest.raises(claims.ClaimLost):
        deliveries.resend(delivery=delivery, actor=user)


def test_an_operators_retry_begins_the_schedule_anew(user, admin_user):
    delivery = delivery_of(
        user, status="failed", lease_until=None, error_code="http_status_500", tries=7, has_begun_sending=True
    )
    kind = kinds.kind_named(queue.DELIVERY)
    deliveries.note_retry([delivery.pk], admin_user)
    delivery.refresh_from_db()
    assert (delivery.tries, delivery.has_begun_sending) == (0, False)
    assert retrying.retry(kind, [str(delivery.pk)], actor=admin_user) == 1


def test_a_ping_is_signed_and_tried_once(user, receiver):
    receiver.statuses = [500]
    secret = webhooks.rotate_secret(user=user, now=timezone.now())
    delivery = try_once(deliveries.ping(owner=user, url=receiver.url))
    assert states(delivery) == ("failed", 1, None, "http_status_500")
    assert receiver.verified(secret)["type"] == "ping"
    assert delivery.batch is None


def test_pings_go_one_at_a_time_for_each_user(user, stranger):
    first = deliveries.ping(owner=user, url="https://example.org/")
    with pytest.raises(claims.Busy):
        deliveries.ping(owner=user, url="https://example.org/")
    deliveries.ping(owner=stranger, url="https://example.org/")
    Delivery.objects.filter(pk=first.pk).update(status="completed", lease_until=None)
    deliveries.ping(owner=user, url="https://example.org/")
    assert Delivery.objects.count() == 3


@pytest.mark.parametrize(
    ("url", "code"),
    [("ftp://example.org/", "url_scheme"), ("https://example.org:25/", "url_port"), ("no", "url_invalid")],
)
def test_a_ping_to_no_proper_address_is_refused(user, url, code):
    with pytest.raises(DomainError) as refused:
        deliveries.ping(owner=user, url=url)
    assert refused.value.code in (code, "url_scheme")
    assert list(refused.value.fields) == ["url"]
    assert not Delivery.objects.exists()


def test_announcing_costs_the_same_however_many_rows_there_are(user):
    batch = ended_batch(user, webhook_url="https://example.org/hook")
    with CaptureQueriesContext(connection) as queries:
        deliveries.announce(batch)
    assert len(queries) <= 10
