"""The e-mail at the end of a batch: what it says, and that it is sent once."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import User
from batches import queue
from batches.models import Batch, Delivery
from batches.services import deliveries, mailing
from batches.services.deliveries import PAUSES
from core.errors import Conflict
from core.storage.errors import StorageUnavailable
from core.work import claims, kinds, running, sweeping
from poses.services import photo_files
from tests.mail_server import MailServer, mail_server

from .delivery_rows import CSV, NOON, ended_batch, try_once

MINUTE = timedelta(minutes=1)


@pytest.fixture
def smtp(settings) -> Iterator[MailServer]:
    with mail_server(settings) as server:
        yield server


def announced(user: User, **values: object) -> Delivery:
    deliveries.announce(ended_batch(user, email="ada@example.org", **values))
    return Delivery.objects.get(channel="email")


def test_it_says_what_came_of_the_batch_and_where_it_is(user):
    delivery = try_once(announced(user))
    assert delivery.status == "completed"
    [message] = mail.outbox
    pk = delivery.batch_id
    assert message.subject == "Batch shoes.csv: 2 of 4 rows done"
    assert message.to == ["ada@example.org"]
    assert (
        message.body
        == f"""\
The batch shoes.csv is done.

Rows: 2 of 4 done, 1 partly, 1 failed
Images: 3 of 4 done, 1 failed
Size: 2.9\xa0KB before, 1.2\xa0KB after (60 % less)
People found: 6

The CSV of results is attached. It is also here, after a login:
{delivery.body["data"]["urls"]["output_csv"]}

