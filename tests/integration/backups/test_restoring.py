"""Bringing a site back: all of it, or nothing of it changes."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from backups.archive import sealing
from backups.archive.errors import ArchiveError
from backups.archive.reading import ArchiveReader
from backups.archive.sealing import Seal
from backups.models import Backup
from backups.services import registry, restored_files, restoring
from backups.services.errors import RestoreCutShort
from core.errors import DomainError
from core.storage.errors import StorageFull, StorageUnavailable
from core.storage.local import LocalStorage
from poses.models import Photo, Pose, Removal
from tests.integration.batches.batch_rows import finished_batch
from tests.integration.poses.buckets import set_up_both, use
from tests.integration.storage.conftest import mongodb_server, s3_server

from .backup_rows import check_row
from .conftest import (
    content_of_database,
    in_the_middle,
    left_in,
    make_output_as_its_row,
    path_in_storage,
    stored,
    sweep_and_work,
)
from .quick_key import IDENTITY, LOCKED, PASSPHRASE

__all__ = ["mongodb_server", "s3_server"]

pytestmark = pytest.mark.django_db(transaction=True)


def restore(path: Path, *, is_into_empty: bool = False) -> restoring.Restored:
    return restoring.restore(path, is_into_empty=is_into_empty, report=lambda line: None)


@pytest.fixture
def path(make_photo: Callable[..., Photo], make_backup: Callable[..., Backup], backup_dir: Path, user: User) -> Path:
    """The file of a backup of two photos, with their poses, and a batch."""
    make_photo()
    make_photo()
    finished_batch(user)
    make_output_as_its_row()
    backup = make_backup()
    assert backup.is_good
    return backup_dir / backup.name


@pytest.fixture
def refusal(settings: Any, backup_dir: Path) -> Callable[..., DomainError]:
    """Restores, which has to be refused and to change nothing."""

    def refuse(path: Path, *, is_into_empty: bool = False) -> DomainError:
        before, files, lying = content_of_database(), stored(settings), left_in(backup_dir)
        with pytest.raises(DomainError) as caught:
            restore(path, is_into_empty=is_into_empty)
        assert not isinstance(caught.value, RestoreCutShort)
        assert (content_of_database(), stored(settings), left_in(backup_dir)) == (before, files, lying)
        return caught.value

    return refuse


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The backup with other words in its manifest, and otherwise sound."""
    with zipfile.ZipFile(path) as opened:
        content = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(content["manifest.json"])
    change(manifest)
    content["manifest.json"] = json.dumps(manifest).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as written:
        for name, each in content.items():
            written.writestr(name, each)
        written.comment = b"posesite-backup sha256=" + bytes(64)
    signed = target.getvalue()[:-64]
    other = path.with_name("other.zip")
    other.write_bytes(signed + hashlib.sha256(signed).hexdigest().encode())
    return other


def lose_everything(settings: Any) -> None:
    for photo in Photo.objects.all():
        photo.delete()
    User.objects.all().delete()
    for name in list(stored(settings)):
        path_in_storage(settings, name).unlink()


def test_a_site_comes_back_after_everything_was_deleted(path, settings):
    before, files = content_of_database(), stored(settings)
    lose_everything(settings)
    Backup.objects.all().delete()
    assert (Photo.objects.count(), Pose.objects.count(), stored(settings)) == (0, 0, {})
    restored = restore(path, is_into_empty=True)
    assert content_of_database() == before
    assert stored(settings) == files
    assert len(files) == 6
    assert (restored.files, sorted(restored.added), restored.replaced, restored.missing) == (6, sorted(files), [], 0)
    assert restored.rows == sum(map(len, before.values())) + 1  # the backup's own


def test_a_restored_site_goes_on(path, settings, make_photo, make_backup):
    lose_everything(settings)
    restore(path)
    photo = make_photo()  # new numbers do not meet with restored ones
    assert Photo.objects.count() == 3
    assert photo.people_found == 1
    backup = make_backup()
    assert (backup.is_good, backup.file_count, backup.name != path.name) == (True, 8, True)


def test_rows_and_files_that_came_later_go_and_stay(path, settings, make_photo):
    before, files = content_of_database(), stored(settings)
    later = make_photo()
    restored = restore(path)
    assert content_of_database() == before
    assert set(stored(settings)) == {*files, later.file.name, later.thumbnail.name}
    assert (restored.added, restored.replaced, restored.were_there) == ([], [], 6)
    restore(path)
    assert content_of_database() == before


