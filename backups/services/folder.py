"""The folder of backups: names, room, and whose turn it is."""

import contextlib
import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from backups.models import Backup

from .errors import BackupFailed, BackupRuns

# What is being made begins with a dot and ends so, and is never taken for a backup.
_PARTIAL = ".partial"
_LOCK = ".lock"
_DRILL_LOCK = ".drill.lock"
_LOOKS_EVERY_S = 0.5
_NAME = re.compile(r"\d{4}-\d\d-\d\d(-\d{6})?(-manual)?-backup\.zip")
# A disk that is full to the last byte troubles more than backups.
_LEFT_FREE_BYTES = 64 << 20


def path_of(backup: Backup) -> Path:
    """Where a backup's file is, by its recorded name and nothing else."""
    return named(backup.name)


def named(name: str) -> Path:
    """The file of that name. Raises ValueError for what is no name of a backup."""
    if not is_name(name):
        raise ValueError(f"{name!r} is no name of a backup.")
    return Path(settings.BACKUP_DIR) / name


def is_name(name: str) -> bool:
    """Whether a file of the name is a backup."""
    return _NAME.fullmatch(name) is not None


def names() -> list[str]:
    """Of every backup that is there, oldest first."""
    try:
        found = [entry.name for entry in Path(settings.BACKUP_DIR).iterdir() if is_name(entry.name)]
    except FileNotFoundError:
        return []
    return sorted(found)


def new_name(backup: Backup, at: datetime) -> str:
    """By the day of the site's time zone; a second one on a day gets the time. Raises BackupFailed within a second."""
    local = timezone.localtime(at)
    suffix = "-manual-backup.zip" if backup.kind == Backup.Kind.MANUAL else "-backup.zip"
    others = Backup.objects.exclude(pk=backup.pk)  # it may have had the name when its process was ended
    for stem in (f"{local:%Y-%m-%d}", f"{local:%Y-%m-%d-%H%M%S}"):
        name = stem + suffix
        if not named(name).exists() and not others.filter(name=name).exists():
            return name
    raise BackupFailed("same_moment", "There is a backup of this very second. Try again.")


def partial_path(name: str) -> Path:
    """Where a backup is while it is made."""
    return named(name).with_name(f".{name}{_PARTIAL}")


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for what is needed for a while; gone afterwards, or before the next backup."""
    # Backups begin and end while a check goes on: the lock keeps its folder from being a leftover to them.
    path, lock = _locked_folder()
    with lock:
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def _locked_folder() -> tuple[Path, BinaryIO]:
    while True:
        path = Path(settings.BACKUP_DIR) / f".{os.getpid()}-{timezone.now():%H%M%S%f}{_PARTIAL}"
        path.mkdir(mode=0o700)
        with contextlib.suppress(FileNotFoundError):  # another's backup took it for a leftover before it was locked
            lock = (path / _LOCK).open("ab")
            if _has_locked(lock) and (path / _LOCK).exists():
                return path, lock
            lock.close()


def prepare() -> None:
    """Makes the folder, for the site's user alone. Raises BackupFailed where it cannot be written to."""
    path = Path(settings.BACKUP_DIR)
    probe = path / f".{os.getpid()}{_PARTIAL}"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.write_bytes(b"probe")
        probe.unlink(missing_ok=True)  # another's backup may take it for a leftover
    except OSError as error:
        raise BackupFailed(
            "folder_not_writable",
            f"The folder of backups, {path}, cannot be written to ({error.strerror}). Set BACKUP_DIR to one that the"
            " site's user may write to.",
        ) from error


@contextmanager
def turn() -> Iterator[None]:
    """For one process at a time, and until it ends, however it ends. Raises BackupRuns while another has it."""
    with _lock(_LOCK) as lock:
        if not _has_locked(lock):
            raise BackupRuns
        yield


@contextmanager
def drill_turn(tick: Callable[[], None]) -> Iterator[None]:
    """The same for drills, which wait for each other: each begins by removing scratch databases of killed ones."""
    with _lock(_DRILL_LOCK) as lock:
        while not _has_locked(lock):
            tick()
            time.sleep(_LOOKS_EVERY_S)
        yield


def remove_leftovers() -> None:
    """What a backup or a check that was cut short has left; only for who has the turn."""
    for entry in Path(settings.BACKUP_DIR).glob(f".*{_PARTIAL}"):
        if not entry.is_dir():
            entry.unlink(missing_ok=True)
            continue
        with contextlib.suppress(FileNotFoundError), (entry / _LOCK).open("ab") as lock:
            if _has_locked(lock):
                shutil.rmtree(entry, ignore_errors=True)


def free_bytes() -> int | None:
    """What its disk has free, also before it is made; None where nobody can say."""
    path = Path(settings.BACKUP_DIR)
    for place in (path, *path.parents):
        try:
            return shutil.disk_usage(place).free
        except FileNotFoundError:
            continue
        except OSError:
            break
    return None


def check_room(needed_bytes: int) -> None:
    """Raises BackupFailed where the disk would be full before the end."""
    path = Path(settings.BACKUP_DIR)
    free = shutil.disk_usage(path).free
    if free < needed_bytes + _LEFT_FREE_BYTES:
        raise no_room(path, needed_bytes=needed_bytes, free_bytes=free)


def no_room(path: Path, *, needed_bytes: int, free_bytes: int) -> BackupFailed:
    """What to say of it."""
    return BackupFailed(
        "no_space",
        f"{path} has {_size(free_bytes)} free, and the backup may need {_size(needed_bytes)}. Make room, remove old"
        " backups, or set BACKUP_DIR to another disk.",
    )


def keep(partial: Path, name: str) -> None:
    """Gives a finished file its name, for good: a power cut leaves it whole or not there."""
    partial.replace(named(name))
    sync(named(name).parent)


def sync(path: Path) -> None:
    """Has a folder's entries on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(name: str) -> BinaryIO:
    path = Path(settings.BACKUP_DIR) / name
    try:
        return path.open("ab")
    except OSError as error:
        raise BackupFailed(
            "folder_not_writable",
            f"{path}, by which backups take turns, cannot be opened ({error.strerror}). Give it to the site's user, who"
            " is to make all backups.",
        ) from error


def _has_locked(lock: BinaryIO) -> bool:
    """Whether the file is this process's from now on, until it is closed; nothing else waits for it or ends it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _size(size_bytes: int) -> str:
    return filesizeformat(size_bytes).replace("\xa0", " ")
