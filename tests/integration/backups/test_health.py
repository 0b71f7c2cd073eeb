"""Is there a good backup, and is it young enough: /readyz, `manage.py check`, and how the site stands."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from backups import checks
from backups.models import Backup
from backups.selectors.standing import standing
from core.health import Trouble
from core.health.report import reporter

from .backup_rows import backup_row, check_row

OLD = timedelta(hours=27)
YOUNG = timedelta(hours=25)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    reporter.forget()
    yield
    reporter.forget()


@pytest.fixture
def old_user(make_user) -> User:
    """The site is older than a day."""
    return make_user(joined_at=timezone.now() - timedelta(days=3))


def state() -> str:
    """What /readyz is told."""
    try:
        checks.newest_backup()
    except Trouble as trouble:
        return trouble.state
    return "ok"


def warnings() -> list[str]:
    return [each.id for each in checks.backups_are_young(databases=["default"])]


@pytest.mark.django_db(transaction=True)
def test_an_old_one_degrades_the_site_and_does_not_stop_it(client):
    """By the page itself, whose parts are asked by threads of their own."""
    for age, expected in ((YOUNG, {"state": "ok", "hours": 25.0}), (OLD, {"state": "degraded"})):
        Backup.objects.all().delete()
        backup_row(timezone.now() - age)
        reporter.forget()
        response = client.get("/readyz")
        part = response.json()["parts"]["backups"]
        assert response.status_code == 200
        assert {**part, **expected} == part
    assert "older than 26 hours" in str(part)


@pytest.mark.parametrize(("age", "expected"), [(YOUNG, ("ok", [])), (OLD, ("degraded", ["backups.W001"]))])
def test_the_newest_good_one_is_younger_than_26_hours(age, expected):
    backup_row(timezone.now() - age)
    backup_row(timezone.now() - 2 * OLD)
    assert (state(), warnings()) == expected


@pytest.mark.parametrize(
    "values",
    [
        {"is_partial": True, "problem_count": 1},
        {"verify_error": "The bytes are wrong."},
        {"verified_at": None},
        {"removed_at": timezone.now()},
        {"status": "failed"},
    ],
)
def test_what_is_not_good_does_not_count(values):
    backup_row(timezone.now(), **values)
    assert (state(), warnings()) == ("degraded", ["backups.W001"])
    [warning] = checks.backups_are_young(databases=["default"])
    assert warning.msg == "Backups: there is no good one."


def test_a_new_site_is_not_warned(user):
    assert (state(), warnings(), checks.newest_backup()) == ("ok", [], {"hours": None})


def test_a_site_without_anybody_is_not_warned():
    assert (state(), warnings()) == ("ok", [])


def test_a_site_that_has_never_had_one_is_warned_after_a_day(old_user):
    assert (state(), warnings()) == ("degraded", ["backups.W001"])


def test_the_check_asks_the_database_only_where_it_is_wanted(old_user, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert checks.backups_are_young(databases=None) == []
    said = io.StringIO()
    call_command("check", "--database", "default", stderr=said)
    assert "backups.W001" in said.getvalue()
    assert "manage.py backup makes one now" in said.getvalue()


def test_a_second_place_where_the_photos_live_is_warned_of(settings):
    settings.BACKUP_COPY_TO = ""
    assert checks.second_place_is_another() == []
    for name in ("local", "photos"):  # the alias of the same place
        settings.BACKUP_COPY_TO = name
        [warning] = checks.second_place_is_another()
        assert (warning.id, f"BACKUP_COPY_TO is {name}" in warning.msg) == ("backups.W002", True)
    for name in ("s3", "default", "nowhere"):
        settings.BACKUP_COPY_TO = name
        assert checks.second_place_is_another() == []


def test_how_the_site_stands_in_three_queries(django_assert_num_queries):
    now = timezone.now()
    older, newest = backup_row(now - 2 * OLD), backup_row(now - YOUNG)
    backup_row(now, is_partial=True, problem_count=1)
    passed = check_row(older, now - timedelta(days=2))
    failed = check_row(newest, now - timedelta(days=1), status="failed")
    check_row(newest, now, kind="verification")
    check_row(newest, now, status="running")
    with django_assert_num_queries(3):
        found = standing()
        assert found.last_drill.backup == newest
    assert (found.newest_good, found.last_passed_drill, found.last_drill) == (newest, passed, failed)
    assert found.is_late(now + timedelta(hours=2))
    assert not found.is_late(now)
