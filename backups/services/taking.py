"""Making a backup: the database first, in a snapshot, then the files that its rows name; verified before it counts."""

import contextlib
import errno
import logging
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from backups import queue
from backups.archive import layout
from backups.archive.errors import ArchiveError
from backups.archive.manifest import Facts, Missing
from backups.archive.writing import ArchiveWriter
from backups.databases import engine_of, table_counts
from backups.databases.base import Engine
from backups.models import Backup
from core.errors import Unavailable
from core.moving import databases
from core.moving.errors import MoveFailed
from core.version import version
from core.work import claims
from core.work.pulse import Pulse
from poses.models.photo import photo_storage

from . import copying, folder, notices, pruning, schema, site_files, verifying
from .errors import BackupFailed, BackupRuns, final
from .site_files import FileList
from .verifying import Seen

logger = logging.getLogger(__name__)

# The first of them are shown; the manifest has them all.
_PROBLEMS_SHOWN = 100
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def take(backup: Backup) -> None:
    """A worker's: makes the claimed backup.

    Raises what `take_in_turn` raises, and Unavailable while another has the turn: a process that was taken for dead
    and is not, and that finds out soon.
    """
    folder.prepare()
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(folder.turn())
        except BackupRuns as error:
            raise Unavailable(error.code, error.message) from error
        take_in_turn(backup)


def take_in_turn(backup: Backup) -> None:
    """Makes the claimed backup, for who has the turn. Whatever goes wrong, no file is left that looks like one.

    Raises DomainError, ClaimLost, and what a database raises that is down.
    """
    with _said_plainly():
        folder.remove_leftovers()
    try:
        _take(backup)
    finally:
        with _said_plainly():
            folder.remove_leftovers()
    try:
        pruning.prune(now=timezone.now())
    except (OSError, DatabaseError):  # the next one tries again, and this one is made
        logger.exception("old backups could not be removed")


def is_made(backup: Backup) -> bool:
    """Whether an attempt was ended after the file had got its name."""
    return bool(backup.name) and folder.path_of(backup).is_file()


def note_failure(backup: Backup) -> None:
    """In the transaction that fails a backup."""
    backup.finished_at = timezone.now()
    if not is_made(backup):
        backup.name = ""  # which the next one of the day may have
    Backup.objects.filter(pk=backup.pk).update(finished_at=backup.finished_at, step="", name=backup.name)
    notices.tell_of_failure(backup)


def _take(backup: Backup) -> None:
    pulse = Pulse(backup, lease=queue.LEASE)
    with _said_plainly():
        # Before the snapshot: from now on the files of deleted rows are kept.
        pulse.step(Backup.Step.DATABASE)
        if is_made(backup):
            seen = _verified(folder.path_of(backup), pulse)
        else:
            _begin(backup)
            seen = _make(backup, pulse)
    made = facts_of_file(folder.path_of(backup), seen)
    logger.info("backup %s is made, %d bytes", backup.name, made["size_bytes"])
    pulse.step(Backup.Step.COPYING, total=made["size_bytes"])
    copied = copying.copy(folder.path_of(backup), sha256=made["sha256"], on_bytes=pulse.advance)
    now = timezone.now()
    with transaction.atomic():
        claims.finish(backup, **made, **copied, verified_at=now, verify_error="", finished_at=now, step="")
        notices.tell_of_success(backup)


def _begin(backup: Backup) -> None:
    begun: dict[str, Any] = {"started_at": timezone.now(), "is_encrypted": bool(settings.BACKUP_PASSPHRASE)}
    begun["name"] = folder.new_name(backup, begun["started_at"])
    if not Backup.objects.filter(pk=backup.pk, claim=backup.claim).update(**begun):
        raise claims.ClaimLost
    for field, value in begun.items():
        setattr(backup, field, value)


