"""Backups in a browser: one is made and watched, taken away, looked at again and deleted."""

# ruff: noqa: F811  # fixtures that are imported are named again where they are used

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from backups.models import Backup, Download
from backups.services.links import link_to
from core.work import claims
from tests import broker
from tests.browser.conftest import Complaints
from tests.browser.test_accessibility import SCHEMES, assert_accessible
from tests.integration.backups.conftest import backup_dir, make_photo  # noqa: F401  # fixtures
from tests.integration.backups.made_backups import checked, downloaded, failed, made, partial, running, told, waiting
from tests.integration.backups.operators import operator  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backups(site: Page, live_server, operator: User, backup_dir: Path, log_in: Callable[[User], None]) -> Page:
    """The page of an operator whose site has no backup yet."""
    log_in(operator)
    site.goto(f"{live_server.url}/backups/")
    return site


def work() -> None:
    """As workers would, until nothing is left."""
    while broker.work_through():
        pass


def look(page: Page) -> None:
    """The page asks now, not in two seconds."""
    page.evaluate("document.getElementById('poller').dispatchEvent(new CustomEvent('look'))")


def test_from_the_first_backup_to_its_drill(backups: Page, make_photo: Callable[..., object], backup_dir: Path) -> None:
    make_photo()
    expect(backups.get_by_text("The first one is made tonight at 23:59")).to_be_visible()
    backups.get_by_role("button", name="Back up now").click()
    card = backups.get_by_role("region", name="Manual backup")
    expect(card.get_by_text("Waiting for a worker")).to_be_visible()
    expect(backups.get_by_role("button", name="Back up now")).to_have_attribute("aria-disabled", "true")
    backups.evaluate("window.isSamePage = true")
    claimed = {"status": "running", "claim": "0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10", "started_at": timezone.now()}
    Backup.objects.update(**claimed, step="files", progress_done=3 << 20, progress_total=4 << 20)
    look(backups)
    expect(card.get_by_role("progressbar", name="Adding the files")).to_have_attribute("value", "75")
    expect(card).to_contain_text("3.0 MB of 4.0 MB")
    expect(backups.locator("[data-said-here]")).to_have_text("Manual backup: Adding the files, 75 %.")
    expect(backups).to_have_title("75 % · Backups · PoseSite")
    Backup.objects.update(**claims.queued(), claim=None)
    work()
    look(backups)
    row = backups.get_by_role("table", name="All backups").locator("tbody tr")
    expect(row).to_contain_text("Complete")
    expect(card).to_have_count(0)
    expect(backups.locator("#poller[hx-get]")).to_have_count(0)
    expect(backups.get_by_role("button", name="Back up now")).to_have_attribute("type", "submit")
    assert backups.evaluate("window.isSamePage")

    backup = Backup.objects.get()
    with backups.expect_download() as download:
        row.get_by_role("link", name=f"Download {backup.name}").click()
    assert download.value.suggested_filename == backup.name
    assert download.value.path().read_bytes() == (backup_dir / backup.name).read_bytes()
    assert Download.objects.get().is_whole

    row.get_by_role("link", name=backup.name, exact=True).click()
    checks = backups.get_by_role("table", name="Checks").locator("tbody tr")
    for button, name in (("Verify now", "Verification"), ("Restore drill now", "Restore drill")):
        backups.get_by_role("button", name=button).click()
        expect(checks.first).to_contain_text("Waiting for a worker")
        work()
        look(backups)
        expect(checks.first).to_contain_text(re.compile(rf"{name}.*Passed", re.DOTALL))
    expect(backups.locator("[data-said-here]")).to_have_text(f"Restore drill of {backup.name}: Passed.")
    expect(backups.get_by_text("None since it was made")).to_have_count(0)


