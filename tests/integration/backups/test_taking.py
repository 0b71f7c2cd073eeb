"""What is in a backup, what it is called, and what its row says."""

import hashlib
from datetime import datetime
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from backups.databases import engine_of, table_counts
from backups.models import Backup
from backups.services import asking, folder
from backups.services.errors import BackupFailed
from core.storage.local import LocalStorage
from poses.models import Photo
from tests import broker
from tests.integration.batches.batch_rows import finished_batch

from .conftest import files_in, left_in, make_output_as_its_row, manifest_of, stored

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_backup_has_every_file_and_the_rows_of_every_table(make_photo, make_backup, backup_dir, user, settings):
    make_photo()
    make_photo()
    finished_batch(user)
    make_output_as_its_row()
    rows = table_counts(connection)
    backup = make_backup()
    path = backup_dir / backup.name
    assert len(stored(settings)) == 6  # two photos with thumbnails, an output, a CSV
    assert files_in(path) == stored(settings)
    manifest = manifest_of(path)
    assert manifest["rows"] == {**rows, "backups_backup": 1}
    assert manifest["missing"] == []
    by_name = {member["name"]: member for member in manifest["members"]}
    assert set(by_name) == {engine_of(connection.vendor).member, *(f"files/{name}" for name in stored(settings))}
    for name, content in stored(settings).items():
        member = by_name[f"files/{name}"]
        assert (member["size"], member["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert left_in(backup_dir) == [backup.name]
    assert (path.stat().st_mode & 0o777, backup_dir.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_row_has_the_facts_of_the_file(make_photo, make_backup, backup_dir, settings):
    make_photo()
    backup = make_backup(kind="manual")
    content = (backup_dir / backup.name).read_bytes()
    manifest = manifest_of(backup_dir / backup.name)
    assert (backup.status, backup.kind, backup.is_good, backup.step) == ("completed", "manual", True, "")
    assert (backup.size_bytes, backup.sha256) == (len(content), hashlib.sha256(content[:-64]).hexdigest())
    assert backup.vendor == manifest["vendor"] == connection.vendor
    assert backup.row_count == sum(manifest["rows"].values())
    assert (backup.file_count, backup.file_bytes) == (2, sum(map(len, stored(settings).values())))
    assert 0 < backup.database_bytes < backup.size_bytes
    assert (backup.is_partial, backup.problem_count, backup.problems, backup.is_encrypted) == (False, 0, [], False)
    assert backup.started_at < backup.finished_at == backup.verified_at
    assert (backup.copied_at, backup.copy_error, backup.attempts) == (None, "", 1)


def test_the_manifest_tells_versions_and_migrations(make_backup, backup_dir):
    manifest = manifest_of(backup_dir / make_backup().name)
    assert {"posesite", "django", "python", connection.vendor} <= set(manifest["versions"])
    assert "0001_initial" in manifest["migrations"]["backups"]
    assert set(manifest["migrations"]) >= {"accounts", "poses", "batches", "auth"}


def test_names_go_by_the_day_of_the_sites_time_zone_and_the_second_of_a_day_has_a_time(make_backup, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    late = datetime(2026, 7, 1, 12, 30, 15, tzinfo=ZoneInfo("UTC"))
    with mock.patch("django.utils.timezone.now", return_value=late):
        names = [make_backup().name, make_backup().name, make_backup(kind="manual").name]
        again = make_backup(kind="manual").name
        third = make_backup()
    assert names == ["2026-07-02-backup.zip", "2026-07-02-003015-backup.zip", "2026-07-02-manual-backup.zip"]
    assert again == "2026-07-02-003015-manual-backup.zip"
    assert (third.status, third.error_code, third.name) == ("failed", "same_moment", "")


def test_a_file_that_lies_there_without_a_row_is_not_written_over(make_backup, backup_dir):
    first = make_backup()
    before = (backup_dir / first.name).read_bytes()
    Backup.objects.all().delete()
    second = make_backup()
    assert second.status == "completed"
    assert second.name != first.name
    assert (backup_dir / first.name).read_bytes() == before


def test_a_failed_one_leaves_its_name_to_the_next(make_backup, backup_dir, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(folder, "check_room", mock.Mock(side_effect=BackupFailed("no_space", "Full.")))
        failed = make_backup()
    assert (failed.status, failed.name) == ("failed", "")
    assert make_backup().name.count("-") == 3  # no time


def test_one_that_is_asked_for_on_a_page_is_made_by_a_worker(make_photo, user, backup_dir):
    make_photo()
    asked = asking.run_now(actor=user)
    assert (asked.status, asked.kind, asked.asked_by) == ("pending", "manual", user)
    assert broker.work_through() == 1
    made = Backup.objects.get()
    assert (made.status, made.pk, made.file_count) == ("completed", asked.pk, 2)
    assert left_in(backup_dir) == [made.name]


def test_two_rows_of_one_file_are_one_member(make_photo, make_backup, backup_dir):
    first, second = make_photo(), make_photo()
    LocalStorage().delete(second.thumbnail.name)
    Photo.objects.filter(pk=second.pk).update(thumbnail=first.thumbnail.name)
    backup = make_backup()
    assert (backup.status, backup.is_partial, backup.file_count) == ("completed", False, 3)
