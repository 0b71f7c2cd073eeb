"""E-mails about backups: what they say, to whom, and what becomes of those that cannot be sent."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from backups import queue
from backups.models import Backup, Notice
from backups.services import links, messages, notices
from backups.services.links import LinkEnded
from core import mail
from core.work import kinds, retrying, running, sweeping
from tests import broker
from tests.mail_server import MailServer, mail_server

from .backup_rows import backup_row, check_row, notice_row
from .conftest import path_in_storage, sweep_and_work

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EMAILS = ["ops@example.org", "ada@example.org"]
PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def _site(backup_dir: Path, settings: Any) -> None:
    settings.BACKUP_EMAILS = EMAILS
    settings.SITE_URL = "https://pose.example"
    settings.TIME_ZONE = "Pacific/Auckland"
    backup_dir.mkdir()


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def notice(backup_dir: Path) -> Notice:
    """Of a backup of ten bytes."""
    backup = backup_row(NOON)
    (backup_dir / backup.name).write_bytes(b"ten bytes.")
    return notice_row(backup)


def try_once(notice: Notice) -> Notice:
    """As a worker does."""
    running.run(kinds.kind_named(queue.NOTICE), [notice.pk])
    notice.refresh_from_db()
    return notice


def states(notice: Notice) -> tuple[object, ...]:
    notice.refresh_from_db()
    return notice.status, notice.tries, notice.last_error != "", notice.has_begun_sending


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def body_of(notice: Notice) -> str:
    return str(messages.message_of(notice).body)


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_told_of_and_comes_along(make_photo, make_backup, backup_dir, smtp, settings):
    settings.BACKUP_KEEP_DAILY = 1
    make_photo()
    backup = make_backup(wants_email=True)
    sweep_and_work()
    [content] = smtp.taken
    message = parsed(content)
    day = timezone.localtime(backup.started_at).strftime("%Y-%m-%d")
    assert message["Subject"] == f"Daily DB Backup - {day}"
    assert message["To"] == "ops@example.org, ada@example.org"
    assert message["Importance"] is None
    text = message.get_body().get_content()
    assert f"The backup {backup.name} was made and verified." in text
    assert f"{backup.row_count} rows" in text
    assert re.search(r"Files:     2 files, .*B", text)
    assert "none has passed yet" in text
    assert "https://pose.example/backups/" in text
    assert "is not encrypted" in text
    [attachment] = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content_type()) == (backup.name, "application/zip")
    assert attachment.get_content() == (backup_dir / backup.name).read_bytes()
    notice = Notice.objects.get()
    assert (notice.status, notice.recipients, notice.tries) == ("completed", EMAILS, 1)
    assert notice.sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_partial_one_names_its_problems_and_no_email_is_none(make_photo, make_backup, smtp, settings):
    photo = make_photo()
    path_in_storage(settings, photo.file.name).unlink()
    make_backup(wants_email=False)
    assert not Notice.objects.exists()
    make_backup(kind="manual", wants_email=True)
    sweep_and_work()
    text = parsed(smtp.taken[0]).get_body().get_content()
    assert "is partial: 1 file of the site is missing or damaged" in text
    assert f"{photo.file.name} (photo {photo.pk}): missing" in text


@pytest.mark.django_db(transaction=True)
def test_an_email_that_cannot_be_sent_fails_no_backup(make_backup, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert make_backup(wants_email=True).is_good
    broker.work_through()
    assert states(Notice.objects.get()) == ("held", 1, True, False)
    assert Backup.objects.get().is_good


def test_up_to_ten_megabytes_come_along_and_what_is_larger_is_linked(notice, backup_dir, monkeypatch):
    assert mail.ATTACHED_AT_MOST_BYTES == 10 * 1024 * 1024
    monkeypatch.setattr(mail, "ATTACHED_AT_MOST_BYTES", 10)
    message = messages.message_of(notice)
    assert len(message.attachments) == 1
    assert "The ZIP is attached." in message.body
    monkeypatch.setattr(mail, "ATTACHED_AT_MOST_BYTES", 9)
    message = messages.message_of(notice)
    assert message.attachments == []
    [token] = re.findall(r"24 hours.*\nhttps://pose\.example/backups/link/(\S+)/$", message.body, re.MULTILINE)
    assert links.backup_of(token) == notice.backup_id


def test_large_numbers_are_written_as_pages_write_them(notice):
    Backup.objects.update(row_count=1_234_567, file_count=2_000, is_partial=True, problem_count=1_500)
    notice.backup.refresh_from_db()
    text = body_of(notice)
    for words in (" 1,500 files of the site are missing", "SQLite, 1,234,567 rows, ", "Files:     2,000 files, "):
        assert words in text


def test_a_file_that_is_not_on_this_machine_is_linked(notice, backup_dir):
    (backup_dir / notice.backup.name).unlink()
    assert "/backups/link/" in body_of(notice)
    Backup.objects.update(removed_at=NOON)
    notice.backup.refresh_from_db()
    assert "/backups/link/" not in body_of(notice)
    assert "24 hours" not in body_of(notice)


def test_the_subject_has_the_day_of_the_sites_time_zone(notice):
    assert messages.message_of(notice).subject == "Daily DB Backup - 2026-03-02"


def test_a_failure_says_why_and_what_there_is(smtp):
    good = backup_row(NOON - timedelta(days=1))
    failed = backup_row(NOON, status="failed", error_message="The disk of /backups was full.")
    try_once(notice_row(failed, event="failed"))
    message = parsed(smtp.taken[0])
    text = message.get_content()
    assert (message["Subject"], message["Importance"]) == ("Daily DB Backup - 2026-03-02", "high")
    assert text.startswith("The backup FAILED.")
    assert "The disk of /backups was full. (no_space)" in text
    assert f"Last good: {good.name}, 1000 bytes, made 2026-03-01 01:00:00 NZDT\n" in text.replace("\r", "")


def test_one_that_failed_before_it_began_says_when(db):
    failed = backup_row(NOON, status="failed", started_at=None)
    text = body_of(notice_row(failed, event="failed"))
    assert "Begun:     2026-03-02 01:00:00 NZDT\nLast good: NONE, there is no good backup\n" in text


@pytest.mark.parametrize(("event", "words"), [("damaged", "Verification"), ("drill_failed", "Restore drill")])
def test_a_check_that_failed_says_what_it_found(smtp, event, words):
    backup = backup_row(NOON, drill_error="The bytes are wrong." if event == "drill_failed" else "")
    check_row(backup, NOON - timedelta(days=7))
    check = check_row(backup, NOON, status="failed", kind="drill" if event == "drill_failed" else "verification")
    try_once(notice_row(backup, event=event, found_by=check))
    text = parsed(smtp.taken[0]).get_content()
    assert f"{words} FAILED for the backup {backup.name}" in text
    assert "The bytes are wrong. (damaged)" in text
    assert ("which could not be restored as a drill" in text) == (event == "drill_failed")
    assert f"last passed on 2026-02-23 01:00:00 NZDT, with {backup.name}" in text


def test_no_secret_is_in_an_email(notice, settings):
    settings.BACKUP_PASSPHRASE = PASSPHRASE
    Backup.objects.update(is_encrypted=True)
    notice.backup.refresh_from_db()
    text = body_of(notice)
    assert "encrypted" in text
    for secret in (PASSPHRASE, settings.SECRET_KEY, settings.DATABASES["default"].get("PASSWORD")):
        assert not secret or secret not in text


def test_what_cannot_be_sent_is_tried_again_with_pauses_and_then_has_failed(notice, smtp):
    smtp.replies["MAIL"] = "451 later"
    now = timezone.now()
    for number, pause in enumerate(mail.PAUSES, 1):
        with mock.patch("backups.services.notices.timezone.now", return_value=now):
            assert try_once(notice).status == "held"
        assert (notice.tries, notice.due_at) == (number, now + pause)
        notices.feed(now + pause - timedelta(seconds=1))
        assert states(notice)[0] == "held"
        now += pause
        notices.feed(now)
        assert states(notice)[:2] == ("pending", number)
    notice = try_once(notice)
    assert (notice.status, notice.error_code, notice.due_at) == ("failed", "mail_refused", None)
    assert smtp.taken == []


def test_it_arrives_once_the_server_is_back(notice, smtp, django_capture_on_commit_callbacks):
    smtp.replies["MAIL"] = "451 later"
    try_once(notice)
    smtp.replies.clear()
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep(now=timezone.now() + timedelta(minutes=2))
    broker.work_through()
    assert states(notice) == ("completed", 2, False, True)
    assert len(smtp.taken) == 1


def test_one_whose_sending_was_cut_short_is_not_sent_again_by_itself(notice, smtp, user):
    Notice.objects.update(has_begun_sending=True)  # and its worker was killed
    assert try_once(notice).error_code == "sending_interrupted"
    assert (notice.status, smtp.taken) == ("failed", [])
    retrying.retry(kinds.kind_named(queue.NOTICE), [str(notice.pk)], actor=user)
    assert try_once(notice).status == "completed"
    assert len(smtp.taken) == 1


def test_a_server_that_hangs_up_behind_the_message_is_not_asked_again(notice, smtp):
    smtp.replies["."] = ""
    assert try_once(notice).error_code == "sending_interrupted"
    assert notice.status == "failed"


def test_without_recipients_nothing_is_recorded(db, settings):
    settings.BACKUP_EMAILS = []
    notices.tell_of_failure(backup_row(status="failed"))
    notices.send_unrecorded(reason="The database is down.")
    assert not Notice.objects.exists()


def test_a_failure_without_a_database_is_told_of_all_the_same(smtp, caplog):
    """No fixture of the database: this test may not ask it."""
    notices.send_unrecorded(reason="The database cannot be used: it is down")
    message = parsed(smtp.taken[0])
    assert (message["To"], message["Importance"]) == (", ".join(EMAILS), "high")
    assert message["Subject"].startswith("Daily DB Backup - ")
    assert "The database cannot be used: it is down" in message.get_content()
    smtp.replies["MAIL"] = "550 no"
    notices.send_unrecorded(reason="The database is down.")
    assert "could not be told of" in caplog.text


def test_a_link_ends_after_24_hours(db):
    backup = backup_row()
    with mock.patch("django.core.signing.time.time", return_value=1_000_000.0):
        token = links.link_to(backup).rstrip("/").rpartition("/")[2]
    for hours, is_good in ((23.99, True), (24.01, False)):
        with mock.patch("django.core.signing.time.time", return_value=1_000_000.0 + hours * 3600):
            if is_good:
                assert links.backup_of(token) == backup.pk
            else:
                with pytest.raises(LinkEnded):
                    links.backup_of(token)


def test_a_link_that_somebody_has_made_up_is_none(db):
    token = links.link_to(backup_row()).rstrip("/").rpartition("/")[2]
    for other in ("", "x", token[:-1], token.replace(token[3], "A" if token[3] != "A" else "B", 1)):
        with pytest.raises(LinkEnded):
            links.backup_of(other)
