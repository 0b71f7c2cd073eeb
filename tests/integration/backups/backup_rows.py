"""Rows of backups without a file, for tests that look at rows alone."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from backups.models import Backup, Check, Notice
from core.work import claims

_numbers = itertools.count()


def backup_row(at: datetime | None = None, *, status: str = "completed", **values: Any) -> Backup:
    """A backup of that moment: a good one unless `values` say otherwise."""
    at = at or timezone.now()
    fields: dict[str, Any] = {"kind": Backup.Kind.SCHEDULED, "status": status, "created_at": at, "lease_until": None}
    if status == "completed":
        second = next(_numbers)
        fields |= {
            "name": f"{at:%Y-%m-%d}-{second:06}-backup.zip",
            "started_at": at,
            "finished_at": at + timedelta(seconds=30),
            "verified_at": at + timedelta(seconds=30),
            "size_bytes": 1000,
            "sha256": f"{second:064}",
            "vendor": "sqlite",
            "database_bytes": 400,
            "row_count": 10,
            "file_count": 2,
            "file_bytes": 500,
        }
    elif status == "failed":
        fields |= {"started_at": at, "finished_at": at, "error_code": "no_space", "error_message": "The disk is full."}
    else:
        fields |= claims.queued() if status == "pending" else claims.claimed_from_the_start(timedelta(minutes=2))
    return Backup.objects.create(**{**fields, **values})


def check_row(backup: Backup, at: datetime | None = None, *, status: str = "completed", **values: Any) -> Check:
    """A drill of that moment that has passed, unless `values` say otherwise."""
    at = at or timezone.now()
    fields: dict[str, Any] = {"kind": Check.Kind.DRILL, "status": status, "created_at": at, "lease_until": None}
    if status in ("completed", "failed"):
        fields |= {"started_at": at, "finished_at": at}
    else:
        fields |= claims.queued() if status == "pending" else claims.claimed_from_the_start(timedelta(minutes=2))
    if status == "failed":
        fields |= {"error_code": "damaged", "error_message": "The bytes are wrong."}
    return Check.objects.create(backup=backup, **{**fields, **values})


def notice_row(backup: Backup, **values: Any) -> Notice:
    """An e-mail about a backup that waits for a worker, unless `values` say otherwise."""
    fields = {"event": Notice.Event.COMPLETED, "recipients": ["ops@example.org"], **claims.queued()}
    return Notice.objects.create(backup=backup, **{**fields, **values})
