"""Webhooks and e-mails: queued with the end of a batch, tried until they arrive, sent again by hand.

A webhook that a killed worker may have sent is sent again under the same id. An e-mail is not: that its sending begins
is written down before, and what was cut short then is left to a person.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from batches import queue
from batches.models import Batch, Delivery, DeliveryTry, WebhookSecret
from batches.selectors.delivery_bodies import completed_body, ping_body
from core import mail, outbound
from core.errors import Conflict, DomainError
from core.mail import MailNotSent, MailPerhapsSent
from core.outbound import OutboundError
from core.work import claims

from . import mailing, webhooks

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# Webhooks are tried as often as e-mails.
PAUSES = mail.PAUSES
# Nobody's inbox is filled by hand.
BETWEEN_EMAILS = timedelta(minutes=1)
# Longer than a worker may take at all: a slow mail server is no reason to think that its worker has died.
_SENDING_LEASE = timedelta(minutes=3)
_GONE = f"http_status_{HTTPStatus.GONE.value}"
_STATUS = "http_status_"
_DUE_AT_ONCE = 500
_Status = Delivery.Status
# Nobody sends it, and no message is on its way that will have it sent.
_AT_REST = (_Status.HELD, _Status.COMPLETED, _Status.FAILED)
_ANEW: dict[str, Any] = {"tries": 0, "due_at": None, "delivered_at": None, "has_begun_sending": False}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Of one try; without an error it has arrived."""

    at: datetime
    milliseconds: int | None = None
    http_status: int | None = None
    error: DomainError | None = None
    is_final: bool = False


def announce(batch: Batch) -> None:
    """Queues what tells of the end of a batch's run, each once; in the transaction that ends it."""
    targets = {Delivery.Channel.WEBHOOK: batch.webhook_url, Delivery.Channel.EMAIL: batch.email}
    if not any(targets.values()):
        return
    told = {
        "owner_id": batch.owner_id,
        "event": Delivery.Event.COMPLETED,
        "body": completed_body(batch, now=timezone.now()),
    }
    for channel, target in targets.items():
        if not target:
            continue
        delivery, is_new = Delivery.objects.get_or_create(
            batch=batch, run=batch.run, channel=channel, defaults={**told, "target": target, **claims.queued()}
        )
        if is_new:
            queue.send_deliveries([delivery.pk])


def ping(*, owner: "User", url: str) -> Delivery:
    """Queues a webhook that says nothing and is tried once; one at a time.

    Raises DomainError on the field `url`, and Busy.
    """
    try:
        outbound.check_url(url)
    except OutboundError as error:
        raise DomainError.on_field("url", error.code, error.message) from error
    now = timezone.now()
    with transaction.atomic():
        webhooks.ensure_secret(owner.pk, now=now)
        WebhookSecret.objects.select_for_update().get(user=owner)  # of two at a time, the second finds the first
        pings = Delivery.objects.filter(owner=owner, event=Delivery.Event.PING)
        if pings.exclude(status__in=_AT_REST).exists():
            raise claims.Busy
        delivery = Delivery.objects.create(
            owner=owner,
            channel=Delivery.Channel.WEBHOOK,
            event=Delivery.Event.PING,
            target=url,
            body=ping_body(now=now),
            **claims.queued(),
        )
        queue.send_deliveries([delivery.pk])
    return delivery


def resend(*, delivery: Delivery, actor: "User") -> None:
    """Has a delivery tried again now and by the whole schedule, whether it has arrived, failed or waits; its id stays.

    Raises Busy while it is queued or being sent, Conflict where an e-mail was sent a moment ago.
    """
    if delivery.channel == Delivery.Channel.EMAIL:
        last = delivery.log.first()
        if last is not None and timezone.now() - last.at < BETWEEN_EMAILS:
            raise Conflict("resent_lately", "This e-mail was tried less than a minute ago. Wait a minute.")
    with transaction.atomic():
        keys = claims.queue(Delivery.objects.filter(pk=delivery.pk, status__in=_AT_REST), **_ANEW)
        if not keys:
            claims.raise_busy(delivery)
        queue.send_deliveries(keys)
    logger.info("delivery %s is resent by user %s", delivery.pk, actor.pk)
    delivery.refresh_from_db()