def test_other_bytes_under_a_name_are_replaced(path, settings):
    files = stored(settings)
    [first, second, *_] = sorted(files)
    path_in_storage(settings, first).write_bytes(b"other bytes")
    path_in_storage(settings, second).unlink()
    restored = restore(path)
    assert stored(settings) == files
    assert (restored.added, restored.replaced, restored.were_there) == ([second], [first], 4)


def test_the_row_of_the_backup_itself_and_of_what_was_under_way_are_settled(path, make_backup, backup_dir, user):
    first = Backup.objects.get()
    second = make_backup()
    third = make_backup(kind="manual")
    (backup_dir / third.name).unlink()
    restore(backup_dir / second.name)  # in which the second runs, and the third is not
    found = {backup.name: backup for backup in Backup.objects.all()}
    assert set(found) == {first.name, second.name}
    assert found[first.name].is_good
    itself = found[second.name]
    assert (itself.pk, itself.status, itself.is_there, itself.verified_at) == (second.pk, "completed", True, None)
    assert (itself.size_bytes, itself.sha256, itself.file_count) == (second.size_bytes, second.sha256, 6)
    restore(backup_dir / first.name)  # in which the second never was: it is taken in from its file
    [taken] = Backup.objects.filter(name=second.name)
    assert (taken.kind, taken.status, taken.row_count) == ("scheduled", "completed", second.row_count)
    assert taken.started_at == second.started_at
    assert not Backup.objects.unfinished().exists()


def test_checks_that_were_under_way_are_settled(make_photo, make_backup, backup_dir):
    make_photo()
    check = check_row(make_backup(), status="running")
    restore(backup_dir / make_backup().name)
    check.refresh_from_db()
    assert (check.status, check.error_code, check.claim) == ("failed", "interrupted", None)


def test_a_file_that_was_deleted_in_the_middle_stays_after_a_restore(
    make_photo, make_backup, backup_dir, settings, monkeypatch
):
    """Its removal was noted, and the restored row names it again."""
    photo = make_photo()
    in_the_middle(monkeypatch, lambda: Photo.objects.get(pk=photo.pk).delete())
    restore(backup_dir / make_backup().name)
    Removal.objects.create(name=photo.file.name)
    sweep_and_work()
    assert set(stored(settings)) == {photo.file.name, photo.thumbnail.name}


def test_into_empty_is_refused_where_there_is_anything(path, settings, refusal):
    error = refusal(path, is_into_empty=True)
    assert error.code == "not_empty"
    assert "poses_photo" in error.message
    Photo.objects.all().delete()
    Backup.objects.all().delete()
    lose_everything(settings)
    for table in ("batches_batchimage", "batches_hostslot"):
        with connection.cursor() as cursor:
            if table in connection.introspection.table_names(cursor):
                cursor.execute(f"DELETE FROM {table}")
    LocalStorage(location=settings.STORAGES["photos"]["OPTIONS"]["location"]).save("a.jpg", io.BytesIO(b"bytes"))
    error = refusal(path, is_into_empty=True)
    assert (error.code, "storage of photos has files" in error.message) == ("not_empty", True)


@pytest.mark.parametrize("kind", ["mongodb", "s3"])
def test_another_storage_than_it_came_from_and_back(
    path, settings, backup_dir, make_backup, mongodb_server, s3_server, kind
):
    before, files = content_of_database(), stored(settings)
    local = settings.STORAGES["photos"]
    set_up_both(settings, mongodb_server, s3_server)
    there = use(settings, kind)
    restored = restore(path)
    assert sorted(restored.added) == sorted(there.names()) == sorted(files)
    for name, content in files.items():
        with there.open(name) as opened:
            assert opened.read() == content
    second = make_backup()
    assert (second.is_good, second.file_count) == (True, 6)
    settings.STORAGES = {**settings.STORAGES, "photos": local}
    lose_everything(settings)
    restore(backup_dir / second.name)
    assert stored(settings) == files
    assert content_of_database() == before


def test_another_engine_is_refused_with_the_way_to_go(path, refusal):
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    members = {"sqlite": "database.sqlite3.gz", "postgresql": "database.dump"}

    def change(manifest: dict[str, Any]) -> None:
        manifest["vendor"] = other

    error = refusal(rewritten(path, change))
    assert members[connection.vendor] in zipfile.ZipFile(path).namelist()
    assert error.code == "other_database"
    assert "manage.py move_database" in error.message


