"""E-mails to the operators: recorded with what they tell of, sent by workers, tried again for a day and a half.

An e-mail that cannot be sent is written down with the reason and never fails a backup.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from backups import queue
from backups.models import Backup, Check, Notice
from core import mail
from core.work import claims, kinds, running

from . import messages

logger = logging.getLogger(__name__)

_DUE_AT_ONCE = 100
_Event = Notice.Event


def tell_of_success(backup: Backup) -> None:
    """In the transaction that completes a backup, be it partial."""
    _queue(_Event.COMPLETED, backup=backup)


def tell_of_failure(backup: Backup) -> None:
    """In the transaction that fails a backup."""
    _queue(_Event.FAILED, backup=backup)


def tell_of_check(check: Check) -> None:
    """In the transaction that fails a verification or a drill."""
    event = _Event.DRILL_FAILED if check.kind == Check.Kind.DRILL else _Event.DAMAGED
    _queue(event, backup=check.backup, found_by=check)


def send_unrecorded(*, reason: str) -> None:
    """Tells of a failure that the database cannot record, as it is down itself; what goes wrong is in the log."""
    if not settings.BACKUP_EMAILS:
        return
    try:
        mail.send(messages.without_database(reason, now=timezone.now()))
    except (mail.MailNotSent, mail.MailPerhapsSent) as error:
        logger.warning("the failed backup could not be told of: %s", error.message)


def send(notice: Notice) -> None:
    """A worker's: sends the claimed notice, or has it wait for the next try. Raises ClaimLost."""
    if notice.has_begun_sending:  # and its worker has not lived to say how that ended
        _settle(notice, mail.MailPerhapsSent(), now=timezone.now())
        return
    message = messages.message_of(notice)
    with transaction.atomic():
        if not claims.renew([notice], lease=queue.NOTICE_LEASE):
            raise claims.ClaimLost
        Notice.objects.filter(pk=notice.pk).update(has_begun_sending=True)
    error: mail.MailNotSent | mail.MailPerhapsSent | None = None
    try:
        mail.send(message)
    except (mail.MailNotSent, mail.MailPerhapsSent) as found:
        error = found
    _settle(notice, error, now=timezone.now())


def send_here() -> None:
    """Sends in this process what waits for a worker: a command may run where none is. What fails is tried again."""
    kind = kinds.kind_named(queue.NOTICE)
    try:
        for notice in claims.claim(Notice.objects.all(), lease=queue.NOTICE_LEASE):
            running.work_on(kind, notice)
    except DatabaseError:  # what is told of has happened all the same
        logger.warning("e-mails about backups wait for a worker", exc_info=True)


def note_failure(notice: Notice) -> None:
    """In the transaction that fails a notice whose worker died or met with what nobody expected."""
    Notice.objects.filter(pk=notice.pk).update(last_error=notice.error_message)


def note_retry(keys: Sequence[UUID], actor: Any) -> None:
    """In the transaction that queues failed notices anew."""
    Notice.objects.filter(pk__in=keys).update(tries=0, due_at=None, has_begun_sending=False)


def feed(now: datetime) -> None:
    """The sweep's: lets go what is due."""
    queue.send_notices(claims.queue_due(Notice.objects.all(), now=now, at_most=_DUE_AT_ONCE))


def _queue(event: str, *, backup: Backup, found_by: Check | None = None) -> None:
    if not settings.BACKUP_EMAILS or not backup.wants_email:
        return
    notice = Notice.objects.create(
        event=event,
        backup=backup,
        found_by=found_by,
        recipients=list(settings.BACKUP_EMAILS),
        **claims.queued(),
    )
    queue.send_notices([notice.pk])


def _settle(notice: Notice, error: mail.MailNotSent | mail.MailPerhapsSent | None, *, now: datetime) -> None:
    tries = notice.tries + 1
    message = error.message if error else ""
    with transaction.atomic():
        if error is None:
            claims.finish(notice, tries=tries, last_error="", sent_at=now)
        elif isinstance(error, mail.MailPerhapsSent) or tries > len(mail.PAUSES):
            claims.finish(notice, tries=tries, last_error=message, error_code=error.code, error_message=message)
        else:
            due_at = now + mail.PAUSES[tries - 1]
            claims.hold(notice, tries=tries, last_error=message, due_at=due_at, has_begun_sending=False)