def feed(now: datetime) -> None:
    """Lets go what is due."""
    queue.send_deliveries(claims.queue_due(Delivery.objects.all(), now=now, at_most=_DUE_AT_ONCE))


def deliver(delivery: Delivery, *, now: datetime | None = None) -> None:
    """A worker's: tries the claimed delivery once, at the moment `now`. Raises Unavailable, ClaimLost."""
    at = now or timezone.now()
    send = _mailed if delivery.channel == Delivery.Channel.EMAIL else _posted
    _settle(delivery, send(delivery, at))


def note_failure(delivery: Delivery) -> None:
    """In the transaction that fails a delivery whose worker died or met with what nobody expected."""
    _log(delivery, _Outcome(timezone.now(), error=DomainError(delivery.error_code, delivery.error_message)))


def note_retry(keys: Sequence[UUID], actor: Any) -> None:
    """In the transaction that queues failed deliveries from the queue's page: as if each were resent."""
    Delivery.objects.filter(pk__in=keys).update(**_ANEW)


def _posted(delivery: Delivery, at: datetime) -> _Outcome:
    body = webhooks.bytes_of(delivery.body)
    headers = webhooks.signed_headers(user_id=delivery.owner_id, message_id=f"msg_{delivery.pk.hex}", body=body, now=at)
    started = time.monotonic()
    try:
        answer = outbound.post(delivery.target, body=body, headers=headers)
    except OutboundError as error:
        status = error.code.removeprefix(_STATUS)
        return _Outcome(
            at,
            milliseconds=_since(started),
            http_status=int(status) if status != error.code else None,
            error=error,
            is_final=error.code == _GONE or delivery.event == Delivery.Event.PING,
        )
    return _Outcome(at, milliseconds=answer.milliseconds, http_status=answer.status)


def _mailed(delivery: Delivery, at: datetime) -> _Outcome:
    if delivery.has_begun_sending:  # and its worker has not lived to say how that ended
        return _Outcome(at, error=MailPerhapsSent(), is_final=True)
    message = mailing.message_of(delivery)
    with transaction.atomic():
        if not claims.renew([delivery], lease=_SENDING_LEASE):
            raise claims.ClaimLost
        Delivery.objects.filter(pk=delivery.pk).update(has_begun_sending=True)
    started = time.monotonic()
    try:
        mail.send(message)
    except (MailNotSent, MailPerhapsSent) as error:
        is_final = isinstance(error, MailPerhapsSent)
        return _Outcome(at, milliseconds=_since(started), error=error, is_final=is_final)
    return _Outcome(at, milliseconds=_since(started))


def _settle(delivery: Delivery, outcome: _Outcome) -> None:
    """Writes down what came of a try: it has arrived, is held until the next one, or has failed."""
    tries, error = delivery.tries + 1, outcome.error
    with transaction.atomic():
        # First of all, so that nothing is written about what was deleted or taken over meanwhile.
        if not Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim).update(tries=tries):
            raise claims.ClaimLost
        _log(delivery, outcome)
        if error is None:
            claims.finish(delivery, delivered_at=timezone.now())
        elif outcome.is_final or tries > len(PAUSES):
            claims.finish(delivery, error_code=error.code, error_message=error.message)
        else:
            claims.hold(delivery, due_at=outcome.at + PAUSES[tries - 1], has_begun_sending=False)


def _log(delivery: Delivery, outcome: _Outcome) -> None:
    error = outcome.error
    DeliveryTry.objects.create(
        delivery=delivery,
        at=outcome.at,
        milliseconds=outcome.milliseconds,
        http_status=outcome.http_status,
        error_code=error.code if error else "",
        error_message=error.message if error else "",
    )


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
