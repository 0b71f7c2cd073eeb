"""Trouble that comes seldom: long errors, limits of the server, clocks, files that are none, two restores at a time."""

import errno
import hashlib
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from backups.models import Backup, Check
from backups.selectors.standing import standing
from backups.services import asking, folder, removing, restoring, site_files, taking
from backups.services.errors import BackupFailed, BackupRuns, RestoreCutShort, RestoreRefused
from core.errors import Conflict
from core.moving import databases
from core.storage.errors import StorageUnavailable
from core.storage.local import LocalStorage
from core.work import claims
from poses.models import Photo

from .backup_rows import backup_row
from .conftest import files_in, left_in, path_in_storage, stored

pytestmark = pytest.mark.django_db(transaction=True)


def restore(path: Any) -> restoring.Restored:
    return restoring.restore(path, is_into_empty=False, report=lambda line: None)


def test_an_error_of_any_length_ends_the_row(make_backup, monkeypatch):
    def fail(backup: Backup) -> None:
        raise BackupFailed("dump_failed", "x" * 2000)

    monkeypatch.setattr(taking, "take_in_turn", fail)
    backup = make_backup()
    assert (backup.status, backup.error_code, backup.error_message) == ("failed", "dump_failed", "x" * 500)


def test_a_connection_that_is_closed_ends_the_row(make_backup, monkeypatch):
    finish, calls = claims.finish, []

    def fail_once(item: Any, **values: Any) -> None:
        calls.append(item)
        if len(calls) == 1:
            raise InterfaceError("the connection is closed")
        finish(item, **values)

    def no_folder(backup: Backup) -> None:
        raise BackupFailed("no_space", "The disk is full.")

    monkeypatch.setattr(taking, "take_in_turn", no_folder)
    monkeypatch.setattr(claims, "finish", fail_once)
    backup = make_backup()
    assert (backup.status, backup.error_code) == ("failed", "database_unavailable")


def test_a_database_that_is_lost_at_the_very_start_ends_the_row(make_backup, monkeypatch):
    def down(pulse: Any, name: str, **options: Any) -> None:
        raise OperationalError("the server is gone")

    with monkeypatch.context() as patched:
        patched.setattr(taking.Pulse, "step", down)
        backup = make_backup()
    assert (backup.status, backup.error_code) == ("failed", "database_unavailable")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite bounds nothing")
