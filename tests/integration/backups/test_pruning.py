"""Which backups stay, and what goes with those that do not."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from backups.models import Backup
from backups.services import pruning, removing
from core.errors import Conflict
from core.storage.photos import storage_named

from .backup_rows import backup_row, check_row

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _rules(backup_dir, settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 7, 4, 12
    backup_dir.mkdir()


def nights(first: date, last: date) -> list[Backup]:
    """A good backup at 23:59 of each day, in the site's time zone."""
    days = range((last - first).days + 1)
    return [backup_row(at_night(first + timedelta(days=day))) for day in days]


def at_night(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=BERLIN).astimezone(UTC)


def kept_days(backups: Iterable[Backup]) -> list[str]:
    kept = pruning.kept_of(sorted(backups, key=lambda backup: backup.started_at, reverse=True))
    return sorted(f"{timezone.localtime(each.started_at):%Y-%m-%d}" for each in backups if each.pk in kept)


def test_of_two_years_seven_days_four_weeks_and_twelve_months_stay():
    days = kept_days(nights(date(2025, 1, 1), date(2026, 11, 29)))
    daily = [f"2026-11-{day}" for day in range(23, 30)]
    weekly = ["2026-11-08", "2026-11-15", "2026-11-22"]  # Sundays; the fourth is the last day
    monthly = [
        *("2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"),
        *("2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"),
    ]
    assert days == sorted({*daily, *weekly, *monthly})


def test_a_week_over_new_year_is_one_week(settings):
    settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 0, 3, 0
    # 2026 ends on a Thursday of week 53, which goes on until Sunday, January 3rd.
    assert kept_days(nights(date(2026, 12, 14), date(2027, 1, 5))) == ["2026-12-27", "2027-01-03", "2027-01-05"]


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_days_of_23_and_25_hours_are_one_day_each(settings, day):
    settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 3, 0, 0
    days = [day + timedelta(days=number) for number in (-2, -1, 0, 1)]
    assert kept_days([backup_row(at_night(each)) for each in days]) == [f"{each}" for each in days[1:]]


def test_days_are_those_of_the_sites_time_zone(settings):
    settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 1, 0, 0
    late = backup_row(datetime(2026, 6, 30, 22, 30, tzinfo=UTC))  # half past midnight of July 1st
    backup_row(datetime(2026, 6, 30, 21, 30, tzinfo=UTC))
    assert kept_days(Backup.objects.all()) == ["2026-07-01"]
    assert pruning.kept_of([late]) == {late.pk}


def test_days_without_any_are_not_counted(settings):
    settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 0, 0
    backups = [backup_row(NOON - timedelta(days=10 * number)) for number in range(9)]
    assert len(kept_days(backups)) == 7


def test_of_a_day_the_newest_good_one_stays_before_partial_and_damaged_ones(settings):
    settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 1, 0, 0
    older, good, partial, damaged = (
        backup_row(NOON + timedelta(hours=number), **values)
        for number, values in enumerate(
            [{}, {}, {"is_partial": True, "problem_count": 1}, {"verify_error": "The bytes are wrong."}]
        )
    )
    assert pruning.kept_of([damaged, partial, good, older]) == {good.pk}
    assert pruning.kept_of([damaged, partial]) == {partial.pk}
    assert pruning.kept_of([damaged]) == {damaged.pk}


def test_what_no_rule_keeps_goes_with_its_file_and_its_row_stays(backup_dir, settings):
    settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 1, 0, 0
    old, new = backup_row(NOON - timedelta(days=1)), backup_row(NOON)
    for backup in (old, new):
        (backup_dir / backup.name).write_bytes(b"bytes")
    assert pruning.prune(now=NOON) == [old.name]
    old.refresh_from_db()
    assert (old.removed_at, old.is_there) == (NOON, False)
    assert [path.name for path in backup_dir.iterdir()] == [new.name]
    assert pruning.prune(now=NOON) == []


def test_the_last_verified_one_manual_ones_and_those_at_work_stay(settings):
    settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 1, 0, 0
    ages = {days: NOON - timedelta(days=days) for days in range(6)}
    backup_row(ages[0], is_partial=True, problem_count=1)
    last_good = backup_row(ages[2])
    manual = backup_row(ages[3], kind="manual")
    busy = backup_row(ages[4])
    check_row(busy, status="running")
    gone = [backup_row(ages[5]), backup_row(ages[1], verify_error="The bytes are wrong.")]
    assert sorted(pruning.prune(now=NOON)) == sorted(each.name for each in gone)
    assert {manual.pk, busy.pk, last_good.pk} <= set(Backup.objects.there().values_list("pk", flat=True))


def test_the_second_copy_goes_too_and_one_that_cannot_be_reached_stops_nothing(settings, backup_dir, caplog):
    settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 1, 0, 0
    storage = storage_named("local")
    backup_row(NOON)
    with_copy = backup_row(NOON - timedelta(days=1), copied_at=NOON, copy_storage="local")
    elsewhere = backup_row(NOON - timedelta(days=2), copied_at=NOON, copy_storage="nowhere")
    storage.save(f"backups/{with_copy.name}", ContentFile(b"bytes"))
    assert pruning.prune(now=NOON) == [with_copy.name, elsewhere.name]
    assert not storage.exists(f"backups/{with_copy.name}")
    assert f"cannot remove the copy of backup {elsewhere.name} in nowhere" in caplog.text


def test_an_operator_deletes_a_backup_but_not_the_last_good_one(user, backup_dir):
    manual, last = backup_row(NOON - timedelta(days=1), kind="manual"), backup_row(NOON)
    (backup_dir / manual.name).write_bytes(b"bytes")
    removing.delete(backup=manual, actor=user)
    assert (manual.is_there, list(backup_dir.iterdir())) == (False, [])
    with pytest.raises(Conflict) as caught:
        removing.delete(backup=last, actor=user)
    assert caught.value.code == "last_good_backup"


@pytest.mark.parametrize(("status", "code"), [("running", "backup_running"), ("pending", "backup_running")])
def test_one_that_is_being_made_cannot_be_deleted(user, status, code):
    with pytest.raises(Conflict) as caught:
        removing.delete(backup=backup_row(status=status), actor=user)
    assert caught.value.code == code


def test_one_that_is_being_looked_at_cannot_be_deleted(user):
    backup = backup_row(kind="manual")
    backup_row()
    check_row(backup, status="pending")
    with pytest.raises(Conflict) as caught:
        removing.delete(backup=backup, actor=user)
    assert caught.value.code == "backup_checked"


def test_a_failed_one_is_deleted_from_the_list(user):
    failed = backup_row(status="failed")
    removing.delete(backup=failed, actor=user)
    assert not Backup.objects.listed().exists()
