"""Comparing the storage of photos with the rows that name its files."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from core.errors import Conflict
from core.storage.base import PhotoStorage
from poses.models import Arrival, Removal
from poses.models.photo import photo_storage

from .bucket import owner_id_of
from .name_register import NameRegister
from .removing import are_kept
from .stored_files import FileRows, StoredRow, all_file_rows, sha256_of_bytes

# An upload stores its files before its row.
_YOUNG = timedelta(hours=1)
_YOUNG_UPLOAD = timedelta(days=1)
_AT_ONCE = 500
_HASHED_AT_ONCE = 4
_UNREADABLE = "unreadable"


class Finding(StrEnum):
    """What can be wrong with a file or a row."""

    ORPHAN = "files without a row"
    ABANDONED = "uploads that no event told of"
    MISSING = "rows without a file"
    DAMAGED = "files that differ from their row"
    LEFTOVER = "parts of files without a name"
    FOREIGN = "files that are not the site's"
    REMOVED = "files removed"


Tell = Callable[[Finding, str], None]


def sweep_files(*, now: datetime, is_fix: bool, with_hashes: bool, tell: Tell) -> Counter[Finding]:
    """Counts what is wrong and tells of each; `is_fix` removes orphans, abandoned uploads and leftovers, nothing else.

    With hashes every photo is read. Memory stays the same however many files there are. Raises Conflict where the
    database names no file at all, which is more likely the wrong database, and where files are kept that `is_fix` would
    remove; StorageUnavailable.
    """
    if is_fix and not any(rows.name_any() for rows in all_file_rows()):
        raise Conflict("no_photos", "The database names no file, so every file would be removed. Is it the right one?")
    if is_fix:
        _check_that_none_are_kept()
    return _Sweep(photo_storage(), now, is_fix=is_fix, tell=tell).counts_of(with_hashes=with_hashes)


class _Sweep:
    def __init__(self, storage: PhotoStorage, now: datetime, *, is_fix: bool, tell: Tell) -> None:
        self.storage = storage
        self.now = now
        self.is_fix = is_fix
        self.tell = tell
        self.has_uploads = hasattr(storage, "presigned_put")
        self.counts: Counter[Finding] = Counter()

    def counts_of(self, *, with_hashes: bool) -> Counter[Finding]:
        with NameRegister() as register:
            for names in _batched(self.storage.names()):
                register.add(names)
                self._look_at_names(names)
            for rows in all_file_rows():
                for some in rows.all():
                    self._look_for_files(rows, some, register)
        self._look_for_leftovers()
        if with_hashes:
            for rows in all_file_rows():
                for some in rows.all():
                    self._look_at_bytes(rows, some)
        return self.counts

    def _found(self, finding: Finding, name: str) -> None:
        self.counts[finding] += 1
        self.tell(finding, name)

    def _look_at_names(self, names: Sequence[str]) -> None:
        by_rows: dict[FileRows, dict[str, UUID]] = {rows: {} for rows in all_file_rows()}
        uploads = []
        for name in names:
            found = next(((rows, row_id) for rows in by_rows if (row_id := rows.id_in(name)) is not None), None)
            if found is not None:
                by_rows[found[0]][name] = found[1]
            elif self.has_uploads and owner_id_of(name) is not None:
                uploads.append(name)
            else:
                self._found(Finding.FOREIGN, name)
        for rows, ids in by_rows.items():
            self._look_at_files(rows, ids)
        self._look_at_uploads(uploads)

    def _look_at_files(self, rows: FileRows, ids: dict[str, UUID]) -> None:
        named = rows.named_by(list(set(ids.values()))) if ids else set()
        orphans = [name for name in ids if name not in named and self._is_older(name, _YOUNG)]
        if self.is_fix and orphans:  # no row of another id may name it either
            named = rows.named_among(orphans)
            orphans = [name for name in orphans if name not in named]
        if orphans:  # some may be known to wait for their removal
            waiting = Removal.objects.exclude(status__in=(Removal.Status.COMPLETED, Removal.Status.FAILED))
            known = set(waiting.filter(name__in=orphans).values_list("name", flat=True))
            orphans = [name for name in orphans if name not in known]
        if self.is_fix and orphans:  # again, for whoever has come since: who comes from here on has none of their rows
            _check_that_none_are_kept()
        self._remove_or_tell(Finding.ORPHAN, orphans)

    def _look_at_uploads(self, keys: Sequence[str]) -> None:
        wanted = Arrival.objects.filter(key__in=keys).exclude(status=Arrival.Status.COMPLETED)
        named = set(wanted.values_list("key", flat=True)) if keys else set()
        abandoned = [key for key in keys if key not in named and self._is_older(key, _YOUNG_UPLOAD)]
        self._remove_or_tell(Finding.ABANDONED, abandoned)

    def _remove_or_tell(self, finding: Finding, names: Iterable[str]) -> None:
        for name in names:
            self._found(finding, name)
            if self.is_fix:
                self.storage.delete(name)
                self.counts[Finding.REMOVED] += 1

    def _look_for_leftovers(self) -> None:
        for leftover in self.storage.leftovers(before=self.now - _YOUNG):
            self._found(Finding.LEFTOVER, leftover)
            if self.is_fix:
                self.storage.remove_leftover(leftover)
                self.counts[Finding.REMOVED] += 1

    def _is_older(self, name: str, age: timedelta) -> bool:
        try:
            return self.storage.get_modified_time(name) < self.now - age
        except FileNotFoundError:  # deleted since it was listed
            return False

    def _look_for_files(self, rows: FileRows, some: Sequence[StoredRow], register: NameRegister) -> None:
        listed = register.known([name for row in some for name in row.names])
        missing = [
            (row, name)
            for row in some
            for name in row.names
            # Also what has been uploaded since the names were listed.
            if name not in listed and not self.storage.exists(name)
        ]
        there = rows.still_there([row.id for row, _ in missing])
        for row, name in missing:
            if row.id in there:
                self._found(Finding.MISSING, f"{name} ({rows.label} {row.id})")

    def _look_at_bytes(self, rows: FileRows, some: Sequence[StoredRow]) -> None:
        hashed = [row for row in some if row.sha256]
        with ThreadPoolExecutor(max_workers=_HASHED_AT_ONCE) as threads:
            hashes = list(threads.map(self._sha256, hashed))
        differing = [row for row, sha256 in zip(hashed, hashes, strict=True) if sha256 not in ("", row.sha256)]
        there = rows.still_there([row.id for row in differing])
        for row in differing:
            if row.id in there:
                self._found(Finding.DAMAGED, f"{row.names[0]} ({rows.label} {row.id})")

    def _sha256(self, row: StoredRow) -> str:
        """Of the first file's bytes; empty where there is no file, which is told elsewhere."""
        try:
            return sha256_of_bytes(self.storage, row.names[0])
        except FileNotFoundError:  # also where the file is there and its bytes are not
            return _UNREADABLE if self.storage.exists(row.names[0]) else ""


def _check_that_none_are_kept() -> None:
    if are_kept():
        message = "A backup is running, which needs files of rows deleted meanwhile. Sweep again when it is done."
        raise Conflict("files_kept", message)


def _batched(names: Iterator[str]) -> Iterator[Sequence[str]]:
    while some := list(itertools.islice(names, _AT_ONCE)):
        yield some
