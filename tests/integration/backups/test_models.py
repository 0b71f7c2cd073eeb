"""What the database refuses."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from backups.models import Backup, Check, Notice
from core.work import claims

from .backup_rows import backup_row, check_row, notice_row

pytestmark = pytest.mark.django_db

LEASE = timedelta(minutes=2)


def assert_refused(rows, **values) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**values)


@pytest.mark.parametrize("first", ["pending", "running"])
@pytest.mark.parametrize("second", ["pending", "running"])
def test_there_is_one_unfinished_backup_at_a_time(first, second):
    backup_row(status=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        backup_row(status=second)
    backup_row()
    backup_row(status="failed")


def test_a_name_is_given_once_and_none_to_many():
    first, second = backup_row(), backup_row()
    assert_refused(Backup.objects.filter(pk=second.pk), name=first.name)
    backup_row(status="failed")
    backup_row(status="failed")


@pytest.mark.parametrize("values", [{"name": ""}, {"size_bytes": None}, {"finished_at": None}])
def test_a_completed_backup_has_a_file_and_an_end(values):
    backup_row()
    assert_refused(Backup.objects.all(), **values)


def test_a_partial_backup_has_problems():
    backup_row()
    assert_refused(Backup.objects.all(), is_partial=True)
    Backup.objects.update(is_partial=True, problem_count=1)


@pytest.mark.parametrize(
    "values", [{"error_code": "damaged"}, {"claim": uuid.uuid4()}, {"lease_until": timezone.now()}]
)
def test_what_has_ended_well_has_no_error_no_claim_and_no_lease(values):
    check_row(backup_row())
    for model in (Backup, Check):
        assert_refused(model.objects.all(), **values)


def test_a_failed_one_has_an_error():
    backup_row(status="failed")
    assert_refused(Backup.objects.all(), error_code="")


@pytest.mark.parametrize("kind", Check.Kind.values)
def test_a_backup_has_one_unfinished_check_of_a_kind(kind):
    backup, other = backup_row(), backup_row()
    check_row(backup, status="running", kind=kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        check_row(backup, status="pending", kind=kind)
    check_row(backup, kind=kind)
    check_row(other, status="pending", kind=kind)


def test_a_notice_is_due_if_and_only_if_it_is_held():
    notice = notice_row(backup_row())
    assert_refused(Notice.objects.all(), due_at=timezone.now())
    [claimed] = claims.claim(Notice.objects.all(), lease=LEASE)
    claims.hold(claimed, due_at=timezone.now())
    notice.refresh_from_db()
    assert notice.status == "held"
    assert_refused(Notice.objects.all(), due_at=None)


def test_rows_of_a_backup_go_with_it():
    backup = backup_row()
    check_row(backup)
    notice_row(backup)
    backup.delete()
    assert not Check.objects.exists()
    assert not Notice.objects.exists()


def test_what_a_row_says_of_itself():
    backup = backup_row(progress_done=1, progress_total=3)
    assert (backup.is_there, backup.is_good, backup.percent, backup.seconds) == (True, True, 33, 30.0)
    assert (backup_row(status="failed").is_there, backup_row(progress_done=5).percent) == (False, None)
    assert backup_row(progress_done=9, progress_total=3).percent == 100
    assert str(backup) == backup.name
    assert str(backup_row(status="failed")) == "Scheduled backup"
    assert str(check_row(backup)) == f"Restore drill of {backup.name}"
