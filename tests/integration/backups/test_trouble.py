"""What can go wrong while a backup is made: the row has the reason, and nothing is left that looks like a backup."""

import os
import re
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.db import OperationalError, connection

from backups.archive.writing import ArchiveWriter
from backups.models import Backup, Notice
from backups.services import site_files, taking
from core.storage.errors import StorageUnavailable
from poses.models import Photo
from poses.models.photo import photo_storage
from tests.integration.batches.batch_rows import finished_batch

from .conftest import database_url, files_in, left_in, make_output_as_its_row, manifest_of, path_in_storage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def refused(make_backup: Callable[..., Backup], backup_dir: Path, settings: Any) -> Callable[[], Backup]:
    """Makes a backup, which has to fail and to leave nothing; one e-mail waits that tells of it."""

    def make() -> Backup:
        settings.BACKUP_EMAILS = ["ops@example.org"]
        backup = make_backup(wants_email=True)
        assert (backup.status, backup.name, backup.is_there) == ("failed", "", False)
        assert backup.finished_at is not None
        assert list(Notice.objects.values_list("event", "backup_id")) == [("failed", backup.pk)]
        if backup_dir.is_dir():
            assert left_in(backup_dir) == []
        return backup

    return make


def test_a_missing_file_makes_it_partial_and_is_named(make_photo, make_backup, backup_dir, settings):
    photo, other = make_photo(), make_photo()
    path_in_storage(settings, photo.file.name).unlink()
    backup = make_backup()
    problem = {"name": photo.file.name, "row": f"photo {photo.pk}", "reason": "missing"}
    assert (backup.status, backup.is_partial, backup.problem_count) == ("completed", True, 1)
    assert backup.problems == manifest_of(backup_dir / backup.name)["missing"] == [problem]
    assert not backup.is_good
    assert set(files_in(backup_dir / backup.name)) == {photo.thumbnail.name, other.file.name, other.thumbnail.name}


def test_a_damaged_file_makes_it_partial_and_is_in_it_as_it_is(make_photo, make_backup, backup_dir, settings):
    photo = make_photo()
    path_in_storage(settings, photo.file.name).write_bytes(b"other bytes")
    backup = make_backup()
    assert (backup.status, backup.is_partial) == ("completed", True)
    assert backup.problems == [{"name": photo.file.name, "row": f"photo {photo.pk}", "reason": "damaged"}]
    assert files_in(backup_dir / backup.name)[photo.file.name] == b"other bytes"


def test_missing_results_of_a_batch_are_named_too(user, make_backup, settings):
    batch = finished_batch(user)
    make_output_as_its_row()
    path_in_storage(settings, batch.results.name).unlink()
    backup = make_backup()
    assert backup.problems == [{"name": batch.results.name, "row": f"batch {batch.pk}", "reason": "missing"}]


def test_of_many_missing_files_the_row_has_the_first_and_the_manifest_all(
    make_photo, make_backup, backup_dir, settings, monkeypatch
):
    monkeypatch.setattr(taking, "_PROBLEMS_SHOWN", 3)
    photos = [make_photo() for _ in range(2)]
    for photo in photos:
        path_in_storage(settings, photo.file.name).unlink()
        path_in_storage(settings, photo.thumbnail.name).unlink()
    backup = make_backup()
    assert (backup.problem_count, len(backup.problems)) == (4, 3)
    assert len(manifest_of(backup_dir / backup.name)["missing"]) == 4


def test_a_storage_that_is_down_fails_it(make_photo, refused, monkeypatch):
    make_photo()
    monkeypatch.setattr(site_files, "_PAUSES_S", (0.0, 0.0))
    opened = mock.Mock(side_effect=StorageUnavailable())
    monkeypatch.setattr(type(photo_storage()), "open", opened)
    monkeypatch.setattr(type(photo_storage()), "check", opened)
    assert refused().error_code == "storage_unavailable"
    assert opened.call_count >= 3  # it was asked again


def unreadable(monkeypatch: pytest.MonkeyPatch, names: set[str]) -> None:
    """The storage answers, and cannot read these files."""
    monkeypatch.setattr(site_files, "_PAUSES_S", ())
    real = type(photo_storage()).open

    def opened(storage: Any, name: str, *args: Any) -> Any:
        if name in names:
            raise StorageUnavailable
        return real(storage, name, *args)

    monkeypatch.setattr(type(photo_storage()), "open", opened)


def test_a_file_that_cannot_be_read_while_the_storage_answers_is_missing(make_photo, make_backup, monkeypatch):
    photo, _ = make_photo(), make_photo()
    unreadable(monkeypatch, {photo.file.name})
    backup = make_backup()
    assert (backup.status, backup.is_partial, backup.file_count) == ("completed", True, 3)
    assert backup.problems == [{"name": photo.file.name, "row": f"photo {photo.pk}", "reason": "missing"}]


def test_many_files_that_cannot_be_read_fail_it(make_photo, refused, monkeypatch):
    monkeypatch.setattr(site_files, "_UNREADABLE_AT_MOST", 1)
    photo = make_photo()
    unreadable(monkeypatch, {photo.file.name, photo.thumbnail.name})
    assert refused().error_code == "storage_unavailable"


