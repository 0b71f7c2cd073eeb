"""Depth scans in a browser: a CSV is dropped, sent, watched until it is imported, and its report read."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from core.work import claims
from frames.formats.sample import sample_csv
from frames.models import DepthImport, DepthScan
from tests import broker
from tests.browser.conftest import Complaints, drop
from tests.browser.test_accessibility import assert_accessible
from tests.integration.frames.csvs import ask_for_import, ask_for_scan
from tests.integration.frames.scan_rows import scan_with_rows

pytestmark = pytest.mark.django_db(transaction=True)

BAD = b"depth,col1,col2\n1,2,3\n2,300,1\n3,4,5\n4,x,1\n5,6,7\n"
GOOD = b"depth,a,b,c,d\n3,0,0,0,0\n4,9,9,9,9\n"
CLAIMED = {"status": "running", "claim": "0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10"}


@pytest.fixture
def frames(site: Page, live_server, user: User, log_in) -> Page:
    """The list of a user who has no scan yet."""
    log_in(user)
    site.goto(f"{live_server.url}/frames/")
    return site


def work() -> None:
    """As workers would, until nothing is left."""
    while broker.work_through():
        pass


def look(page: Page) -> None:
    """The page asks now, not in two seconds."""
    page.evaluate("document.getElementById('poller').dispatchEvent(new CustomEvent('look'))")


def import_it(page: Page) -> None:
    page.get_by_role("button", name="Import").click()


def test_from_the_first_file_to_the_open_scan(frames: Page, live_server) -> None:
    frames.keyboard.press("n")
    expect(frames.get_by_role("heading", level=1)).to_have_text("New depth scan")
    frames.wait_for_load_state()
    drop(frames, ("wall.csv", "text/csv", sample_csv()))
    frames.get_by_label("Name").fill("North wall")
    frames.get_by_label("Unit of depth").fill("ft")
    import_it(frames)
    expect(frames.get_by_role("heading", level=1)).to_have_text("Import into North wall")
    card = frames.get_by_role("region", name="How it goes on")
    expect(card.get_by_text("Waiting for a worker")).to_be_visible()
    begun = {"step": "reading", "progress_done": 600_000, "progress_total": 1_000_000, "started_at": timezone.now()}
    DepthImport.objects.update(**CLAIMED, **begun, lease_until=timezone.now() + timedelta(minutes=2))
    look(frames)
    expect(card.get_by_role("progressbar", name="Reading and checking the file")).to_have_attribute("value", "60")
    expect(frames).to_have_title("60 % · wall.csv · PoseSite")
    expect(frames.locator("[data-said-here]")).to_have_text("Reading and checking the file, 60 %.")
    DepthImport.objects.update(**claims.queued(), claim=None)
    work()
    look(frames)
    expect(frames.get_by_text("2,000 rows", exact=True)).to_be_visible()
    expect(frames.get_by_text("Nothing was found wrong with the file.")).to_be_visible()
    expect(frames.locator("#poller[hx-get]")).to_have_count(0)
    opened = f"/frames/{DepthScan.objects.get().pk}/"
    expect(frames.get_by_role("link", name="Open scan")).to_have_attribute("href", opened)

    frames.get_by_role("link", name="Depth scans").click()
    line = frames.get_by_role("listitem").filter(has_text="North wall")
    expect(line).to_contain_text("Ready")
    expect(line).to_contain_text("9000 to 9199.9 ft")
    band = line.locator("img")
    band.scroll_into_view_if_needed()
    assert band.evaluate("async (image) => (await image.decode(), image.naturalWidth)") == 500


def test_a_bad_file_is_refused_with_its_rows_and_taken_leniently(frames: Page, live_server) -> None:
    frames.goto(f"{live_server.url}/frames/new/")
    drop(frames, ("bad.csv", "text/csv", BAD))
    import_it(frames)
    refused = frames.get_by_role("region", name="2 findings in the file")
    expect(refused).to_be_focused()
    expect(refused.get_by_role("row")).to_have_count(3)
    expect(refused.get_by_role("row").nth(1)).to_contain_text('"300" is not from 0 to 255.')
    expect(frames.get_by_label("CSV file")).to_have_attribute("aria-invalid", "true")
    assert not DepthScan.objects.exists()

    frames.get_by_label("Lenient").check()
    import_it(frames)  # the file is still chosen
    expect(frames.get_by_text("Waiting for a worker")).to_be_visible()
    work()
    look(frames)
    rows = frames.get_by_role("table", name="Row by row").locator("tbody tr")
    expect(rows).to_have_count(2)
    kind = "Rows with a value outside 0 to 255"
    frames.get_by_role("link", name=kind).click()
    expect(frames.get_by_role("table", name=kind).locator("tbody tr")).to_have_count(1)
    with frames.expect_download() as download:
        frames.get_by_role("link", name="All as CSV").click()
    assert download.value.path().read_text("utf-8-sig").count("left out") == 2


def test_what_is_being_sent_can_be_stopped_and_sent_again(frames: Page, live_server, complaints: Complaints) -> None:
    complaints.expected += ["htmx:sendAbort", "htmx:afterRequest"]
    frames.goto(f"{live_server.url}/frames/new/")
    drop(frames, ("good.csv", "text/csv", GOOD))
    frames.route("**/frames/new/", lambda route: None)  # never answered
    import_it(frames)
    expect(frames.get_by_role("progressbar", name="Sending the file")).to_be_visible()
    expect(frames.get_by_role("button", name="Import")).to_be_hidden()
    stop = frames.get_by_role("button", name="Stop")
    expect(stop).to_be_focused()
    stop.click()
    expect(frames.get_by_role("alert").get_by_text("Nothing was stored.")).to_be_visible()
    expect(frames.get_by_role("button", name="Import")).to_be_focused()
    frames.unroute("**/frames/new/")
    import_it(frames)
    expect(frames.get_by_text("Waiting for a worker")).to_be_visible()


def test_a_file_that_is_too_large_is_not_sent(frames: Page, live_server) -> None:
    frames.goto(f"{live_server.url}/frames/new/")
    frames.locator("[data-upload]").evaluate("form => { form.dataset.maxBytes = '20'; form.dataset.maxSize = '1 MB'; }")
    drop(frames, ("large.csv", "text/csv", GOOD))
    expect(frames.get_by_role("alert").get_by_text("The file is larger than 1 MB. Import it in parts.")).to_be_visible()
    import_it(frames)
    expect(frames.get_by_role("progressbar")).to_have_count(0)
    assert not DepthScan.objects.exists()


def test_the_list_follows_an_import_and_keeps_the_focus(frames: Page, live_server, user: User) -> None:
    scan = scan_with_rows(user)
    ask_for_import(scan, GOOD)
    frames.goto(f"{live_server.url}/frames/")
    edit = frames.get_by_role("link", name="Edit scan 0")
    edit.focus()
    expect(frames.get_by_role("listitem")).to_contain_text("Waiting for a worker")
    work()
    look(frames)
    expect(frames.get_by_role("listitem")).to_contain_text("1 to 4 m")
    expect(edit).to_be_focused()
    expect(frames.locator("#poller[hx-get]")).to_have_count(0)


def test_without_scripts(frames: Page, browser: Browser, live_server, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(frames.context.cookies())
    page = context.new_page()
    page.goto(f"{live_server.url}/frames/")
    page.get_by_role("link", name="Import a CSV").click()
    path = tmp_path / "plain.csv"
    path.write_bytes(BAD)
    page.get_by_label("CSV file").set_input_files(path)
    import_it(page)
    expect(page.get_by_role("heading", name="2 findings in the file")).to_be_visible()
    path.write_bytes(GOOD)
    page.get_by_label("CSV file").set_input_files(path)
    import_it(page)
    work()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("link", name="Open scan")).to_be_visible()
    page.get_by_role("link", name="Depth scans").click()
    page.get_by_role("link", name="Delete plain").click()
    page.get_by_role("button", name="Delete the scan").click()
    expect(page.get_by_text("plain is deleted.")).to_be_visible()
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_every_state_is_accessible_and_fits(frames: Page, live_server, user: User, scheme: str, width: int) -> None:
    frames.emulate_media(color_scheme=scheme)
    frames.set_viewport_size({"width": width, "height": 800})

    def check() -> None:
        assert_accessible(frames)
        assert frames.evaluate("document.documentElement.scrollWidth") == width

    frames.reload()
    check()
    frames.goto(f"{live_server.url}/frames/new/")
    drop(frames, ("bad.csv", "text/csv", BAD))
    import_it(frames)
    expect(frames.get_by_role("heading", name="2 findings in the file")).to_be_visible()
    check()
    scan = scan_with_rows(user)
    DepthScan.objects.update(name="very-long-" * 18)
    item = scan.imports.get()
    waiting, failed = ask_for_scan(user, GOOD), ask_for_scan(user, GOOD)
    DepthImport.objects.filter(pk=failed.pk).update(
        status="failed",
        lease_until=None,
        error_code="out_of_range",
        error_message="Row 7, column c: 300 is not from 0 to 255.",
        finding_counts={"out_of_range": 1},
    )
    pages = [f"/frames/imports/{one.pk}/" for one in (item, waiting, failed)]
    for path in ("/frames/", f"/frames/{scan.pk}/import/", f"/frames/{scan.pk}/edit/", *pages):
        frames.goto(f"{live_server.url}{path}")
        check()