def test_a_refresh_keeps_the_focus_and_what_is_unchanged(backups: Page, live_server) -> None:
    backup = made()
    running()
    backups.goto(f"{live_server.url}/backups/")
    link = backups.get_by_role("link", name=f"Download {backup.name}")
    link.focus()
    backups.evaluate("document.getElementById('list').isOld = document.getElementById('under-way').isOld = true")
    Backup.objects.filter(status="running").update(progress_done=6 << 20)
    look(backups)
    expect(backups.get_by_role("progressbar")).to_have_attribute("value", "100")
    assert backups.evaluate("document.getElementById('list').isOld")
    assert backups.evaluate("document.getElementById('under-way').isOld") is None
    Backup.objects.filter(status="running").delete()
    look(backups)
    expect(backups.get_by_role("progressbar")).to_have_count(0)
    expect(link).to_be_focused()


def test_it_is_deleted_by_keyboard(backups: Page, live_server, backup_dir: Path, complaints: Complaints) -> None:
    complaints.expected.append("status of 409")
    backup, other = made(0), made(1)
    backups.goto(f"{live_server.url}{backup.get_absolute_url()}")
    backups.wait_for_load_state()
    delete = backups.get_by_role("link", name="Delete")
    delete.focus()
    backups.keyboard.press("Enter")
    keep = backups.get_by_role("dialog").get_by_role("link", name="Keep it")
    expect(keep).to_be_focused()
    backups.keyboard.press("Escape")
    expect(delete).to_be_focused()
    backups.keyboard.press("Enter")
    expect(keep).to_be_focused()
    backups.keyboard.press("Shift+Tab")
    backups.keyboard.press("Enter")
    expect(backups.get_by_text(f"{backup.name} is deleted.")).to_be_visible()
    backups.goto(f"{live_server.url}{other.get_absolute_url()}")
    backups.get_by_role("link", name="Delete").click()
    backups.get_by_role("button", name="Delete the backup").click()
    expect(backups.get_by_text("This is the only verified backup.")).to_be_visible()
    assert [path.name for path in backup_dir.iterdir()] == [other.name]


def test_without_scripts(backups: Page, browser: Browser, live_server, backup_dir: Path) -> None:
    old = made()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(backups.context.cookies())
    page = context.new_page()
    page.goto(f"{live_server.url}/backups/")
    page.get_by_role("button", name="Back up now").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    work()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    page.get_by_role("link", name=old.name, exact=True).last.click()
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("table", name="Checks")).to_contain_text("Waiting for a worker")
    work()
    page.reload()
    expect(page.get_by_text("It is damaged.")).to_be_visible()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete the backup").click()
    expect(page.get_by_text(f"{old.name} is deleted.")).to_be_visible()
    assert not (backup_dir / old.name).exists()
    context.close()


@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_every_state_is_accessible_and_fits(
    backups: Page, live_server, operator: User, scheme: str, width: int
) -> None:
    backups.emulate_media(color_scheme=scheme)
    backups.set_viewport_size({"width": width, "height": 800})

    def look_at(path: str) -> None:
        backups.goto(f"{live_server.url}{path}")
        assert_accessible(backups)
        assert backups.evaluate("document.documentElement.scrollWidth") == width

    look_at("/backups/")
    complete, lacking, broken = made(0, kind="manual", is_encrypted=True), partial(1), failed()
    checked(complete, asked_by=operator)
    checked(lacking, status="failed", error_code="rows_differ", error_message="Restored, a table has 12 rows, not 13.")
    made(2, verify_error="It is cut short.", copy_storage="s3", copy_error="S3 is down.")
    held = {"status": "held", "sent_at": None, "due_at": timezone.now() + timedelta(minutes=5), "last_error": "No."}
    told(complete, **held)
    downloaded(complete, operator, address="2001:db8:85a3:8d3:1319:8a2e:370:7348")
    under_way = running()
    link = link_to(complete).removeprefix(settings.SITE_URL)
    for path in ("/backups/", "/backups/downloads/", f"{complete.get_absolute_url()}delete/", link):
        look_at(path)
    for backup in (complete, lacking, broken, under_way):
        look_at(backup.get_absolute_url())
    backups.goto(f"{live_server.url}{complete.get_absolute_url()}")
    backups.get_by_role("link", name="Delete").click()
    assert_accessible(backups)
    under_way.delete()
    waiting(queued_at=timezone.now() - timedelta(minutes=5))
    look_at("/backups/")
