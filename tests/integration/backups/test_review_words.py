"""What people are told in the less usual cases."""

# ruff: noqa: F811  # fixtures that are imported are named again where they are used

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from backups.checks import newest_backup
from backups.models import Backup

from .made_backups import failed, made, waiting
from .operators import operator, pages  # noqa: F401

pytestmark = pytest.mark.django_db


def page_at(pages: Client, path: str) -> str:
    return pages.get(path).content.decode()


def test_the_first_backup_is_not_missed_while_it_is_made(pages: Client, backup_dir: Path) -> None:
    backup = waiting()
    assert newest_backup() == {"hours": None}
    assert "There is no good backup" not in page_at(pages, "/backups/")
    backup.delete()
    failed()
    assert "There is no good backup" in page_at(pages, "/backups/")


def test_who_listens_is_told_how_it_ended(pages: Client, backup_dir: Path) -> None:
    failed()
    assert 'data-said="No backup is going on. Scheduled backup: Failed."' in page_at(pages, "/backups/")


def test_a_damaged_one_is_called_so_and_gives_its_reason_once(pages: Client, backup_dir: Path) -> None:
    backup = made()
    reason = "A member cannot be read."
    Backup.objects.filter(pk=backup.pk).update(verify_error=reason, drill_error=reason, drilled_at=timezone.now())
    page = page_at(pages, backup.get_absolute_url())
    assert page.count('<span class="badge bad">Damaged</span>') == 1
    assert page.count(reason) == 1


def test_nothing_is_said_of_the_file_of_one_that_has_none(pages: Client, backup_dir: Path) -> None:
    page = page_at(pages, f"/backups/{failed().pk}/delete/")
    assert "leaves the list." in page
    assert "Its file" not in page


def test_the_form_of_the_browsable_api_asks_for_nothing(pages: Client, backup_dir: Path) -> None:
    page = pages.get("/api/backups/", headers={"accept": "text/html"}).content.decode()
    _, form, rest = page.partition('name="_content"')
    assert form
    assert "asked_by" not in rest.partition("</textarea>")[0]