The batch, with the rows that failed and why:
https://pose.example/batches/{pk}/
"""
    )
    assert delivery.log.get().error_code == ""


def test_it_leaves_out_what_was_not_asked_for_and_says_that_it_was_cancelled(user):
    try_once(announced(user, compresses=True, finds_people=False, stage=Batch.Stage.CANCELLED, run=2))
    try_once(announced_other(user))
    cancelled, uncompressed = (message.body for message in mail.outbox)
    assert cancelled.startswith("The batch shoes.csv was cancelled (run 2).\n")
    assert "People" not in cancelled
    assert "Size" not in uncompressed


def announced_other(user: User) -> Delivery:
    batch = ended_batch(user, email="ada@example.org", compresses=False)
    deliveries.announce(batch)
    return Delivery.objects.get(batch=batch)


def test_the_output_csv_is_attached_byte_for_byte(user):
    content = CSV + '2,"Schuhe\nfür Zoë, ' + "x" * 2000 + '"\r\n'
    try_once(announced(user, csv=content, name="Schuhe für Zoë.csv"))
    sent = message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    [part] = sent.iter_attachments()
    assert part.get_filename() == "Schuhe für Zoë-results.csv"
    assert part.get_content_type() == "text/csv"
    assert part.get_payload(decode=True) == content.encode()


def test_a_large_one_is_only_linked(user, monkeypatch):
    monkeypatch.setattr("core.mail.ATTACHED_AT_MOST_BYTES", 10)
    try_once(announced(user))
    [message] = mail.outbox
    assert message.attachments == []
    assert "The CSV of results is here, after a login:\nhttps://pose.example/api/" in message.body


@pytest.mark.parametrize("change", [{"run": 2}, {"status": "held", "finished_at": None}, {"results": ""}])
def test_a_csv_that_is_another_runs_or_not_there_is_only_linked(user, change):
    delivery = announced(user)
    Batch.objects.update(**change)
    try_once(delivery)
    assert mail.outbox[0].attachments == []


def test_a_csv_whose_file_is_gone_is_only_linked(user):
    delivery = announced(user)
    photo_files.remove(delivery.batch.results.name)
    assert try_once(delivery).status == "completed"
    assert mail.outbox[0].attachments == []


def test_a_storage_that_is_down_has_it_wait_and_costs_no_try(user, monkeypatch):
    delivery = announced(user)

    def down(file):
        raise StorageUnavailable

    monkeypatch.setattr(photo_files, "read", down)
    running.run(kinds.kind_named(queue.DELIVERY), [delivery.pk])
    delivery.refresh_from_db()
    assert (delivery.status, delivery.tries, delivery.attempts, delivery.has_begun_sending) == ("pending", 0, 0, False)
    assert mail.outbox == []
    monkeypatch.undo()
    assert try_once(delivery).status == "completed"


def test_a_name_adds_no_header(user):
    try_once(announced(user, name="a.csv\r\nBcc: eve@example.org\n\u2028b\x01"))
    [message] = mail.outbox
    assert message.subject == "Batch a.csv Bcc: eve@example.org b: 2 of 4 rows done"
    assert message.message()["Bcc"] is None
    assert message.recipients() == ["ada@example.org"]


def test_its_message_id_is_the_same_at_every_try_and_says_that_a_program_sends_it(user, settings):
    settings.DEFAULT_FROM_EMAIL = "PoseSite <pose@mail.example>"
    delivery = announced(user)
    ids = {mailing.message_of(delivery).extra_headers["Message-ID"] for _ in range(2)}
    assert ids == {f"<{delivery.pk.hex}@mail.example>"}
    assert mailing.message_of(delivery).message()["Auto-Submitted"] == "auto-generated"


def test_a_mail_server_takes_it(user, smtp):
    assert try_once(announced(user)).status == "completed"
    [content] = smtp.taken
    assert b"Subject: Batch shoes.csv: 2 of 4 rows done" in content


def test_one_that_the_server_refuses_is_tried_again_by_the_schedule(user, smtp):
    smtp.replies = {"RCPT": "451 later"}
    delivery = try_once(announced(user), now=NOON)
    assert (delivery.status, delivery.tries, delivery.due_at) == ("held", 1, NOON + PAUSES[0])
    assert delivery.log.get().error_code == "mail_refused"
    assert delivery.has_begun_sending is False
    smtp.replies = {}
    deliveries.feed(NOON + PAUSES[0])
    assert try_once(delivery, now=NOON + PAUSES[0]).status == "completed"
    assert len(smtp.taken) == 1


def test_a_server_that_is_not_there_is_tried_again(user, settings, smtp):
    settings.EMAIL_PORT = 1
    delivery = try_once(announced(user), now=NOON)
    assert (delivery.status, delivery.due_at) == ("held", NOON + PAUSES[0])
    log = delivery.log.get()
    assert log.error_code == "mail_unreachable"
    assert "127.0.0.1" not in log.error_message


def test_after_the_last_try_it_has_failed(user, smtp):
    smtp.replies = {"RCPT": "451 later"}
    delivery, now = announced(user), NOON
    for pause in PAUSES:
        try_once(delivery, now=now)
        now += pause
        deliveries.feed(now)
    delivery = try_once(delivery, now=now)
    assert (delivery.status, delivery.error_code, delivery.tries) == ("failed", "mail_refused", 7)


def test_a_conversation_that_breaks_off_may_have_sent_it_and_is_not_repeated(user, smtp):
    smtp.replies = {".": ""}
    delivery = try_once(announced(user))
    assert (delivery.status, delivery.error_code) == ("failed", "sending_interrupted")
    assert "Resend it" in delivery.error_message


def test_a_worker_that_is_killed_while_sending_leaves_it_failed_and_it_is_sent_once(user, monkeypatch):
    delivery = announced(user)

    class Killed(BaseException):
        """As SIGKILL: nothing is caught, nothing is cleaned up."""

    def send_and_die(message):
        message.send()
        raise Killed

    monkeypatch.setattr("core.mail.send", send_and_die)
    with pytest.raises(Killed):
        try_once(delivery)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.has_begun_sending) == ("running", True)
    monkeypatch.undo()
    later = timezone.now() + timedelta(minutes=4)
    sweeping.sweep(now=later)
    delivery = try_once(delivery)
    assert (delivery.status, delivery.error_code) == ("failed", "sending_interrupted")
    assert len(mail.outbox) == 1


def test_the_slowest_server_is_waited_for_longer_than_a_worker_may_take(user, monkeypatch):
    delivery, leases = announced(user), []
    monkeypatch.setattr("core.mail.send", lambda message: leases.append(Delivery.objects.get().lease_until))
    try_once(delivery)
    assert leases[0] > timezone.now() + timedelta(seconds=120)


@pytest.mark.django_db(transaction=True)
def test_that_sending_has_begun_is_committed_before_it_does(user, monkeypatch):
    delivery, seen = announced(user), []

    def look(message):
        seen.append((connection.in_atomic_block, Delivery.objects.get().has_begun_sending))

    monkeypatch.setattr("core.mail.send", look)
    assert try_once(delivery).status == "completed"
    assert seen == [(False, True)]


def test_who_has_lost_the_claim_sends_nothing(user):
    delivery = announced(user)
    [claimed] = claims.claim(Delivery.objects.all(), lease=timedelta(seconds=-1))
    Delivery.objects.update(claim="0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10")
    with pytest.raises(claims.ClaimLost):
        deliveries.deliver(claimed)
    assert mail.outbox == []
    delivery.refresh_from_db()
    assert delivery.has_begun_sending is False


def test_resending_by_hand_sends_it_once_more_and_not_within_a_minute(user):
    delivery = try_once(announced(user))
    with pytest.raises(Conflict) as refused:
        deliveries.resend(delivery=delivery, actor=user)
    assert refused.value.code == "resent_lately"
    delivery.log.update(at=timezone.now() - MINUTE)
    deliveries.resend(delivery=delivery, actor=user)
    assert delivery.has_begun_sending is False
    assert try_once(delivery).status == "completed"
    assert len(mail.outbox) == 2
