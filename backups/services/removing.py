"""Removing a backup's file, and its second copy; its row stays, for the log of downloads."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from backups.models import Backup
from core.errors import Conflict

from . import copying, folder

logger = logging.getLogger(__name__)


def remove(backup: Backup, *, now: datetime) -> None:
    """File first: should this be ended in between, the row names a file that is gone, which the next look notes."""
    folder.path_of(backup).unlink(missing_ok=True)
    if backup.copied_at is not None:
        copying.remove(backup.name, storage_name=backup.copy_storage)
    Backup.objects.filter(pk=backup.pk).update(removed_at=now)
    backup.removed_at = now


def delete(*, backup: Backup, actor: User) -> None:
    """As an operator asks. Raises Conflict for one that is being made, checked, or is the last good one."""
    with transaction.atomic():
        # Locked, lest two at a time take each other's for the one that is left.
        good = set(Backup.objects.good().select_for_update().order_by("pk").values_list("pk", flat=True))
        backup.refresh_from_db()
        _check(backup, good)
        if backup.name:
            remove(backup, now=timezone.now())
        else:
            Backup.objects.filter(pk=backup.pk).update(removed_at=timezone.now())
    logger.info("backup %s (%s) was deleted by user %s", backup.name or "without a file", backup.pk, actor.pk)


def _check(backup: Backup, good: set[UUID]) -> None:
    if backup.is_unfinished:
        raise Conflict("backup_running", "This backup is being made. Wait until it is done.")
    if backup.checks.unfinished().exists():
        raise Conflict(
            "backup_checked", "This backup is being verified or restored as a drill. Wait until that is done."
        )
    if good == {backup.pk}:
        raise Conflict("last_good_backup", "This is the only verified backup. Make another one first.")
