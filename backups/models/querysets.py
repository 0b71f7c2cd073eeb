"""Reads that chain. Who may see what is written here and nowhere else."""

from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeAlias

from django.db import models
from django.db.models import Q

from core.work.item import WorkItem

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    # These stand in quotes below.
    from .backup import Backup  # noqa: F401
    from .check import Check  # noqa: F401

Viewer: TypeAlias = "User | AnonymousUser"

OPERATE = "backups.operate_backup"
_Status = WorkItem.Status
_UNFINISHED = Q(status__in=(_Status.PENDING, _Status.RUNNING))


class BackupQuerySet(models.QuerySet["Backup"]):
    """Backups."""

    def visible_to(self, user: Viewer) -> Self:
        """All of them, to those who operate the site; a backup holds everyone's photos."""
        return self if user.has_perm(OPERATE) else self.none()

    def unfinished(self) -> Self:
        """Those that wait or run: one at most."""
        return self.filter(_UNFINISHED)

    def running(self, now: datetime) -> Self:
        """Whose process was heard of lately."""
        return self.filter(status=_Status.RUNNING, lease_until__gte=now)

    def there(self) -> Self:
        """Whose file is there to be restored, as far as is known."""
        return self.filter(status=_Status.COMPLETED, removed_at=None)

    def good(self) -> Self:
        """Whole, verified, and there."""
        return self.there().filter(is_partial=False, verified_at__isnull=False, verify_error="")

    def listed(self) -> Self:
        """What the list shows: everything but what was removed."""
        return self.filter(removed_at=None)


class CheckQuerySet(models.QuerySet["Check"]):
    """Verifications and drills."""

    def visible_to(self, user: Viewer) -> Self:
        """All of them, to those who operate the site."""
        return self if user.has_perm(OPERATE) else self.none()

    def passed(self) -> Self:
        """Those that found everything as it should be, the last one first."""
        return self.filter(status=_Status.COMPLETED).order_by("-finished_at")

    def unfinished(self) -> Self:
        """Those that wait or run."""
        return self.filter(_UNFINISHED)