def test_limits_of_the_server_do_not_end_the_snapshot(backup_dir):
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    limits = ("statement_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        for limit in limits:
            cursor.execute(f"ALTER DATABASE {name} SET {limit} = '1min'")
    try:
        with databases.opened_source() as source, databases.snapshot(source), source.cursor() as cursor:
            for limit in limits:
                cursor.execute(f"SHOW {limit}")
                assert cursor.fetchone() == ("0",)
    finally:
        with connection.cursor() as cursor:
            for limit in limits:
                cursor.execute(f"ALTER DATABASE {name} RESET {limit}")


def test_a_lease_is_renewed_while_a_slow_storage_is_waited_for(make_photo, make_backup, monkeypatch):
    make_photo()
    ticked = threading.Event()
    whole = site_files._whole

    def slowly(storage: Any, name: str) -> Any:
        ticked.clear()
        assert ticked.wait(30)
        return whole(storage, name)

    monkeypatch.setattr(site_files, "_whole", slowly)
    monkeypatch.setattr(site_files, "_TICK_S", 0.01)
    monkeypatch.setattr(taking.Pulse, "tick", lambda pulse: ticked.set())
    assert make_backup().is_good


def test_a_folder_or_a_looping_link_in_a_files_place_is_a_missing_file(make_photo, make_backup, backup_dir, settings):
    first, second, third = make_photo(), make_photo(), make_photo()
    for photo in (first, second):
        path_in_storage(settings, photo.file.name).unlink()
    path_in_storage(settings, first.file.name).mkdir()
    path_in_storage(settings, second.file.name).symlink_to(path_in_storage(settings, second.file.name))
    backup = make_backup()
    assert {(each["name"], each["reason"]) for each in backup.problems} == {
        (first.file.name, "missing"),
        (second.file.name, "missing"),
    }
    assert third.file.name in files_in(backup_dir / backup.name)


def test_a_file_that_the_storage_does_not_give_is_named(make_photo, make_backup, monkeypatch):
    photo = make_photo()

    def fail(storage: Any, *name: str) -> Any:
        raise StorageUnavailable

    monkeypatch.setattr(site_files, "_PAUSES_S", ())
    monkeypatch.setattr(site_files, "_whole", fail)
    monkeypatch.setattr(LocalStorage, "check", fail)
    backup = make_backup()
    assert backup.error_code == "storage_unavailable"
    assert backup.error_message.startswith(f"{photo.file.name} (photo {photo.pk}) could not be read. ")


def test_a_made_backup_that_waits_for_a_worker_is_ended_by_the_next_command(make_backup, backup_dir):
    backup = make_backup()
    Backup.objects.filter(pk=backup.pk).update(**claims.queued(), size_bytes=None, sha256="", finished_at=None)
    make_backup()
    backup.refresh_from_db()
    assert backup.is_good
    assert Backup.objects.good().count() == 2


def test_a_backup_of_a_wrong_clock_hides_no_missing_ones(db):
    now = timezone.now()
    good = backup_row(now - timedelta(hours=30))
    backup_row(now + timedelta(days=365))
    assert standing().newest_good == good
    assert standing().is_late(now)


def test_a_folder_that_is_taken_for_a_leftover_before_it_is_locked_is_made_anew(backup_dir, monkeypatch):
    folder.prepare()
    has_locked = folder._has_locked
    calls: list[object] = []

    def meanwhile(lock: Any) -> bool:
        calls.append(lock)
        if len(calls) == 1:  # a backup that begins removes what nobody has locked
            folder.remove_leftovers()
        return has_locked(lock)

    monkeypatch.setattr(folder, "_has_locked", meanwhile)
    with folder.scratch() as path:
        assert path.is_dir()
    assert left_in(backup_dir) == []


def test_a_restore_has_the_turn_of_backups(make_photo, make_backup, backup_dir, monkeypatch):
    make_photo()
    backup = make_backup()
    with folder.turn(), pytest.raises(BackupRuns):
        restore(backup_dir / backup.name)
    seen = []

    def meanwhile(*args: Any) -> None:
        with pytest.raises(BackupRuns):
            asking.run_here(kind="manual", wants_email=False)
        seen.append(True)

    monkeypatch.setattr(restoring, "_verify", meanwhile)
    restore(backup_dir / backup.name)
    assert seen == [True]


@pytest.fixture
def lost(make_photo: Any, make_backup: Any, backup_dir: Any, settings: Any, monkeypatch: Any) -> Iterator[Any]:
    """A backup of a photo that is lost, and an engine whose connection breaks as or before it commits."""
    make_photo()
    path = backup_dir / make_backup().name
    files = stored(settings)
    for name in files:
        path_in_storage(settings, name).unlink()
    Photo.objects.all().delete()
    engine = restoring.engine_of(connection.vendor)

    def break_down(*, is_committed: bool) -> None:
        class Broken:
            def __getattr__(self, name: str) -> Any:
                return getattr(engine, name)

            def restore(self, *args: Any, **options: Any) -> None:
                if is_committed:
                    engine.restore(*args, **options)
                raise RestoreRefused("restore_failed", "server closed the connection unexpectedly")

        monkeypatch.setattr(restoring, "engine_of", lambda vendor: Broken())

    return path, files, break_down


def test_files_stay_where_the_database_had_committed_after_all(lost, settings):
    path, files, break_down = lost
    break_down(is_committed=True)
    with pytest.raises(RestoreRefused):
        restore(path)
    assert Photo.objects.count() == 1
    assert stored(settings) == files


def test_files_go_where_the_database_had_not_committed(lost, settings):
    path, _, break_down = lost
    break_down(is_committed=False)
    with pytest.raises(RestoreRefused):
        restore(path)
    assert (Photo.objects.count(), stored(settings)) == (0, {})


def test_a_file_that_was_damaged_in_the_backup_does_not_replace_a_sound_one(
    make_photo, make_backup, backup_dir, settings
):
    photo = make_photo()
    path = path_in_storage(settings, photo.file.name)
    sound = path.read_bytes()
    path.write_bytes(b"other bytes")
    backup = make_backup()
    assert backup.is_partial
    path.write_bytes(sound)
    assert restore(backup_dir / backup.name).replaced == []
    assert path.read_bytes() == sound


def test_what_fails_behind_the_database_does_not_say_that_nothing_changed(
    make_photo, make_backup, backup_dir, monkeypatch
):
    make_photo()
    backup = make_backup()

    def fail() -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(restoring.registry, "take_in", fail)
    with pytest.raises(RestoreCutShort, match="are restored, but"):
        restore(backup_dir / backup.name)


def test_of_the_last_two_good_ones_that_are_deleted_at_a_time_one_stays(backup_dir, user, monkeypatch):
    folder.prepare()
    backups = [backup_row(), backup_row()]
    remove, begun, refusals = removing.remove, threading.Event(), []

    def slowly(backup: Backup, *, now: datetime) -> None:
        if backup == backups[0]:
            begun.set()
            other.join(0.5)  # which waits for this one, and would not without the lock
        remove(backup, now=now)

    def delete(backup: Backup) -> None:
        try:
            removing.delete(backup=backup, actor=user)
        except Conflict as error:
            refusals.append(error.code)
        finally:
            connection.close()

    def delete_second() -> None:
        assert begun.wait(30)
        delete(backups[1])

    monkeypatch.setattr(removing, "remove", slowly)
    first, other = threading.Thread(target=delete, args=[backups[0]]), threading.Thread(target=delete_second)
    other.start()
    first.start()
    first.join()
    other.join()
    assert refusals == ["last_good_backup"]
    assert Backup.objects.good().get() == backups[1]


def test_a_passphrase_that_was_changed_since_makes_no_backup_a_damaged_one(make_backup, settings):
    settings.BACKUP_PASSPHRASE = "the old one"
    backup = make_backup()
    settings.BACKUP_PASSPHRASE = "the new one"
    check = asking.check_here(backup=backup, kind=Check.Kind.VERIFICATION)
    assert (check.status, check.error_code) == ("failed", "passphrase_wrong")
    backup.refresh_from_db()
    assert backup.is_good


def test_bytes_are_looked_at_whatever_the_storage_has_noted_of_them(
    make_photo, make_backup, backup_dir, settings, monkeypatch
):
    photo = make_photo()
    files = stored(settings)
    path = backup_dir / make_backup().name
    path_in_storage(settings, photo.file.name).write_bytes(b"damaged on the disk")
    monkeypatch.setattr(LocalStorage, "sha256", lambda storage, name: hashlib.sha256(files[name]).hexdigest())
    assert restore(path).replaced == [photo.file.name]
    assert stored(settings) == files
