"""The commands: what they say, and their exit codes."""

import io
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from backups.models import Backup, Check, Notice
from backups.services import asking
from core.schedule import run
from poses.models import Photo
from tests.mail_server import mail_server

from .backup_rows import backup_row
from .conftest import content_of_database, left_in, path_in_storage, stored

pytestmark = pytest.mark.django_db(transaction=True)


class Ended:
    """What a command has said, and its exit code."""

    def __init__(self, *arguments: object) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.code, self.error = 0, ""
        try:
            call_command(*map(str, arguments), stdout=out, stderr=err)
        except CommandError as error:
            self.code, self.error = error.returncode, str(error)
        self.out, self.err = out.getvalue(), err.getvalue()


@pytest.fixture
def path(make_photo: Callable[..., Photo], make_backup: Callable[..., Backup], backup_dir: Path) -> Path:
    make_photo()
    return backup_dir / make_backup().name


def damaged(path: Path) -> Path:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    other = path.with_name("damaged.zip")
    other.write_bytes(content)
    return other


def test_the_command_sends_its_email_without_a_worker(make_photo, backup_dir, settings, mailoutbox):
    make_photo()
    settings.BACKUP_EMAILS = ["ops@example.org", "lab@example.org"]
    assert Ended("backup").code == 0
    [message] = mailoutbox
    assert message.to == ["ops@example.org", "lab@example.org"]
    assert [part.get_filename() for part in message.attachments] == [Backup.objects.get().name]
    assert Notice.objects.get().status == "completed"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1  # nobody listens there
    assert Ended("backup", "--manual").code == 0
    waiting = Notice.objects.get(status="held")
    assert (waiting.tries, waiting.last_error) == (1, "The site's mail server cannot be reached.")


def test_a_backup_says_where_it_is_and_what_it_has(make_photo, backup_dir, settings):
    make_photo()
    settings.BACKUP_EMAILS = ["ops@example.org"]
    ended = Ended("backup")
    backup = Backup.objects.get()
    assert (ended.code, ended.err, backup.kind, backup.wants_email) == (0, "", "scheduled", True)
    assert ended.out.startswith(f"{backup_dir / backup.name}: ")
    assert f"with {backup.row_count} rows, 2 files, verified, in " in ended.out
    assert Notice.objects.count() == 1
    ended = Ended("backup", "--manual", "--no-email")
    assert (ended.code, Notice.objects.count()) == (0, 1)
    assert Backup.objects.get(kind="manual").name.endswith("-manual-backup.zip")


def test_a_partial_one_ends_with_2_and_names_what_is_missing(make_photo, settings, backup_dir):
    photo = make_photo()
    path_in_storage(settings, photo.thumbnail.name).unlink()
    ended = Ended("backup")
    assert ended.code == 2
    assert ended.error == "The backup is partial: 1 files of the site are missing or damaged."
    assert ended.err.splitlines() == [f"{photo.thumbnail.name} (photo {photo.pk}): missing"]
    assert left_in(backup_dir) == [Backup.objects.get().name]


def test_a_failed_one_ends_with_1_and_the_reason(backup_dir):
    backup_dir.write_bytes(b"a file")
    ended = Ended("backup")
    assert (ended.code, ended.out) == (1, "")
    assert ended.error.startswith("The backup failed: The folder of backups, ")
    assert Backup.objects.get().status == "failed"


def test_one_beside_another_ends_with_3(backup_dir):
    backup_row(status="pending")
    ended = Ended("backup")
    assert (ended.code, ended.error) == (3, "A backup is going on already. Wait until it is done.")


def test_without_a_database_it_ends_with_1_and_tells_by_email(settings, backup_dir, monkeypatch):
    settings.BACKUP_EMAILS = ["ops@example.org"]
    down = mock.Mock(side_effect=OperationalError("connection refused\n"))
    monkeypatch.setattr(asking, "_settle_dead", down)
    with mail_server(settings) as smtp:
        ended = Ended("backup")
        assert (ended.code, len(smtp.taken)) == (1, 1)
        assert ended.error == "The backup failed: The database cannot be used: connection refused"
        assert Ended("backup", "--no-email").code == 1
        assert len(smtp.taken) == 1
    assert b"connection refused" in smtp.taken[0]


