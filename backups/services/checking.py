"""Looking at a backup again: verifying every byte, or restoring it beside the site and comparing."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import connections, transaction
from django.utils import timezone

from backups import queue
from backups.archive.errors import ArchiveError
from backups.archive.manifest import Manifest
from backups.databases import engine_of
from backups.models import Backup, Check
from core.errors import Unavailable
from core.storage.local import LocalStorage
from core.work import claims
from core.work.pulse import Pulse
from poses.services.stored_files import sha256_of_bytes

from . import folder, notices, restored_files, restoring, verifying
from .errors import BackupFailed, final

logger = logging.getLogger(__name__)

# Why a verification may fail of a backup that is good all the same.
_NOT_THE_FILE = frozenset(
    (
        *("disk_trouble", "unreadable", "tool_missing", "tool_too_old", "database_unavailable", "interrupted"),
        *("crashed", "unexpected", "passphrase_needed", "passphrase_wrong", "too_busy"),
    )
)


def work_on_check(check: Check) -> None:
    """Verifies or drills the claimed check's backup, and writes what was found on both. Raises DomainError."""
    pulse = Pulse(check, lease=queue.LEASE)
    check.started_at = timezone.now()
    Check.objects.filter(pk=check.pk, claim=check.claim).update(started_at=check.started_at)
    act: Callable[[Check, Pulse], dict[str, int]] = _verify if check.kind == Check.Kind.VERIFICATION else _drill
    try:
        found = act(check, pulse)
    except Unavailable as error:
        raise final(error) from error
    except OSError as error:
        raise BackupFailed("disk_trouble", f"The backup cannot be read, or its copy not written: {error}.") from error
    now = timezone.now()
    with transaction.atomic():
        claims.finish(check, **found, finished_at=now, step="")
        _note_on_backup(check, now, "")
    logger.info("%s passed", check)


def note_failure(check: Check) -> None:
    """In the transaction that fails a check."""
    now = timezone.now()
    Check.objects.filter(pk=check.pk).update(finished_at=now, step="")
    _note_on_backup(check, now, check.error_message)
    notices.tell_of_check(check)


def _note_on_backup(check: Check, now: datetime, error: str) -> None:
    if check.kind == Check.Kind.DRILL:
        found = {"drilled_at": now, "drill_error": error}
    elif check.error_code in _NOT_THE_FILE:
        return
    else:
        found = {"verified_at": now, "verify_error": error}
    Backup.objects.filter(pk=check.backup_id).update(**found)


def _verify(check: Check, pulse: Pulse) -> dict[str, int]:
    path = folder.path_of(check.backup)
    with folder.scratch() as scratch:
        pulse.step(Check.Step.VERIFYING, total=path.stat().st_size if path.exists() else 0)
        seen = verifying.verify(path, scratch=scratch, on_bytes=pulse.advance, tick=pulse.tick)
    return _counts(seen.manifest)


def _drill(check: Check, pulse: Pulse) -> dict[str, int]:
    """Restores into a scratch database and folder, by what a real restore uses, and compares with the manifest."""
    path = folder.path_of(check.backup)
    with verifying.opened(path) as reader, folder.drill_turn(pulse.tick), folder.scratch() as scratch:
        manifest = reader.manifest
        database = connections.databases["default"]
        engine = engine_of(manifest.facts.vendor)
        restoring.check_fit(manifest, vendor=connections["default"].vendor)
        folder.check_room(_room_bytes(manifest))
        try:
            pulse.step(Check.Step.VERIFYING, total=path.stat().st_size)
            reader.check(on_bytes=pulse.advance)
            storage = LocalStorage(location=scratch / "photos")
            file_bytes = sum(member.size for member in manifest.files)
            pulse.step(Check.Step.FILES, total=file_bytes)
            restored_files.restore_files(reader, manifest, storage, added=[], on_bytes=pulse.advance)
            with engine.scratch_database(database, folder=scratch) as scratch_database:
                pulse.step(Check.Step.DATABASE, total=manifest.database.size)
                engine.restore(
                    restoring.feed_of(reader, manifest, pulse.advance),
                    database=scratch_database,
                    rows=manifest.facts.rows,
                    scratch=scratch,
                    tick=pulse.tick,
                )
                pulse.step(Check.Step.COMPARING, total=file_bytes)
                _compare_rows(engine.counts(scratch_database, manifest.facts.rows), manifest)
            _compare_files(storage, manifest, pulse)
        except ArchiveError as error:
            raise BackupFailed(error.code, f"{path.name}: {error.message}") from error
    return _counts(manifest)


def _room_bytes(manifest: Manifest) -> int:
    """Files once more, and a database in this folder, which is compressed in the backup."""
    database_bytes = 10 * manifest.database.size if manifest.facts.vendor == "sqlite" else 0
    return sum(member.size for member in manifest.files) + database_bytes


def _compare_rows(found: dict[str, int], manifest: Manifest) -> None:
    for table, expected in manifest.facts.rows.items():
        if found.get(table) != expected:
            raise BackupFailed(
                "rows_differ", f"Restored, the table {table} has {found.get(table, 0)} rows and not {expected}."
            )


def _compare_files(storage: LocalStorage, manifest: Manifest, pulse: Pulse) -> None:
    for member in manifest.files:
        name = restored_files.name_in_storage(member)
        if not storage.exists(name) or sha256_of_bytes(storage, name) != member.sha256:
            raise BackupFailed("files_differ", f"Restored, the file {name} is not what the backup says.")
        pulse.advance(member.size)


def _counts(manifest: Manifest) -> dict[str, int]:
    return {"row_count": sum(manifest.facts.rows.values()), "file_count": sum(1 for _ in manifest.files)}
