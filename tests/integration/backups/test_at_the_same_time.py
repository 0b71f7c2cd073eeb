"""Backups, checks and deletions at the same moment, and what a process leaves that was ended in the middle."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings as site_settings
from django.utils import timezone

from backups.archive.writing import ArchiveWriter
from backups.models import Backup, Check, Notice
from backups.services import asking, copying, folder, restored_files
from backups.services.errors import BackupRuns
from core.work import claims
from tests import broker
from tests.threads import in_threads

from .conftest import database_url, in_the_middle, left_in, sweep_and_work

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]

# A process of the site that is killed when it comes to `{place}`.
_KILLED = """
import os, signal, django
django.setup()
from django.conf import settings
from backups.archive.writing import ArchiveWriter
from backups.models import Backup
from backups.services import asking, copying, folder

def end(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

{place} = end
asking.run_here(kind="scheduled", wants_email=True)
"""


@pytest.fixture
def emails(backup_dir: Path, settings: Any) -> None:
    settings.BACKUP_EMAILS = ["ops@example.org"]


def in_another_process(settings: Any, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "posesite.settings.development",
        "ENV_FILE": os.devnull,
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(settings.STORAGES["photos"]["OPTIONS"]["location"].parent),
        "POSE_MODELS_DIR": str(site_settings.POSE_MODELS_DIR),
        "BACKUP_DIR": str(settings.BACKUP_DIR),
        "BACKUP_EMAILS": ",".join(settings.BACKUP_EMAILS),
        "BROKER_URL": "memory://",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def killed_at(settings: Any, place: str) -> None:
    ended = in_another_process(settings, "-c", _KILLED.format(place=place))
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def events() -> list[tuple[str, str]]:
    return sorted(Notice.objects.values_list("event", "backup__status"))


class Killed(BaseException):
    """In the place of a kill, in this process: nobody catches it."""


def killed(*args: object, **kwargs: object) -> None:
    raise Killed


@pytest.fixture
def lapse() -> Callable[[], None]:
    """The lease of what was killed ends, and the sweep and the workers do the rest."""

    def lapse() -> None:
        Backup.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
        sweep_and_work()

    return lapse


@contextlib.contextmanager
def locked_by_another(path: Path) -> Iterator[Callable[[], None]]:
    """As a live process has it; calling what is given ends that."""
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.close


def test_while_one_is_made_everybody_else_is_refused(make_photo, make_backup, user, settings, monkeypatch):
    make_photo()
    refused: list[object] = []

    def others() -> None:
        with pytest.raises(BackupRuns):
            asking.run_now(actor=user)
        refused.extend(in_threads(make_backup, make_backup))
        refused.append(in_another_process(settings, "manage.py", "backup", "--no-email"))

    in_the_middle(monkeypatch, others)
    backup = make_backup()
    assert (backup.status, Backup.objects.count()) == ("completed", 1)
    *threads, process = refused
    assert [type(each) for each in threads] == [BackupRuns, BackupRuns]
    assert (process.returncode, process.stdout) == (3, "")
    assert "A backup is going on already. Wait until it is done." in process.stderr
    assert left_in(settings.BACKUP_DIR) == [backup.name]


def test_of_those_who_begin_at_once_none_takes_another_for_dead(make_photo, make_backup, backup_dir):
    make_photo()
    found = in_threads(*[make_backup] * 4)
    made = [each for each in found if isinstance(each, Backup)]
    assert made
    assert {type(each) for each in found if each not in made} <= {BackupRuns}
    assert set(Backup.objects.values_list("status", flat=True)) == {"completed"}
    assert left_in(backup_dir) == sorted(backup.name for backup in made)


@pytest.mark.usefixtures("emails")
def test_the_next_one_settles_one_that_was_killed_in_the_middle(make_photo, make_backup, backup_dir, settings):
    make_photo()
    killed_at(settings, "ArchiveWriter.finish")
    assert Backup.objects.get().status == "running"
    assert left_in(backup_dir) == [f".{Backup.objects.get().name}.partial"]
    backup = make_backup()
    first = Backup.objects.exclude(pk=backup.pk).get()
    assert (first.status, first.error_code, first.name) == ("failed", "interrupted", "")
    assert (backup.status, left_in(backup_dir)) == ("completed", [backup.name])
    assert events() == [("failed", "failed")]


@pytest.mark.usefixtures("emails")
def test_the_next_one_takes_the_file_of_one_that_was_killed_after_the_rename(
    make_photo, make_backup, backup_dir, settings
):
    make_photo()
    killed_at(settings, "copying.copy")
    [name] = left_in(backup_dir)
    before = (backup_dir / name).stat().st_ino
    second = make_backup()
    first = Backup.objects.get(name=name)
    assert (first.status, first.is_good, first.file_count, first.attempts) == ("completed", True, 2, 1)
    assert (backup_dir / name).stat().st_ino == before
    assert left_in(backup_dir) == sorted([name, second.name])
    assert events() == [("completed", "completed")]


@pytest.mark.usefixtures("emails")
@pytest.mark.parametrize("place", [(ArchiveWriter, "finish"), (folder, "keep"), (copying, "copy")])
def test_another_worker_makes_what_a_killed_one_had_begun(
    make_photo, user, backup_dir, monkeypatch, lapse, mailoutbox, place
):
    make_photo()
    asked = asking.run_now(actor=user)
    with monkeypatch.context() as patched:
        patched.setattr(*place, killed)
        with pytest.raises(Killed):
            broker.work_through()
    was_made = left_in(backup_dir)
    lapse()
    backup = Backup.objects.get()
    assert (backup.status, backup.pk, backup.attempts) == ("completed", asked.pk, 2)
    assert left_in(backup_dir) == [backup.name]
    assert backup.name.count("-") == 4  # day, "manual" and "backup", without a time
    assert not was_made or was_made == [backup.name]
    assert events() == [("completed", "completed")]
    assert len(mailoutbox) == 1


@pytest.mark.usefixtures("emails")
def test_one_that_ends_its_worker_three_times_is_given_up(make_photo, user, monkeypatch, backup_dir, lapse):
    make_photo()
    asking.run_now(actor=user)
    monkeypatch.setattr(folder, "keep", killed)
    for attempt in (broker.work_through, lapse, lapse):
        with pytest.raises(Killed):
            attempt()
    lapse()
    backup = Backup.objects.get()
    assert (backup.status, backup.error_code, backup.name) == ("failed", "crashed", "")
    assert backup.finished_at is not None
    assert (left_in(backup_dir), events()) == ([], [("failed", "failed")])


def test_a_worker_waits_for_a_process_that_was_taken_for_dead(make_photo, user, backup_dir, lapse):
    make_photo()
    asking.run_now(actor=user)
    with locked_by_another(backup_dir / ".lock"):
        broker.work_through()
        waiting = Backup.objects.get()
        assert (waiting.status, waiting.attempts, left_in(backup_dir)) == ("pending", 0, [])
    lapse()
    assert Backup.objects.get().status == "completed"


def test_who_has_lost_the_row_keeps_nothing(make_photo, make_backup, backup_dir, monkeypatch):
    make_photo()
    in_the_middle(monkeypatch, lambda: Backup.objects.update(claim=uuid.uuid4()))
    assert make_backup().status == "running"  # as whoever took it over says
    assert left_in(backup_dir) == []


@pytest.mark.parametrize(("minutes", "is_given_up"), [(9, False), (11, True)])
def test_a_row_that_no_worker_takes_up_is_given_up_after_ten_minutes(make_backup, user, minutes, is_given_up):
    asked = asking.run_now(actor=user)
    Backup.objects.update(queued_at=timezone.now() - timedelta(minutes=minutes))
    if not is_given_up:
        with pytest.raises(BackupRuns):
            make_backup()
        return
    assert make_backup().status == "completed"
    asked.refresh_from_db()
    assert (asked.status, asked.error_code) == ("failed", "no_worker")


def test_a_backup_leaves_the_folder_of_a_drill_alone(make_photo, make_backup, backup_dir, monkeypatch):
    make_photo()
    backup = make_backup()
    real, made = restored_files.restore_files, []

    def restore_files(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        made.append(make_backup())
        return found

    monkeypatch.setattr(restored_files, "restore_files", restore_files)
    check = asking.check_here(backup=backup, kind=Check.Kind.DRILL)
    assert (check.status, check.error_message) == ("completed", "")
    assert [each.status for each in made] == ["completed"]
    assert left_in(backup_dir) == sorted([backup.name, made[0].name])


def test_the_folder_of_a_killed_drill_goes_with_the_next_backup(make_backup, backup_dir):
    left = backup_dir / ".123-000000.partial"
    (left / "photos").mkdir(parents=True)
    (left / "photos" / "a.jpg").write_bytes(b"bytes")
    backup = make_backup()
    assert left_in(backup_dir) == [backup.name]


def test_drills_wait_for_each_other(make_photo, make_backup, backup_dir, monkeypatch):
    make_photo()
    backup = make_backup()
    waited = []
    with locked_by_another(backup_dir / ".drill.lock") as let_go:
        clock = mock.Mock(sleep=lambda seconds: (waited.append(seconds), let_go()))
        monkeypatch.setattr(folder, "time", clock)
        check = asking.check_here(backup=backup, kind=Check.Kind.DRILL)
    assert (check.status, len(waited)) == ("completed", 1)


def test_of_two_drills_of_one_backup_the_second_is_refused(make_backup, user):
    backup = make_backup()
    asking.check(backup=backup, kind=Check.Kind.DRILL, actor=user)
    with pytest.raises(claims.Busy):
        asking.check(backup=backup, kind=Check.Kind.DRILL, actor=user)
    asking.check(backup=backup, kind=Check.Kind.VERIFICATION, actor=user)
    assert broker.work_through() == 2
    assert set(Check.objects.values_list("status", flat=True)) == {"completed"}