def test_a_storage_that_is_down_for_a_moment_is_asked_again(make_photo, make_backup, monkeypatch):
    make_photo()
    monkeypatch.setattr(site_files, "_PAUSES_S", (0.0,))
    real = type(photo_storage()).open
    answers = iter([StorageUnavailable()])

    def opened(*args: Any, **kwargs: Any) -> Any:
        if (trouble := next(answers, None)) is not None:
            raise trouble
        return real(*args, **kwargs)

    monkeypatch.setattr(type(photo_storage()), "open", opened)
    backup = make_backup()
    assert (backup.status, backup.is_partial, backup.file_count) == ("completed", False, 2)
    assert next(answers, None) is None


def test_a_disk_without_room_is_told_before_anything_is_written(make_photo, refused, monkeypatch):
    make_photo()
    usage = mock.Mock(return_value=shutil._ntuple_diskusage(10**9, 10**9, 1 << 20))
    monkeypatch.setattr("backups.services.folder.shutil.disk_usage", usage)
    writer = mock.Mock(side_effect=ArchiveWriter)
    monkeypatch.setattr(taking, "ArchiveWriter", writer)
    failed = refused()
    assert failed.error_code == "no_space"
    assert re.search(r"has 1\.0 MB free, and the backup may need \d+\.\d MB\. Make room", failed.error_message)
    assert not writer.called


def test_a_disk_that_is_full_in_the_middle_leaves_nothing(make_photo, refused, settings):
    """By the limit of a process (EFBIG), which is a full disk to whoever writes."""
    photo = make_photo()
    limit = 48 << 20  # the database in SQLite and its log are smaller
    with path_in_storage(settings, photo.file.name).open("r+b") as opened:
        opened.truncate(limit + (1 << 20))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        failed = refused()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert failed.error_code == "no_space"
    assert "was full before the backup was whole" in failed.error_message


def test_a_folder_that_is_a_file_is_told_of(refused, backup_dir):
    backup_dir.write_bytes(b"a file")
    failed = refused()
    assert failed.error_code == "folder_not_writable"
    assert str(backup_dir) in failed.error_message
    assert "BACKUP_DIR" in failed.error_message
    assert backup_dir.read_bytes() == b"a file"


def test_a_folder_that_nothing_can_be_made_in_is_told_of(refused, settings):
    settings.BACKUP_DIR = Path("/proc/backups")
    failed = refused()
    assert failed.error_code == "folder_not_writable"
    assert "/proc/backups" in failed.error_message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_told_of(refused, backup_dir):
    backup_dir.mkdir(mode=0o500)
    assert refused().error_code == "folder_not_writable"


def test_a_lock_of_somebody_else_is_told_of(refused, backup_dir):
    """As a backup leaves it that root has made by hand; here a folder, which root cannot open for writing either."""
    (backup_dir / ".lock").mkdir(parents=True)
    failed = refused()
    assert failed.error_code == "folder_not_writable"
    assert ".lock" in failed.error_message


@pytest.mark.parametrize("name", ["../outside.jpg", "/etc/passwd", "a/../../b.jpg", "..\\b.jpg", "a//b.jpg"])
def test_a_name_that_leads_out_of_the_storage_is_refused(make_photo, refused, name):
    photo = make_photo()
    Photo.objects.filter(pk=photo.pk).update(file=name)
    failed = refused()
    assert failed.error_code == "unsafe_name"
    assert f"photo {photo.pk}" in failed.error_message


def test_what_nobody_expected_fails_it_and_leaves_nothing(make_photo, refused, monkeypatch):
    make_photo()
    monkeypatch.setattr(ArchiveWriter, "finish", mock.Mock(side_effect=ZeroDivisionError))
    assert refused().error_code == "unexpected"


def test_one_that_does_not_verify_is_none(make_photo, refused, monkeypatch):
    """As where the disk gives other bytes back than it was given."""
    make_photo()
    finish = ArchiveWriter.finish

    def rot(writer: ArchiveWriter, facts: Any) -> str:
        digest = finish(writer, facts)
        [path] = Path(taking.settings.BACKUP_DIR).glob(".*.zip.partial")
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 1
        path.write_bytes(content)
        return digest

    monkeypatch.setattr(ArchiveWriter, "finish", rot)
    assert refused().error_code == "damaged"


def test_an_interrupted_one_is_noted_and_leaves_nothing(make_photo, make_backup, backup_dir, monkeypatch):
    make_photo()
    monkeypatch.setattr(ArchiveWriter, "finish", mock.Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        make_backup()
    assert (Backup.objects.get().status, Backup.objects.get().error_code) == ("failed", "interrupted")
    assert left_in(backup_dir) == []


def test_a_missing_pg_dump_is_told_of(make_photo, refused, settings, tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has programs")
    make_photo()
    settings.POSTGRESQL_BIN = str(tmp_path)
    failed = refused()
    assert failed.error_code == "tool_missing"
    assert "postgresql-client" in failed.error_message
    assert "POSTGRESQL_BIN" in failed.error_message


def test_a_database_that_ends_every_session_in_the_middle_fails_it(make_photo, refused, monkeypatch):
    """As a server that is restarted; the site's own session, which has to write the reason down, is ended too."""
    make_photo()
    real = site_files.FileList.fill

    def fill(files: site_files.FileList, *, using: str) -> None:
        real(files, using=using)
        if connection.vendor == "postgresql":
            with psycopg.connect(database_url(), autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        else:  # there is no server that could be ended
            raise OperationalError("disk I/O error")

    monkeypatch.setattr(site_files.FileList, "fill", fill)
    failed = refused()
    assert (failed.error_code, connection.is_usable()) == ("database_unavailable", True)
    assert failed.error_message.startswith("The database was lost in the middle: ")