def _make(backup: Backup, pulse: Pulse) -> Seen:
    partial = folder.partial_path(backup.name)
    with databases.opened_source() as source, FileList() as files:
        engine = engine_of(source.vendor)
        engine.check_tools(source)
        file_bytes = site_files.estimated_bytes(using=source.alias)
        folder.check_room(engine.room_bytes(source) + file_bytes)
        with ArchiveWriter(partial, passphrase=settings.BACKUP_PASSPHRASE, on_bytes=pulse.advance) as writer:
            with contextlib.ExitStack() as dumping:
                scratch = dumping.enter_context(folder.scratch())
                with databases.snapshot(source):
                    facts = _facts(backup, source, engine)
                    files.fill(using=source.alias)
                    dump = engine.dumped(source, scratch=scratch, tick=pulse.tick)
                    writer.add(engine.member, dumping.enter_context(dump))
                # A copy of the database is still looked at, while the files are read.
                pulse.step(Backup.Step.FILES, total=file_bytes)
                missing = list(_add_files(writer, files, pulse))
            writer.finish(replace(facts, missing=missing))
    seen = _verified(partial, pulse, is_new=True)
    folder.keep(partial, backup.name)
    return seen


def _facts(backup: Backup, source: BaseDatabaseWrapper, engine: Engine) -> Facts:
    return Facts(
        created_at=backup.started_at or timezone.now(),
        kind=backup.kind,
        vendor=source.vendor,
        versions={
            "posesite": version(),
            "python": platform.python_version(),
            "django": django.get_version(),
            **engine.versions(source),
        },
        migrations=schema.migrations_of(source),
        rows=table_counts(source),
        missing=[],
    )


def _add_files(writer: ArchiveWriter, files: FileList, pulse: Pulse) -> Iterator[Missing]:
    """Adds every file; those that are missing, or differ from what their row says."""
    with contextlib.closing(site_files.read_ahead(photo_storage(), files, tick=pulse.tick)) as contents:
        for file, content in contents:
            if content is None:
                yield Missing(file.name, file.row, "missing")
                continue
            with content:
                if layout.FILES + file.name in writer:  # two rows name it
                    continue
                member = writer.add(layout.FILES + file.name, content)
            if file.sha256 and member.sha256 != file.sha256:
                yield Missing(file.name, file.row, "damaged")


def _verified(path: Path, pulse: Pulse, *, is_new: bool = False) -> Seen:
    pulse.step(Backup.Step.VERIFYING, total=path.stat().st_size)
    with folder.scratch() as scratch:
        return verifying.verify(path, scratch=scratch, on_bytes=pulse.advance, tick=pulse.tick, is_new=is_new)


def facts_of_file(path: Path, seen: Seen) -> dict[str, Any]:
    """What a row says of its file: the columns of Backup."""
    manifest, facts = seen.manifest, seen.manifest.facts
    files = [member.size for member in manifest.files]
    return {
        "size_bytes": path.stat().st_size,
        "sha256": seen.digest,
        "is_encrypted": seen.is_encrypted,
        "is_partial": bool(facts.missing),
        "vendor": facts.vendor,
        "database_bytes": manifest.database.size,
        "row_count": sum(facts.rows.values()),
        "file_count": len(files),
        "file_bytes": sum(files),
        "problem_count": len(facts.missing),
        "problems": [asdict(missing) for missing in facts.missing[:_PROBLEMS_SHOWN]],
    }


@contextlib.contextmanager
def _said_plainly() -> Iterator[None]:
    """Raises what a backup meets with as BackupFailed, except where the row is lost."""
    try:
        yield
    except Unavailable as error:
        raise final(error) from error
    except MoveFailed as error:
        raise BackupFailed(error.code, error.message) from error
    except ArchiveError as error:
        raise BackupFailed(error.code, error.message) from error
    except (OperationalError, InterfaceError) as error:
        reason = " ".join(str(error).split())
        raise BackupFailed("database_unavailable", f"The database was lost in the middle: {reason}") from error
    except OSError as error:
        path = Path(settings.BACKUP_DIR)
        if error.errno in _NO_SPACE:
            free = filesizeformat(shutil.disk_usage(path).free).replace("\xa0", " ")
            raise BackupFailed(
                "no_space",
                f"The disk of {path} was full before the backup was whole, and nothing of it was kept ({free} are free"
                " now). Make room, or set BACKUP_DIR to another disk.",
            ) from error
        raise BackupFailed("disk_trouble", f"Writing into {path} failed: {error.strerror or error}.") from error
