"""How backups and checks stand, in one word for programs and people."""

from django.db import models

from backups.models import Backup, Check
from core.work.item import WorkItem

_Status = WorkItem.Status


class BackupState(models.TextChoices):
    """A complete one has every file that a row names; a partial one lacks some, or has some that are damaged."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    PARTIAL = "partial", "Partial"
    FAILED = "failed", "Failed"


class CheckState(models.TextChoices):
    """What came of a verification or a drill."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"


_UNFINISHED_OR_FAILED = {_Status.PENDING: "waiting", _Status.RUNNING: "running", _Status.FAILED: "failed"}


def state_of(backup: Backup) -> BackupState:
    """A backup's."""
    if backup.status == _Status.COMPLETED:
        return BackupState.PARTIAL if backup.is_partial else BackupState.COMPLETE
    return BackupState(_UNFINISHED_OR_FAILED[_Status(backup.status)])


def check_state_of(check: Check) -> CheckState:
    """A check's."""
    if check.status == _Status.COMPLETED:
        return CheckState.PASSED
    return CheckState(_UNFINISHED_OR_FAILED[_Status(check.status)])