def test_a_newer_schema_is_refused(path, refusal):
    error = refusal(rewritten(path, lambda manifest: manifest["migrations"]["poses"].append("9999_from_the_future")))
    assert error.code == "newer_schema"
    assert "poses.9999_from_the_future" in error.message
    assert "Update the site first" in error.message


def test_an_older_schema_is_brought_up_to_date(make_photo, make_backup, backup_dir, settings):
    make_photo()
    table = Removal._meta.db_table
    try:
        call_command("migrate", "poses", "0005", verbosity=0)
        assert table not in connection.introspection.table_names()
        backup = make_backup()
        assert backup.is_good
    finally:
        call_command("migrate", verbosity=0)
    said: list[str] = []
    restoring.restore(backup_dir / backup.name, is_into_empty=False, report=said.append)
    assert "older version" in said[-1]
    assert (Removal.objects.count(), Photo.objects.count()) == (0, 1)


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_damaged_one_changes_nothing(path, refusal, settings, place):
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 0x20
    damaged = path.with_name("damaged.zip")
    damaged.write_bytes(content)
    path_in_storage(settings, next(iter(stored(settings)))).unlink()
    assert refusal(damaged).code in ("damaged", "beyond_manifest", "unsafe_name")


def test_what_is_no_backup_changes_nothing(path, refusal, tmp_path):
    assert refusal(tmp_path / "nowhere.zip").code == "no_file"
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as opened:
        opened.writestr("a.txt", "text")
    assert refusal(other).code == "not_a_backup"


