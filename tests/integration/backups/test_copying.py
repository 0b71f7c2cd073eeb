"""The second copy, in another place."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InMemoryStorage, storages

from backups import checks
from backups.services import copying
from core.storage.errors import StorageUnavailable
from core.storage.photos import storage_named
from core.storage.s3 import S3Storage
from tests.integration.poses.buckets import set_up
from tests.integration.storage.conftest import s3_server
from tests.servers import BUCKET, S3

from .conftest import left_in

__all__ = ["s3_server"]

committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def second_place(settings: Any, tmp_path: Path) -> Path:
    """A folder that STORAGES names `second`, and that copies go to."""
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "second"}}
    settings.STORAGES = {**settings.STORAGES, "second": folder}
    settings.BACKUP_COPY_TO = "second"
    return tmp_path / "second"


@committed
def test_a_copy_goes_to_a_storage_of_the_settings(make_photo, make_backup, backup_dir, second_place):
    make_photo()
    backup = make_backup()
    assert (backup.status, backup.copy_storage, backup.copy_error) == ("completed", "second", "")
    assert backup.verified_at >= backup.copied_at
    copy = second_place / "backups" / backup.name
    assert copy.read_bytes() == (backup_dir / backup.name).read_bytes()


@committed
def test_a_copy_goes_to_a_bucket(make_photo, make_backup, backup_dir, settings, s3_server: S3):
    make_photo()
    set_up(settings, "s3", s3_server.options)
    settings.BACKUP_COPY_TO = "s3"
    backup = make_backup()
    assert (backup.copy_storage, backup.copy_error) == ("s3", "")
    key = f"backups/{backup.name}"
    content = s3_server.client().get_object(Bucket=BUCKET, Key=key)["Body"].read()
    assert content == (backup_dir / backup.name).read_bytes()
    copying.remove(backup.name, storage_name="s3")
    assert not storage_named("s3").exists(key)


@committed
@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (StorageUnavailable(), "The second place could not be reached; the log says why."),  # not that of photos
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
def test_a_copy_that_fails_is_written_down_and_the_backup_is_good(
    make_photo, make_backup, backup_dir, settings, monkeypatch, trouble, said
):
    make_photo()
    settings.BACKUP_COPY_TO = "s3"
    set_up(settings, "s3", {"bucket_name": "nobody"})

    def save(*args: object, **kwargs: object) -> str:
        raise trouble

    monkeypatch.setattr(S3Storage, "save", save)
    monkeypatch.setattr(S3Storage, "exists", lambda storage, name: False)
    backup = make_backup()
    assert (backup.is_good, backup.copied_at, backup.copy_storage) == (True, None, "s3")
    assert backup.copy_error == said
    assert left_in(backup_dir) == [backup.name]


@committed
def test_a_place_that_is_not_set_up_is_written_down(make_backup, settings):
    settings.BACKUP_COPY_TO = "nowhere"
    backup = make_backup()
    assert (backup.is_good, backup.copied_at) == (True, None)
    assert 'not "nowhere"' in backup.copy_error


def test_somebody_elses_file_of_the_name_stays(settings, tmp_path, second_place):
    """Two sites that have one place for their copies."""
    path = tmp_path / "2026-11-29-backup.zip"
    path.write_bytes(b"ours" + b"0" * 64)
    other = second_place / "backups" / path.name
    other.parent.mkdir(parents=True)
    other.write_bytes(b"else" + b"1" * 64)
    found = copying.copy(path, sha256="0" * 64, on_bytes=lambda count: None)
    assert found["copied_at"] is None
    assert "give each site a place of its own" in found["copy_error"]
    assert [each.name for each in other.parent.iterdir()] == [path.name]
    assert other.read_bytes() == b"else" + b"1" * 64


def test_what_an_ended_attempt_has_copied_is_the_copy(settings, tmp_path, second_place):
    path = tmp_path / "2026-11-29-backup.zip"
    path.write_bytes(b"ours" + b"0" * 64)
    told: list[int] = []
    for _ in range(2):
        found = copying.copy(path, sha256="0" * 64, on_bytes=told.append)
        assert (found["copied_at"] is None, found["copy_error"]) == (False, "")
    assert sum(told) == 68
    assert [each.name for each in (second_place / "backups").iterdir()] == [path.name]


def test_a_copy_of_another_size_is_none(settings, tmp_path, monkeypatch):
    settings.STORAGES = {
        **settings.STORAGES,
        "memory": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    settings.BACKUP_COPY_TO = "memory"
    monkeypatch.setattr(InMemoryStorage, "size", lambda storage, name: 3)
    path = tmp_path / "2026-11-29-backup.zip"
    path.write_bytes(b"bytes")
    found = copying.copy(path, sha256="0" * 64, on_bytes=lambda count: None)
    assert "another size" in found["copy_error"]
    assert not storages["memory"].exists(f"backups/{path.name}")


def test_a_check_tells_of_a_place_that_is_not_there(settings):
    settings.BACKUP_COPY_TO = ""
    assert (copying.storage_of_copies(), checks.second_place_exists()) == (None, [])
    settings.BACKUP_COPY_TO = "local"
    assert checks.second_place_exists() == []
    for name in ("nowhere", "s3"):  # unknown; and known, but without a bucket
        settings.BACKUP_COPY_TO = name
        with pytest.raises(ImproperlyConfigured):
            copying.storage_of_copies()
        [error] = checks.second_place_exists()
        assert error.id == "backups.E001"