def test_a_copy_that_was_not_made_is_told_of(settings, backup_dir):
    settings.BACKUP_COPY_TO = "nowhere"
    ended = Ended("backup")
    assert (ended.code, ended.err.startswith("The second copy was not made: ")) == (0, True)


def test_the_schedule_makes_a_backup_and_a_drill(make_photo, backup_dir):
    make_photo()
    run("backup")
    run("restore_drill")
    assert Backup.objects.get().drilled_at is not None


def test_verifying_says_what_is_in_it(path, settings, tmp_path):
    elsewhere = tmp_path / "elsewhere.zip"
    elsewhere.write_bytes(path.read_bytes())
    settings.BACKUP_DIR = Path("/nowhere")  # needs no folder of backups, and no row
    ended = Ended("verify_backup", elsewhere)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"{elsewhere} is good: made on ")
    assert f"with {Backup.objects.get().row_count} rows, 2 files" in ended.out


def test_verifying_finds_what_is_damaged_missing_or_no_backup(path, tmp_path):
    ended = Ended("verify_backup", damaged(path))
    assert (ended.code, ended.error.endswith("(damaged)")) == (1, True)
    assert Ended("verify_backup", tmp_path / "nowhere.zip").error.endswith("(no_file)")
    assert Ended("verify_backup", tmp_path).code == 1
    assert Ended("verify_backup", __file__).error.endswith("(not_a_backup)")


def test_restoring_says_what_it_did(path, settings):
    before = content_of_database()
    name = sorted(stored(settings))[0]
    path_in_storage(settings, name).unlink()
    Photo.objects.all().delete()
    ended = Ended("restore", path, "--no-input")
    rows = sum(map(len, before.values())) + 1
    assert (ended.code, ended.err) == (0, "")
    assert f"Restored {rows} rows and 2 files: 2 were added, 0 replaced, 0 were there." in ended.out
    assert content_of_database() == before


def test_restoring_into_what_is_not_empty_ends_with_1_and_changes_nothing(path):
    before = content_of_database()
    ended = Ended("restore", path, "--into-empty")
    assert ended.code == 1
    assert ended.error.startswith("Nothing was changed. The database has rows already, in ")
    assert ended.error.endswith("(not_empty)")
    assert content_of_database() == before


@pytest.mark.parametrize(("answer", "code"), [("no", 1), ("restore", 0)])
def test_restoring_asks_at_a_terminal(path, monkeypatch, answer, code):
    photos = list(Photo.objects.all())
    Photo.objects.all().delete()
    asked = mock.Mock(return_value=answer)
    monkeypatch.setattr("builtins.input", asked)
    monkeypatch.setattr("sys.stdin", mock.Mock(isatty=lambda: True))
    assert Ended("restore", path).code == code
    assert str(path) in asked.call_args.args[0]
    assert Photo.objects.count() == (0 if code else len(photos))


def test_a_drill_takes_the_newest_or_the_one_that_is_named(path, make_backup):
    newer = make_backup(kind="manual")
    ended = Ended("restore_drill")
    assert (ended.code, ended.out.startswith(f"{newer.name} was restored beside the site and compared: ")) == (0, True)
    assert Ended("restore_drill", path.name).out.startswith(f"{path.name} was restored")
    assert sorted(Check.objects.values_list("backup__name", flat=True)) == sorted([newer.name, path.name])


def test_a_drill_that_fails_ends_with_1(path, backup_dir):
    damaged(path).replace(path)
    ended = Ended("restore_drill")
    assert ended.code == 1
    assert ended.error.startswith(f"The drill of {path.name} failed: ")
    path.unlink()
    assert "There is no file" in Ended("restore_drill", path.name).error


def test_a_drill_of_nothing_says_so(backup_dir):
    assert Ended("restore_drill").error == "There is no backup yet. manage.py backup makes one."
    assert Ended("restore_drill", "../x.zip").error == "There is no backup named ../x.zip."


def test_restoring_what_was_not_all_replaced_does_not_say_that_nothing_was_changed(path, settings, monkeypatch):
    name = sorted(stored(settings))[0]
    path_in_storage(settings, name).write_bytes(b"other bytes")
    monkeypatch.setattr("core.storage.local.LocalStorage.delete", mock.Mock(side_effect=OSError(5, "broken")))
    ended = Ended("restore", path, "--no-input")
    assert ended.code == 1
    assert ended.error.startswith("The restore was cut short. ")
    assert name in ended.error
