"""Where the counts of all processes are kept: a file a process and type below METRICS_DIR, mapped into memory.

The first count of a process makes its files, so commands that count nothing leave nothing behind.
"""

import fcntl
import logging
import os
import re
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

logger = logging.getLogger(__name__)

# Room is taken when a file is made: a write into a mapped file that the full disk has no room for kills the process.
_ROOM_BYTES = {"counter": 256 << 10, "histogram": 1 << 20}  # of some 250 routes
_REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_DETECTION_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_FOREIGN_FILES_ARE_KEPT_S = 24 * 3600
_HOST = re.sub(r"[^A-Za-z0-9]", "-", socket.gethostname())
_ARCHIVE = f"{_HOST}-gone"


@dataclass(frozen=True, slots=True)
class Metrics:
    """The site's counters and histograms, and the registry that they are read from."""

    registry: CollectorRegistry
    requests: Counter
    request_seconds: Histogram
    detections: Counter
    detection_seconds: Histogram
    storage_errors: Counter
    work: Counter
    is_shared: bool


_lock = threading.Lock()
_made: list[Metrics] = []


def metrics() -> Metrics:
    """The one set of this process, made on first use."""
    if not _made:
        with _lock:
            if not _made:
                _made.append(_metrics(is_shared=_are_files_at_hand()))
    return _made[0]


def _are_files_at_hand() -> bool:
    try:
        settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
        # prometheus_client reads its folder from here only, at each first use of a metric.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)
        values.ValueClass = values.MultiProcessValue(_Identifier())  # type: ignore[no-untyped-call]
    except OSError:
        logger.warning(
            "cannot keep counts in %s; /metrics knows this process only", settings.METRICS_DIR, exc_info=True
        )
        values.ValueClass = values.MutexValue
        return False
    return True


def _metrics(*, is_shared: bool) -> Metrics:
    own = CollectorRegistry()
    return Metrics(
        registry=own,
        requests=Counter("posesite_requests", "Requests answered.", ("method", "status", "view"), registry=own),
        request_seconds=Histogram(
            "posesite_request_seconds", "Time to answer a request.", ("view",), buckets=_REQUEST_BUCKETS, registry=own
        ),
        detections=Counter("posesite_detections", "Detections by their outcome.", ("outcome",), registry=own),
        detection_seconds=Histogram(
            "posesite_detection_seconds", "Time of a detection.", buckets=_DETECTION_BUCKETS, registry=own
        ),
        storage_errors=Counter(
            "posesite_storage_errors", "Failures of the photo storage.", ("operation",), registry=own
        ),
        work=Counter("posesite_work", "Pieces of background work that ended.", ("kind", "outcome"), registry=own),
        is_shared=is_shared,
    )


class _Identifier:
    """The name of this process in its files; makes them, with their room, in each process that asks.

    The host's name is part of it: containers that share a folder have process ids of their own.
    """

    def __init__(self) -> None:
        self._process_id = 0
        self._name = ""

    def __call__(self) -> str:
        process_id = os.getpid()
        if process_id != self._process_id:
            name = f"{_HOST}-{process_id}"
            for kind, size in _ROOM_BYTES.items():
                with (settings.METRICS_DIR / f"{kind}_{name}.db").open("ab") as file:
                    os.posix_fallocate(file.fileno(), 0, size)
            self._process_id, self._name = process_id, name
        return self._name


@contextmanager
def all_processes() -> Iterator[CollectorRegistry]:
    """A registry of what every process has counted; nobody folds files meanwhile."""
    own = metrics()
    if not own.is_shared:
        yield own.registry
        return
    folder = settings.METRICS_DIR
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _fold_dead(folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
        yield registry


def clear() -> None:
    """Starts counting at nothing: removes what ended processes of this host have left. For the start of the site.

    Other hosts may share the folder: their files go by age.
    """
    oldest = time.time() - _FOREIGN_FILES_ARE_KEPT_S
    for path in settings.METRICS_DIR.glob("*.db"):
        with suppress(FileNotFoundError):  # another start may be at it too
            if _is_dead(path) or _is_archive(path) or path.stat().st_mtime < oldest:
                path.unlink()


def _fold_dead(folder: Path) -> None:
    """Adds what dead processes counted to one file, so that worker children may come and go."""
    for kind in _ROOM_BYTES:
        dead = [path for path in folder.glob(f"{kind}_*.db") if _is_dead(path)]
        if not dead:
            continue
        archive = folder / f"{kind}_{_ARCHIVE}.db"
        sums: defaultdict[str, float] = defaultdict(float)
        for path in (archive, *dead):
            with suppress(FileNotFoundError):
                for key, value, *_ in MmapedDict.read_all_values_from_file(path):  # type: ignore[no-untyped-call]
                    sums[key] += value
        # Written beside and moved into place: a full disk leaves everything as it was.
        beside = folder / f"{kind}.partial"
        beside.write_bytes(_packed(sums))
        beside.replace(archive)
        for path in dead:
            path.unlink()


def _packed(values_by_key: dict[str, float]) -> bytes:
    """As MmapedDict lays it out: the length used, then each key with its length, padded to 8 bytes, value and time."""
    body = b""
    for key, value in values_by_key.items():
        encoded = key.encode()
        padded = encoded + b" " * (8 - (len(encoded) + 4) % 8)
        body += struct.pack(f"i{len(padded)}sdd", len(encoded), padded, value, 0.0)
    return struct.pack("ii", 8 + len(body), 0) + body


def _is_archive(path: Path) -> bool:
    """Whether the file is what this host's ended processes counted."""
    return path.stem.partition("_")[2] == _ARCHIVE


def _is_dead(path: Path) -> bool:
    """Whether the file is of a process of this host that has ended."""
    process_id = path.stem.partition("_")[2].removeprefix(f"{_HOST}-")
    return process_id.isdigit() and not Path(f"/proc/{process_id}").exists()
