"""Files of rows that are deleted while a backup goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backups.archive.writing import ArchiveWriter
from backups.models import Backup
from backups.selectors.standing import keeps_files
from core.errors import Conflict
from core.work import claims
from poses.models import Photo, Removal
from poses.services import photo_files, removing, sweeping_files
from poses.services.deleting import delete_photo

from .backup_rows import backup_row
from .conftest import files_in, in_the_middle, left_in, stored, sweep_and_work


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_is_deleted_in_the_middle_is_in_the_backup_and_its_files_go_afterwards(
    make_photo, make_backup, backup_dir, settings, monkeypatch
):
    photo, other = make_photo(), make_photo()
    before, seen = stored(settings), []

    def delete() -> None:
        Photo.objects.get(pk=photo.pk).delete()
        sweep_and_work()  # which has to leave them alone
        seen.append(stored(settings))

    in_the_middle(monkeypatch, delete)
    backup = make_backup()
    assert not Photo.objects.filter(pk=photo.pk).exists()
    assert seen == [before]
    assert (backup.status, backup.is_partial) == ("completed", False)
    assert files_in(backup_dir / backup.name) == before
    assert sorted(Removal.objects.values_list("name", flat=True)) == sorted([photo.file.name, photo.thumbnail.name])
    sweep_and_work()
    assert set(stored(settings)) == {other.file.name, other.thumbnail.name}
    assert not Removal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_they_go_after_a_backup_that_failed_too(make_photo, make_backup, backup_dir, settings, monkeypatch):
    photo = make_photo()

    def delete_and_fail() -> None:
        delete_photo(photo=Photo.objects.get(pk=photo.pk), actor=photo.owner)
        monkeypatch.setattr(ArchiveWriter, "finish", None)

    in_the_middle(monkeypatch, delete_and_fail)
    assert make_backup().status == "failed"
    assert len(stored(settings)) == 2
    sweep_and_work()
    assert (stored(settings), left_in(backup_dir)) == ({}, [])


@pytest.mark.django_db(transaction=True)
def test_files_of_a_failed_upload_go_at_once(make_photo, make_backup, settings, monkeypatch):
    make_photo()
    before, raised = stored(settings), []

    def upload() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(photo_files, "thumbnail_of", None)
            with pytest.raises(TypeError) as caught:
                make_photo()
            raised.append(caught.value)
        assert removing.are_kept()

    in_the_middle(monkeypatch, upload)
    assert make_backup().status == "completed"
    assert (len(raised), stored(settings), Removal.objects.count()) == (1, before, 0)


@pytest.mark.parametrize(
    ("step", "lease", "is_kept"),
    [
        ("", 60, True),  # claimed, and not yet begun
        (Backup.Step.DATABASE, 60, True),
        (Backup.Step.FILES, 60, True),
        (Backup.Step.FILES, -1, False),  # its process has died
        (Backup.Step.VERIFYING, 60, False),
        (Backup.Step.COPYING, 60, False),
    ],
)
def test_files_are_kept_from_the_claim_to_the_last_file(db, step, lease, is_kept):
    now = timezone.now()
    running = claims.claimed_from_the_start(timedelta(seconds=lease))
    Backup.objects.create(kind="manual", step=step, **running)
    assert (keeps_files(now), removing.are_kept()) == (is_kept, is_kept)


@pytest.mark.parametrize("status", ["pending", "completed", "failed"])
def test_files_are_not_kept_for_a_backup_that_does_not_run(db, status):
    backup_row(status=status)
    assert not removing.are_kept()


def sweep(*, is_fix: bool) -> None:
    sweeping_files.sweep_files(now=timezone.now(), is_fix=is_fix, with_hashes=False, tell=lambda *values: None)


def test_a_sweep_of_files_waits_for_the_backup(make_photo, backup_dir):
    make_photo()
    Backup.objects.create(kind="manual", **claims.claimed_from_the_start(timedelta(minutes=1)))
    with pytest.raises(Conflict) as caught:
        sweep(is_fix=True)
    assert caught.value.code == "files_kept"
    sweep(is_fix=False)


def test_a_deletion_asks_the_database_once_more(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        removing.remove_later("a.jpg", "b.jpg")
