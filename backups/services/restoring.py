"""Bringing a site back from a backup."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connections
from django.utils import timezone

from backups.archive.errors import ArchiveError
from backups.archive.manifest import Manifest, Member
from backups.archive.reading import ArchiveReader
from backups.databases import engine_of
from backups.models import Backup, Check
from core.batches import batched
from core.errors import DomainError
from core.moving import databases
from core.moving.errors import MoveFailed
from core.storage.base import PhotoStorage
from core.storage.errors import database_trouble
from poses.models.photo import photo_storage
from poses.services.stored_files import all_file_rows

from . import folder, registry, schema, verifying
from .errors import RestoreCutShort, RestoreRefused
from .restored_files import OnBytes, check_room, content_of, name_in_storage, restore_files, save, take_away

logger = logging.getLogger(__name__)

_ASKED_AT_ONCE = 500
_SAID_EVERY_S = 5.0
_INTERRUPTED = ("interrupted", "It was under way when the backup that the site was restored from was made.")

Report = Callable[[str], None]


@dataclass(slots=True)
class Restored:
    """What a restore found and did; names are those in the storage."""

    rows: int
    files: int
    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    missing: int = 0

    @property
    def were_there(self) -> int:
        """Files that the storage had already, byte for byte."""
        return self.files - len(self.added) - len(self.replaced)


def restore(path: Path, *, is_into_empty: bool, report: Report) -> Restored:
    """Brings database and files to what the backup has; files that it does not have stay where they are.

    Every byte of the backup is looked at first. Files are added before the database changes, in one transaction, and
    what fails before its end takes them away again: then nothing was changed. Raises DomainError, and RestoreCutShort
    where the database is restored, and a file that differs could not be replaced or a migration failed.
    """
    database = connections.databases["default"]
    with verifying.opened(path) as reader:
        manifest = reader.manifest
        check_fit(manifest, vendor=_vendor(database))
        _check_tools(manifest)
        if is_into_empty:
            _check_empty(database)
        storage = photo_storage()
        check_room(storage, manifest)
        report(f"Verifying {path.name}.")
        # In turn with backups, and with other restores, which would take away files that this one counts on.
        folder.prepare()
        with folder.turn():
            with folder.scratch() as scratch:
                _verify(reader)
                report(f"Restoring {sum(1 for _ in manifest.files)} files.")
                restored, differing = _restore_both(reader, manifest, storage, database, scratch, report)
            restored.replaced = _replace(reader, storage, _as_rows_mean(differing, manifest))
            _bring_up_to_date(manifest, report)
    restored.missing = sum(1 for missing in manifest.facts.missing if missing.reason == "missing")
    return restored


def check_fit(manifest: Manifest, *, vendor: str) -> None:
    """Raises RestoreRefused for a backup of another database engine, or of a newer version of the site."""
    facts = manifest.facts
    if facts.vendor != vendor:
        raise RestoreRefused(
            "other_database",
            f"The backup was made from {_called(facts.vendor)}, and this site's database is {_called(vendor)}. Set"
            f" DATABASE_URL to {_called(facts.vendor)}, restore, and move the site with manage.py move_database.",
        )
    if unknown := schema.unknown_among(facts.migrations):
        raise RestoreRefused(
            "newer_schema",
            f"The backup is of a newer version of the site ({facts.versions.get('posesite', 'unknown')}): this one does"
            f" not know {', '.join(unknown[:5])}. Update the site first.",
        )


def feed_of(reader: ArchiveReader, manifest: Manifest, on_bytes: OnBytes) -> Callable[[Any], None]:
    """What writes the database's dump into what it is given."""
    return lambda target: reader.copy(manifest.database, target, on_bytes=on_bytes)


def _restore_both(
    reader: ArchiveReader,
    manifest: Manifest,
    storage: PhotoStorage,
    database: dict[str, Any],
    scratch: Path,
    report: Report,
) -> tuple[Restored, list[Member]]:
    added: list[str] = []
    try:
        differing = restore_files(reader, manifest, storage, added=added, on_bytes=_reported(manifest, report))
        report(f"Restoring the database, {sum(manifest.facts.rows.values())} rows.")
        connections.close_all()
        engine_of(manifest.facts.vendor).restore(
            feed_of(reader, manifest, _unwatched),
            database=database,
            rows=manifest.facts.rows,
            scratch=scratch,
            tick=_not_ticking,
        )
    except BaseException as error:
        # Of anything else nobody knows whether the database had committed already.
        is_as_before = isinstance(error, (ArchiveError, DomainError)) and error.code != "restore_failed"
        take_away(storage, added if is_as_before else _unnamed(added, database))
        if isinstance(error, ArchiveError):
            raise RestoreRefused(error.code, error.message) from error
        raise
    rows, files = sum(manifest.facts.rows.values()), sum(1 for _ in manifest.files)
    return Restored(rows=rows, files=files, added=added), differing


