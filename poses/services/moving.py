"""Copying every file that a row names from one storage to another."""

import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.core.files.base import File

from core.errors import Conflict
from core.storage.base import PhotoStorage
from core.storage.photos import storage_named

from .stored_files import FileRows, all_file_rows, pieces, sha256_of_bytes

_KEPT_IN_MEMORY_BYTES = 4 << 20


class Outcome(StrEnum):
    """What became of one file."""

    COPIED = "copied"
    THERE = "were there"
    MISSING = "missing in the source"
    DAMAGED = "damaged in the source"
    TAKEN = "named like another file there"
    UNVERIFIED = "read back otherwise than written"

    @property
    def is_good(self) -> bool:
        """Whether the target has the file now."""
        return self in (Outcome.COPIED, Outcome.THERE)


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a row, `kind` in words; the SHA-256 as the row has it, empty for thumbnails."""

    kind: str
    row_id: UUID
    name: str
    sha256: str


@dataclass(slots=True)
class Progress:
    """How far a move has come."""

    total: int
    counts: Counter[Outcome] = field(default_factory=Counter)
    copied_bytes: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Files that were looked at."""
        return self.counts.total()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return max(time.monotonic() - self.started, 1e-6)

    @property
    def seconds_left(self) -> float:
        """At the pace until now."""
        return self.seconds / self.done * max(self.total - self.done, 0) if self.done else 0.0

    @property
    def has_problems(self) -> bool:
        """Whether the target lacks a file that a row names."""
        return any(not outcome.is_good for outcome in self.counts)


def move_photos(
    *,
    source: str,
    target: str,
    jobs: int,
    on_problem: Callable[[Outcome, Blob], None],
    on_progress: Callable[[Progress], None],
) -> Progress:
    """Copies what the target storage lacks, checked by SHA-256 before and after; the source is only read.

    Files keep their names. Can be stopped and run again at any time. Raises Conflict for one storage with itself,
    ImproperlyConfigured for one that is not set up, StorageUnavailable, StorageFull.
    """
    if source == target:
        raise Conflict("same_storage", f"The photos are in the storage {target} already.")
    copy = _Copy(storage_named(source), storage_named(target))
    progress = Progress(total=sum(kind.count() for kind in all_file_rows()))
    with _threads(jobs) as threads:
        for rows in all_file_rows():
            for some in rows.all():
                blobs = [Blob(rows.label, row.id, name, row.sha256_of(name)) for row in some for name in row.names]
                problems = []
                for blob, (outcome, copied_bytes) in zip(blobs, threads.map(copy, blobs), strict=True):
                    if outcome.is_good:
                        progress.counts[outcome] += 1
                        progress.copied_bytes += copied_bytes
                    else:
                        problems.append((outcome, blob))
                    on_progress(progress)
                _settle(rows, problems, progress, on_problem)
    return progress


@dataclass(frozen=True, slots=True)
class _Copy:
    """Copies one file; called in many threads, none of which touches the database."""

    source: PhotoStorage
    target: PhotoStorage

    def __call__(self, blob: Blob) -> tuple[Outcome, int]:
        """What became of it, and the bytes that were copied."""
        there = _noted(self.target, blob.name)
        expected = blob.sha256 or _noted(self.source, blob.name)
        if there and there == (expected or there):  # a thumbnail made since the switch is in the target alone
            return Outcome.THERE, 0
        if not expected:
            return Outcome.MISSING, 0
        try:
            with tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY_BYTES) as kept:
                if self._fetch(blob.name, kept) != expected:
                    return Outcome.DAMAGED, 0
                if there and not self._has_removed_torn(blob.name, kept):
                    return Outcome.TAKEN, 0
                return self._save(blob.name, kept, expected)
        except FileNotFoundError:
            return Outcome.MISSING, 0

    def _fetch(self, name: str, kept: "tempfile.SpooledTemporaryFile[bytes]") -> str:
        digest = hashlib.sha256()
        with self.source.open(name) as opened:
            for piece in pieces(opened):
                digest.update(piece)
                kept.write(piece)
        return digest.hexdigest()

    def _has_removed_torn(self, name: str, kept: "tempfile.SpooledTemporaryFile[bytes]") -> bool:
        """Removes what a run that was killed left half written: the beginning of this very file and nothing else."""
        kept.seek(0)
        with self.target.open(name) as opened:
            if any(piece != kept.read(len(piece)) for piece in pieces(opened)):
                return False
        self.target.delete(name)
        return True

    def _save(self, name: str, kept: "tempfile.SpooledTemporaryFile[bytes]", expected: str) -> tuple[Outcome, int]:
        size_bytes = kept.seek(0, 2)
        kept.seek(0)
        saved = self.target.save(name, File(kept, name))
        if saved != name:  # somebody else has saved one of this name in this moment
            self.target.delete(saved)
            return Outcome.TAKEN, 0
        if sha256_of_bytes(self.target, name) != expected:
            self.target.delete(name)
            return Outcome.UNVERIFIED, 0
        return Outcome.COPIED, size_bytes


def _noted(storage: PhotoStorage, name: str) -> str:
    """The SHA-256 that the storage has noted; empty where there is no such file."""
    try:
        return storage.sha256(name)
    except FileNotFoundError:
        return ""


def _settle(
    rows: FileRows,
    problems: Sequence[tuple[Outcome, Blob]],
    progress: Progress,
    on_problem: Callable[[Outcome, Blob], None],
) -> None:
    """Tells of the problems with rows that were not deleted in the meantime."""
    there = rows.still_there([blob.row_id for _, blob in problems])
    for outcome, blob in problems:
        if blob.row_id in there:
            progress.counts[outcome] += 1
            on_problem(outcome, blob)


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    threads = ThreadPoolExecutor(max_workers=count)
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)  # after an error, or Ctrl-C, nothing more is begun
