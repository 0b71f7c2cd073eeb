"""Backups as pages and API see them: rows of every state, each complete one with a small ZIP in the folder."""

import hashlib
import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from backups.models import Backup, Check, Download, Notice
from core.work import claims

FIRST_DAY = datetime(2026, 1, 1, 23, 59, tzinfo=timezone.get_default_timezone())
MESSAGE = "The disk of /srv/backups was full before the backup was whole; nothing of it was kept. Make room."


def zip_of(number: int) -> bytes:
    """A small ZIP that differs from number to number."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("manifest.json"), f"{{}}{' ' * number}")
        archive.writestr(zipfile.ZipInfo("files/photo.jpg"), bytes(range(256)) * 4)
    return target.getvalue()


def made(number: int = 0, *, started_at: datetime | None = None, **fields: Any) -> Backup:
    """A backup that is complete and verified, with its file; `number` days after the first, unless it is told when."""
    day = FIRST_DAY + timedelta(days=number)
    started_at = started_at or day
    content = zip_of(number)
    name = f"{day:%Y-%m-%d}{'-manual' if fields.get('kind') == 'manual' else ''}-backup.zip"
    folder = Path(settings.BACKUP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    values = {
        "kind": "scheduled",
        "status": "completed",
        "lease_until": None,
        "name": name,
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "vendor": "postgresql",
        "database_bytes": 1 << 20,
        "row_count": 1234,
        "file_count": 1,
        "file_bytes": 1024,
        "created_at": started_at,
        "finished_at": started_at + timedelta(seconds=65),
        "verified_at": started_at + timedelta(seconds=65),
    }
    return Backup.objects.create(started_at=started_at, **{**values, **fields})


def partial(number: int = 0, **fields: Any) -> Backup:
    """One that lacks a file, and has another that is damaged."""
    problems = [
        {"name": "photos/0a/0a6a4c5e.jpg", "row": "photo 0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10", "reason": "missing"},
        {"name": "photos/1b/1b6a4c5e.jpg", "row": "photo 1b6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10", "reason": "damaged"},
    ]
    return made(number, **{"is_partial": True, "problem_count": 2, "problems": problems, **fields})


def failed(**fields: Any) -> Backup:
    """One that came to nothing."""
    now = timezone.now()
    values = {"kind": "scheduled", "error_code": "no_space", "error_message": MESSAGE, "started_at": now}
    return Backup.objects.create(status="failed", lease_until=None, **{**values, "finished_at": now, **fields})


def waiting(**fields: Any) -> Backup:
    """One that no worker has taken up."""
    return Backup.objects.create(**{"kind": "manual", **claims.queued(), **fields})


def running(**fields: Any) -> Backup:
    """One that is half through its files."""
    values = {"kind": "manual", "step": "files", "progress_done": 3 << 20, "progress_total": 6 << 20}
    claimed = claims.claimed_from_the_start(timedelta(minutes=2))
    return Backup.objects.create(**{**values, **claimed, "started_at": timezone.now(), **fields})


def checked(backup: Backup, *, kind: str = "drill", **fields: Any) -> Check:
    """A check of it that has passed, unless the fields say otherwise."""
    now = timezone.now()
    values = {"status": "completed", "lease_until": None, "row_count": 1234, "file_count": 1}
    return Check.objects.create(backup=backup, kind=kind, **{**values, "started_at": now, "finished_at": now, **fields})


def told(backup: Backup, **fields: Any) -> Notice:
    """An e-mail about it that was sent, unless the fields say otherwise."""
    values = {"event": "completed", "recipients": ["ops@example.org"], "status": "completed", "tries": 1}
    return Notice.objects.create(backup=backup, **{**values, "sent_at": timezone.now(), **fields})


def downloaded(backup: Backup, user: User | None = None, **fields: Any) -> Download:
    """A download of all of it."""
    assert backup.size_bytes
    email = user.email if user else "gone@example.org"
    values = {"email": email, "way": "page", "address": "192.0.2.7", "last_byte": backup.size_bytes - 1}
    return Download.objects.create(backup=backup, user=user, **{**values, **fields})