def test_a_database_step_that_fails_takes_the_files_away_again(path, refusal, settings):
    """The counts differ, which is found last of all."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["rows"]["poses_photo"] += 1

    for name in sorted(stored(settings))[:3]:
        path_in_storage(settings, name).unlink()
    error = refusal(rewritten(path, change))
    assert (error.code, "poses_photo" in error.message) == ("rows_differ", True)


@pytest.mark.parametrize("trouble", [StorageFull(), StorageUnavailable()])
def test_a_storage_that_fails_in_the_middle_is_left_as_it_was(path, refusal, settings, monkeypatch, trouble):
    for name in sorted(stored(settings)):
        path_in_storage(settings, name).unlink()
    real, saves = LocalStorage.save, []

    def save(storage: LocalStorage, name: str, content: Any, **options: Any) -> str:
        saves.append(name)
        if len(saves) == 4:
            raise trouble
        return str(real(storage, name, content, **options))

    monkeypatch.setattr(LocalStorage, "save", save)
    assert refusal(path).code == trouble.code
    assert len(saves) >= 4


@pytest.mark.parametrize(("is_full", "code"), [(False, "storage_in_use"), (True, "storage_full")])
def test_what_somebody_saves_in_the_middle_is_not_taken_away(path, settings, monkeypatch, is_full, code):
    """Be it that this ends the restore, or that something else does a moment before."""
    with ArchiveReader(path) as reader:
        first, name, *others = [restored_files.name_in_storage(member) for member in reader.manifest.files]
    for each in (first, name, *others):
        path_in_storage(settings, each).unlink()
    before = content_of_database()
    real = LocalStorage.save

    def save(storage: LocalStorage, saved_name: str, content: Any, **options: Any) -> str:
        if saved_name == first and is_full:
            raise StorageFull
        if saved_name == name:
            target = path_in_storage(settings, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(b"somebody's")
        return str(real(storage, saved_name, content, **options))

    monkeypatch.setattr(LocalStorage, "save", save)
    with pytest.raises(DomainError) as caught:
        restore(path)
    assert caught.value.code == code
    assert stored(settings) == {name: b"somebody's"}
    assert content_of_database() == before


def test_a_disk_without_room_for_the_photos_is_told_first(path, refusal, settings, monkeypatch):
    for name in stored(settings):
        path_in_storage(settings, name).unlink()
    monkeypatch.setattr("backups.services.restored_files.shutil.disk_usage", lambda path: mock.Mock(free=100))
    error = refusal(path)
    assert (error.code, "The photos have no room" in error.message) == ("no_space", True)


def test_a_file_that_cannot_be_replaced_is_told_of_and_the_next_restore_ends_it(path, settings, monkeypatch):
    before, files = content_of_database(), stored(settings)
    name = sorted(files)[0]
    path_in_storage(settings, name).write_bytes(b"other bytes")
    with monkeypatch.context() as patched:
        patched.setattr(LocalStorage, "delete", mock.Mock(side_effect=StorageUnavailable()))
        with pytest.raises(RestoreCutShort) as caught:
            restore(path)
    assert name in caught.value.message
    assert "Restore again" in caught.value.message
    assert content_of_database() == before
    assert restore(path).replaced == [name]
    assert stored(settings) == files


def test_a_partial_one_is_restored_and_says_so(make_photo, make_backup, backup_dir, settings):
    photo = make_photo()
    path_in_storage(settings, photo.file.name).unlink()
    backup = make_backup()
    restored = restore(backup_dir / backup.name)
    assert (backup.is_partial, restored.missing, restored.files) == (True, 1, 1)


def test_encrypted_it_takes_the_passphrase(path, settings, make_backup, backup_dir, refusal, monkeypatch):
    monkeypatch.setattr(Seal, "made", lambda: Seal(sealing.pyrage.x25519.Identity.from_str(IDENTITY)))
    monkeypatch.setattr(Seal, "locked", lambda seal, passphrase: LOCKED)
    settings.BACKUP_PASSPHRASE = PASSPHRASE
    email = User.objects.get().email
    before, files = content_of_database(), stored(settings)
    backup = make_backup()
    assert (backup.is_good, backup.is_encrypted, backup.file_count) == (True, True, 6)
    encrypted = backup_dir / backup.name
    with zipfile.ZipFile(encrypted) as opened:
        assert all(name.endswith(".age") for name in opened.namelist())
    content = encrypted.read_bytes()
    assert not any(each in content for each in (*files.values(), PASSPHRASE.encode(), email.encode()))
    for passphrase, code in (("", "passphrase_needed"), ("wrong horse", "passphrase_wrong")):
        settings.BACKUP_PASSPHRASE = passphrase
        error = refusal(encrypted)
        assert error.code == code
        assert not passphrase or passphrase not in error.message
    settings.BACKUP_PASSPHRASE = PASSPHRASE
    lose_everything(settings)
    restore(encrypted)
    assert (content_of_database(), stored(settings)) == (before, files)
    assert Backup.objects.get(pk=backup.pk).is_encrypted


def test_files_that_cannot_be_opened_are_not_taken_in(path, backup_dir):
    name = "2020-01-01-backup.zip"
    (backup_dir / name).write_bytes(b"no backup")
    (backup_dir / "notes.txt").write_bytes(b"text")
    assert registry.take_in() == []
    assert set(Backup.objects.values_list("name", flat=True)) == {path.name}


def test_a_backup_whose_file_is_gone_is_noted(path):
    path.unlink()
    registry.take_in()
    assert Backup.objects.get().removed_at is not None


def test_a_failed_one_whose_file_is_there_after_all_is_taken_in(path):
    Backup.objects.update(
        status="failed", error_code="crashed", error_message="It died.", size_bytes=None, verified_at=None
    )
    assert registry.take_in() == [path.name]
    backup = Backup.objects.get()
    assert (backup.status, backup.error_code, backup.file_count, backup.is_good) == ("completed", "", 6, False)


def test_a_busy_moment_makes_no_encrypted_backup_a_damaged_one(monkeypatch):
    """Age refuses a key that would take too long by a measurement of milliseconds, and says so of a factor of 30."""
    monkeypatch.setattr(sealing, "_PAUSE_S", 0)
    slow = re.sub(rb"(-> scrypt \S+) 10", rb"\1 30", LOCKED, count=1)
    asked: list[bytes] = []
    real = sealing.pyrage.passphrase.decrypt

    def decrypt(given: bytes, passphrase: str) -> bytes:
        asked.append(given)
        return bytes(real(slow if len(asked) < 3 else given, passphrase))

    with monkeypatch.context() as patched:
        patched.setattr(sealing.pyrage.passphrase, "decrypt", decrypt)
        Seal.unlocked(LOCKED, PASSPHRASE)
    assert len(asked) == 3
    with pytest.raises(ArchiveError) as caught:
        Seal.unlocked(slow, PASSPHRASE)
    assert caught.value.code == "too_busy"
