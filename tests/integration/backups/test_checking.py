"""Verifications and restore drills: what they find, where it is written, and that the site is none the worse."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.db import connection

from backups.models import Backup, Check, Notice
from backups.services import asking, checking, restored_files
from core.errors import Conflict
from poses.models import Photo
from tests import broker

from .conftest import content_of_database, database_url, left_in, stored

pytestmark = pytest.mark.django_db(transaction=True)

DRILL, VERIFICATION = Check.Kind.DRILL, Check.Kind.VERIFICATION


@pytest.fixture
def backup(make_photo: Callable[..., Photo], make_backup: Callable[..., Backup], settings: Any) -> Backup:
    """A good one of two photos; whoever looks at it later tells by e-mail."""
    make_photo()
    make_photo()
    backup = make_backup(wants_email=True)
    settings.BACKUP_EMAILS = ["ops@example.org"]
    return backup


@pytest.fixture
def path(backup: Backup, backup_dir: Path) -> Path:
    return backup_dir / backup.name


def damage(path: Path, place: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 1
    path.write_bytes(content)


def scratch_databases() -> list[str]:
    if connection.vendor == "sqlite":
        return []
    with psycopg.connect(database_url()) as other:
        found = other.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname::text, current_database() || '_drill_')"
        )
        return [name for (name,) in found]


def test_a_drill_restores_and_compares_everything_and_touches_nothing_of_the_site(
    backup, make_photo, backup_dir, settings
):
    later = make_photo()
    before, files = content_of_database(), stored(settings)
    check = asking.check_here(backup=backup, kind=DRILL)
    backup.refresh_from_db()
    assert (check.status, check.error_message, check.step) == ("completed", "", "")
    assert (check.row_count, check.file_count) == (backup.row_count, 4)
    assert (backup.drilled_at, backup.drill_error) == (check.finished_at, "")
    assert check.started_at < check.finished_at
    assert (content_of_database(), stored(settings)) == (before, files)
    assert Photo.objects.filter(pk=later.pk).exists()
    assert (left_in(backup_dir), scratch_databases()) == ([backup.name], [])
    assert not Notice.objects.exists()


def test_a_verification_by_a_worker_is_written_on_the_backup(backup, user):
    before = backup.verified_at
    asked = asking.check(backup=backup, kind=VERIFICATION, actor=user)
    assert (asked.status, asked.asked_by) == ("pending", user)
    broker.work_through()
    check = Check.objects.get()
    backup.refresh_from_db()
    assert (check.status, check.file_count) == ("completed", 4)
    assert (backup.verified_at, backup.verify_error) == (check.finished_at, "")
    assert backup.verified_at > before
    assert backup.is_good


@pytest.mark.parametrize(("kind", "event"), [(DRILL, "drill_failed"), (VERIFICATION, "damaged")])
def test_a_damaged_file_is_found_and_told_of(backup, path, backup_dir, settings, kind, event):
    damage(path)
    before, files = content_of_database(), stored(settings)
    check = asking.check_here(backup=backup, kind=kind)
    backup.refresh_from_db()
    assert (check.status, check.error_code) == ("failed", "damaged")
    found = backup.drill_error if kind == DRILL else backup.verify_error
    assert found == check.error_message
    assert backup.is_good == (kind == DRILL)
    notice = Notice.objects.get()
    assert (notice.event, notice.backup, notice.found_by) == (event, backup, check)
    assert (content_of_database(), stored(settings)) == (before, files)
    assert (left_in(backup_dir), scratch_databases()) == ([backup.name], [])


def test_a_drill_that_breaks_in_the_middle_leaves_no_scratch_database_or_folder(backup, backup_dir, monkeypatch):
    monkeypatch.setattr(checking, "_compare_files", mock.Mock(side_effect=ZeroDivisionError))
    check = asking.check_here(backup=backup, kind=DRILL)
    assert (check.status, check.error_code) == ("failed", "unexpected")
    assert (left_in(backup_dir), scratch_databases()) == ([backup.name], [])


def test_a_drill_compares_what_was_restored(backup, monkeypatch):
    """Another file, and other rows, than the backup says."""
    real = restored_files.restore_files

    def spoil(reader: Any, manifest: Any, storage: Any, **options: Any) -> Any:
        found = real(reader, manifest, storage, **options)
        [name, *_] = sorted(storage.names())
        Path(storage.path(name)).write_bytes(b"other bytes")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(restored_files, "restore_files", spoil)
        assert asking.check_here(backup=backup, kind=DRILL).error_code == "files_differ"
    counts = mock.Mock(return_value={"poses_photo": 1})
    monkeypatch.setattr(f"backups.databases.{connection.vendor}.{type_name()}.counts", counts)
    failed = asking.check_here(backup=backup, kind=DRILL)
    assert failed.error_code == "rows_differ"
    assert counts.called


def type_name() -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]


def test_a_drill_without_room_says_so(backup, monkeypatch):
    monkeypatch.setattr("backups.services.folder.shutil.disk_usage", lambda path: mock.Mock(free=1 << 20))
    assert asking.check_here(backup=backup, kind=DRILL).error_code == "no_space"


@pytest.mark.parametrize("kind", [DRILL, VERIFICATION])
def test_a_file_that_is_gone_is_found(backup, path, kind):
    path.unlink()
    check = asking.check_here(backup=backup, kind=kind)
    assert (check.status, check.error_code) == ("failed", "no_file")


def test_what_has_no_file_is_not_looked_at(backup):
    Backup.objects.update(removed_at=backup.finished_at)
    backup.refresh_from_db()
    with pytest.raises(Conflict) as caught:
        asking.check_here(backup=backup, kind=DRILL)
    assert (caught.value.code, Check.objects.count()) == ("no_file", 0)


def test_a_full_disk_makes_no_good_backup_a_damaged_one(backup, monkeypatch):
    """What a verification needs and does not have says nothing of the file."""
    before = backup.verified_at
    monkeypatch.setattr("backups.services.verifying.verify", mock.Mock(side_effect=OSError(28, "No space left")))
    check = asking.check_here(backup=backup, kind=VERIFICATION)
    backup.refresh_from_db()
    assert (check.status, check.error_code) == ("failed", "disk_trouble")
    assert (backup.verified_at, backup.verify_error, backup.is_good) == (before, "", True)
    assert Notice.objects.get().event == "damaged"


def test_a_failed_verification_is_taken_back_by_one_that_passes(backup, path):
    whole = path.read_bytes()
    damage(path)
    asking.check_here(backup=backup, kind=VERIFICATION)
    path.write_bytes(whole)
    asking.check_here(backup=backup, kind=VERIFICATION)
    backup.refresh_from_db()
    assert backup.is_good
    assert list(Check.objects.order_by("created_at").values_list("status", flat=True)) == ["failed", "completed"]