def _unnamed(names: list[str], database: dict[str, Any]) -> list[str]:
    """Those of the files that no row names: had the database committed before its connection was lost, rows would."""
    if _vendor(database) == "sqlite" and not Path(database["NAME"]).is_file():  # to ask would make an empty one
        return names
    connections.close_all()
    named: set[str] = set()
    try:
        for some in batched(names, _ASKED_AT_ONCE):
            for rows in all_file_rows():
                named |= rows.named_among(some)
    except DatabaseError as error:
        if database_trouble(error):
            logger.warning("%d files stay that may have no row; manage.py sweep_photos finds them", len(names))
            return []
        return names  # it has no such tables
    return [name for name in names if name not in named]


def _as_rows_mean(members: list[Member], manifest: Manifest) -> list[Member]:
    """Without those that were damaged when the backup was made: what the storage has is no worse."""
    damaged = {missing.name for missing in manifest.facts.missing if missing.reason == "damaged"}
    return [member for member in members if name_in_storage(member) not in damaged]


def _replace(reader: ArchiveReader, storage: PhotoStorage, members: list[Member]) -> list[str]:
    """Puts what the restored rows mean in the place of other bytes of the same name."""
    names: list[str] = []
    for member in members:
        name = name_in_storage(member)
        try:
            with content_of(reader, member, _unwatched) as content:
                storage.delete(name)
                save(storage, name, content)
        except (ArchiveError, DomainError, OSError) as error:
            raise RestoreCutShort(
                "files_differ",
                f"The database and {len(names)} files are restored, but {name} could not be replaced by the backup's:"
                f" {error} Restore again to replace it and the {len(members) - len(names) - 1} behind it.",
            ) from error
        names.append(name)
    return names


def _bring_up_to_date(manifest: Manifest, report: Report) -> None:
    try:
        _settle(manifest, report)
    except (DatabaseError, DomainError, OSError) as error:
        raise RestoreCutShort(
            "not_up_to_date",
            "Database and files are restored, but the database could not be brought up to date:"
            f" {' '.join(str(error).split())} Run manage.py migrate before the site is started.",
        ) from error


def _settle(manifest: Manifest, report: Report) -> None:
    connections.close_all()
    ContentType.objects.clear_cache()
    if schema.are_behind(manifest.facts.migrations):
        report("The backup is of an older version: bringing the database up to date.")
        call_command("migrate", interactive=False, verbosity=0)
    code, message = _INTERRUPTED
    for model in (Backup, Check):
        model._default_manager.filter(lease_until__isnull=False).update(
            status=model.Status.FAILED,
            claim=None,
            lease_until=None,
            error_code=code,
            error_message=message,
            finished_at=timezone.now(),
        )
    registry.take_in()


def _verify(reader: ArchiveReader) -> None:
    try:
        reader.check(on_bytes=_unwatched)
    except ArchiveError as error:
        raise RestoreRefused(error.code, error.message) from error


def _check_tools(manifest: Manifest) -> None:
    """Raises DomainError where the engine's programs are missing or too old, or the database cannot be reached."""
    try:
        engine_of(manifest.facts.vendor).check_tools(connections["default"])
    except DatabaseError as error:
        raise RestoreRefused("cannot_connect", f"The database cannot be used: {str(error).strip()}") from error


def _check_empty(database: dict[str, Any]) -> None:
    """Raises RestoreRefused where there is a row that `migrate` does not make, or a file."""
    if _vendor(database) == "sqlite" and not Path(database["NAME"]).is_file():
        full = []
    else:
        try:
            with databases.opened_source() as source:
                full = databases.tables_with_rows(source)
        except (DatabaseError, MoveFailed) as error:
            raise RestoreRefused("cannot_connect", str(error)) from error
    if full:
        raise RestoreRefused(
            "not_empty",
            f"The database has rows already, in {', '.join(full)}. Leave out --into-empty to replace them.",
        )
    if next(photo_storage().names(), None) is not None:
        raise RestoreRefused(
            "not_empty", "The storage of photos has files already. Leave out --into-empty to add to them."
        )


def _vendor(database: Mapping[str, Any]) -> str:
    return "sqlite" if database["ENGINE"].endswith("sqlite3") else "postgresql"


def _called(vendor: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(vendor, vendor)


def _reported(manifest: Manifest, report: Report) -> OnBytes:
    """Says every few seconds how far the files have come."""
    total, done, said_at = sum(member.size for member in manifest.files), 0, time.monotonic()

    def on_bytes(count: int) -> None:
        nonlocal done, said_at
        done += count
        if time.monotonic() - said_at > _SAID_EVERY_S:
            report(f"{done * 100 // max(total, 1)} % of the files' {total >> 20} MB.")
            said_at = time.monotonic()

    return on_bytes


def _unwatched(count: int) -> None:
    """Nobody looks at how far it has come."""


def _not_ticking() -> None:
    """Nothing has to be renewed."""
