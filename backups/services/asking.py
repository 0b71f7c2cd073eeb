"""Asking for a backup, or for a look at one: in the background for pages and API, here and now for commands."""

import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.utils import timezone

from backups import queue
from backups.models import Backup, Check
from core.errors import Conflict
from core.work import claims, kinds, running

from . import folder, taking
from .errors import BackupFailed, BackupRuns

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# No worker has taken it up for so long: none is alive, and a command need not wait for one.
_PATIENCE = timedelta(minutes=10)


def run_now(*, actor: "User") -> Backup:
    """Queues a manual backup. Raises BackupRuns while another waits or is made."""
    with transaction.atomic():
        backup = _create(kind=Backup.Kind.MANUAL, asked_by=actor, **claims.queued())
        queue.send_backup(backup.pk)
    logger.info("backup %s was asked for by user %s", backup.pk, actor.pk)
    return backup


def run_here(*, kind: str, wants_email: bool) -> Backup:
    """Makes a backup in this process, and answers its row, which says how it went.

    Raises BackupRuns while another is made, and what the database raises that is down.
    """
    try:
        folder.prepare()
        with folder.turn():  # so whoever has an unfinished row has died, or waits for a worker in vain
            _settle_dead()
            backup = _create_claimed(kind, wants_email=wants_email)
            _work_here(queue.BACKUP, backup, taking.take_in_turn)
    except BackupFailed as error:  # of the folder; what goes wrong later is in the row
        backup = _create_claimed(kind, wants_email=wants_email)
        running.fail(kinds.kind_named(queue.BACKUP), backup, error.code, error.message)
    return backup


def check(*, backup: Backup, kind: str, actor: "User") -> Check:
    """Queues a verification or a drill. Raises Conflict where there is nothing to look at, or one is under way."""
    with transaction.atomic():
        found = _create_check(backup, kind, asked_by=actor, **claims.queued())
        queue.send_check(found.pk)
    logger.info("%s was asked for by user %s", found, actor.pk)
    return found


def check_here(*, backup: Backup, kind: str) -> Check:
    """The same in this process; the row says how it went."""
    found = _create_check(backup, kind, **claims.claimed_from_the_start(queue.LEASE))
    _work_here(queue.CHECK, found)
    return found


def _create_claimed(kind: str, *, wants_email: bool) -> Backup:
    return _create(kind=kind, wants_email=wants_email, **claims.claimed_from_the_start(queue.LEASE))


def _create(**values: object) -> Backup:
    try:
        with transaction.atomic():
            return Backup.objects.create(**values)
    except IntegrityError as error:  # the constraint: one at a time
        raise BackupRuns from error


def _create_check(backup: Backup, kind: str, **values: object) -> Check:
    if not backup.is_there:
        raise Conflict("no_file", "This backup has no file to look at.")
    try:
        with transaction.atomic():
            return Check.objects.create(backup=backup, kind=kind, **values)
    except IntegrityError as error:
        raise claims.Busy from error


def _work_here(kind_name: str, item: Backup | Check, work: Callable[[Any], None] | None = None) -> None:
    kind = kinds.kind_named(kind_name)
    try:
        running.work_on(kind, item, work)
    except KeyboardInterrupt:
        running.fail(kind, item, "interrupted", "It was interrupted.")
        raise
    except (DatabaseError, InterfaceError) as error:
        if isinstance(item, Backup) and taking.is_made(item):  # and the next one, or a worker, ends it
            raise
        connection.close_if_unusable_or_obsolete()  # the database may be back already
        with contextlib.suppress(claims.ClaimLost):
            running.fail(kind, item, "database_unavailable", f"The database was lost in the middle: {_said(error)}")
    item.refresh_from_db()


def _settle_dead() -> None:
    kind = kinds.kind_named(queue.BACKUP)
    now = timezone.now()
    for backup in Backup.objects.unfinished():
        with contextlib.suppress(claims.ClaimLost):  # a worker has taken it up in this moment
            is_made = taking.is_made(backup)
            if backup.status == Backup.Status.RUNNING and is_made:
                running.work_on(kind, backup, taking.take_in_turn)
            elif backup.status == Backup.Status.RUNNING:
                running.fail(kind, backup, "interrupted", "Its process was ended before it was done.")
            elif is_made or now - backup.queued_at > _PATIENCE:
                for claimed in claims.claim(Backup.objects.filter(pk=backup.pk), lease=queue.LEASE):
                    if is_made:
                        running.work_on(kind, claimed, taking.take_in_turn)
                    else:
                        running.fail(kind, claimed, "no_worker", "No worker took it up for ten minutes.")


def _said(error: Exception) -> str:
    return " ".join(str(error).split())
