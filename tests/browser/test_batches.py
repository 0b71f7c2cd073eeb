"""Batches in a browser: a CSV is dropped, checked, tried, started, watched to its end, and its results taken away."""

# ruff: noqa: F811  # fixtures that are imported are named again where they are used

import csv
import io
import re
import zipfile
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, FileChooser, Locator, Page, expect

from accounts.models import User
from batches.models import Batch, Delivery
from tests import broker
from tests.browser.conftest import drop
from tests.browser.test_accessibility import SCHEMES, assert_accessible
from tests.integration.batches.conftest import (  # noqa: F401  # fixtures
    ImageServer,
    _running_server,
    images,
    make_batch,
    table,
)

pytestmark = pytest.mark.django_db(transaction=True)

BAD = b"Serial Number,Product Name,Input Image Urls\n1,Mat,\n2,Shoe\n3,Ball,http://a.example/b.jpg\n4,Bar,\n"


@pytest.fixture
def batches(site: Page, live_server, user: User, images: ImageServer, fake_detector: object, log_in) -> Page:
    """The page of batches of a user who has none."""
    log_in(user)
    site.goto(f"{live_server.url}/batches/")
    return site


@pytest.fixture
def mixed(images: ImageServer, make_batch: Callable[..., Batch]) -> Batch:
    """Started: three rows whose images are there, one in part, one whose image is gone."""
    gone = images.put("gone.jpg", status=404)
    good = [images.url(f"good-{number}.jpg") for number in range(4)]
    rows = [("A1", "Mat", good[0]), ("A2", "Shoe", good[1]), ("A3", "Ball", good[2])]
    return make_batch(content=table(*rows, ("A4", "Bar", [good[3], gone]), ("A5", "Rope", gone)))


def catalogue(images: ImageServer) -> bytes:
    rows = [(number, f"Product {number}", images.url(f"product-{number}.jpg"), "red") for number in range(1, 6)]
    header = ("S. No.", "Product", "Images", "Colour")
    return table(
        *rows, ("", "Product 6", [images.url("product-6.jpg"), images.put("gone.jpg", status=404)], ""), header=header
    )


def work() -> None:
    """As workers would, until nothing is left."""
    while broker.work_through():
        pass


def look(page: Page) -> None:
    """The page asks now, not in two seconds."""
    page.evaluate("document.getElementById('poller').dispatchEvent(new CustomEvent('look'))")


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Rows of the CSV").locator("tbody tr")


def figure(page: Page, name: str) -> Locator:
    return page.locator(".batch-figures > div", has=page.locator("dt", has_text=name)).locator("dd")


def test_from_a_bad_csv_to_the_results(batches: Page, images: ImageServer) -> None:
    drop(batches, ("products.csv", "text/csv", BAD))
    batches.get_by_label("Share of the bytes", exact=True).check()
    batches.get_by_role("button", name="Check").click()
    problems = batches.get_by_role("region", name="3 problems in the CSV").first
    expect(problems).to_be_focused()
    cells = [row.split("\t")[0] for row in batches.locator(".batch-findings tbody tr").all_inner_texts()]
    assert cells == ["2", "3", "5"]
    expect(batches.get_by_label("Share of the bytes", exact=True)).to_be_checked()
    assert not Batch.objects.exists()

    drop(batches, ("products.csv", "text/csv", catalogue(images)))
    batches.get_by_role("button", name="Check").click()
    expect(batches.get_by_role("heading", level=1)).to_have_text("products.csv")
    expect(batches.get_by_text("Being fetched…")).to_be_visible()
    expect(batches.get_by_text("to about 40 % of the bytes")).to_be_visible()
    expect(batches.get_by_text("The cell in the column")).to_be_visible()
    work()
    expect(batches.get_by_text("1 person")).to_have_count(3)
    expect(batches.get_by_text("Estimate for all 7 images: about 1 s.")).to_be_visible()
    expect(batches.locator(".bone-left")).to_have_count(3)

    batches.get_by_role("button", name="Start").click()
    expect(batches.get_by_text("Running", exact=True)).to_be_visible()
    expect(batches.get_by_role("progressbar", name="Images done or failed")).to_have_attribute("max", "7")
    batches.evaluate("window.isSamePage = true")
    work()
    expect(batches.get_by_text("Finished, 1 failed", exact=True)).to_be_visible()
    expect(batches.get_by_role("progressbar")).to_have_attribute("value", "7")
    expect(batches.locator("[data-said-here]")).to_have_text("Finished, 1 failed. 7 of 7 images, 100 %.")
    expect(batches).to_have_title("products.csv · PoseSite")
    expect(batches.get_by_text("sent just now")).to_be_visible()
    expect(batches.locator("#poller[hx-get]")).to_have_count(0)
    assert batches.evaluate("window.isSamePage")
    with batches.expect_download() as download:
        batches.get_by_role("link", name="CSV of results").click()
    read = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert read[0][:5] == ["S. No.", "Product", "Images", "Colour", "Output Image Urls"]
    assert len(read) == 7
    with batches.expect_download() as download:
        batches.get_by_role("link", name="CSV of failed rows").click()
    assert "http_status_404" in download.value.path().read_text()
    with batches.expect_download() as download:
        batches.get_by_role("link", name="All images, ZIP").click()
    assert len(zipfile.ZipFile(download.value.path()).namelist()) == 6


def test_a_double_click_checks_once(batches: Page, images: ImageServer) -> None:
    drop(batches, ("products.csv", "text/csv", catalogue(images)))
    batches.get_by_role("button", name="Check").dblclick()
    expect(batches.get_by_role("heading", level=1)).to_have_text("products.csv")
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("width", [660, 760, 1000])
def test_nothing_is_wider_than_the_window(batches: Page, mixed: Batch, live_server, user: User, width: int) -> None:
    work()
    values = {
        "owner": user,
        "batch": mixed,
        "event": "batch.completed",
        "target": "https://example.org/hooks",
        "body": {},
    }
    sent = Delivery.objects.create(**values, channel="webhook", due_at=timezone.now(), status="held")
    sent.log.create(error_code="http_status_500", error_message="The server answered with status 500.")
    batches.set_viewport_size({"width": width, "height": 800})
    for path in (mixed.get_absolute_url(), "/batches/", "/batches/webhooks/"):
        batches.goto(f"{live_server.url}{path}")
        assert batches.evaluate("document.documentElement.scrollWidth") == width


def test_it_is_watched_filtered_paused_and_retried(batches: Page, mixed: Batch, live_server, images) -> None:
    batches.goto(f"{live_server.url}{mixed.get_absolute_url()}")
    batches.keyboard.press("p")
    expect(batches.get_by_text("Paused", exact=True)).to_be_visible()
    work()
    look(batches)
    expect(figure(batches, "Queued")).to_have_text("5")
    batches.get_by_role("button", name="Resume").click()
    expect(batches.get_by_role("button", name="Pause")).to_be_visible()
    work()
    expect(batches.get_by_text("Finished, 1 failed", exact=True)).to_be_visible()
    for name, count in (("All", 5), ("Done", 3), ("Partly", 1), ("Failed", 1)):
        batches.get_by_role("link", name=f"{name} {count}", exact=True).click()
        expect(rows(batches)).to_have_count(count)
    expect(rows(batches)).to_contain_text("http_status_404")
    images.answers.clear()
    batches.get_by_role("button", name="Retry 1 failed").click()
    expect(batches.get_by_text("1 image is tried again.")).to_be_visible()
    work()
    expect(batches.get_by_text("Finished", exact=True)).to_be_visible()
    expect(batches.get_by_role("link", name="CSV of failed rows")).to_have_count(0)


def test_a_refresh_moves_nothing_and_keeps_the_focus(batches: Page, mixed: Batch, live_server) -> None:
    batches.set_viewport_size({"width": 1280, "height": 400})
    batches.goto(f"{live_server.url}{mixed.get_absolute_url()}")
    batches.get_by_role("link", name="Delete").focus()
    batches.evaluate("document.getElementById('row-1').isOld = document.getElementById('row-5').isOld = true")
    batches.evaluate("document.getElementById('filters').scrollIntoView()")
    place = batches.evaluate("scrollY")
    Batch.objects.update(stage="paused")
    look(batches)
    expect(batches.get_by_role("button", name="Resume")).to_be_attached()
    expect(batches.get_by_role("link", name="Delete")).to_be_focused()
    assert batches.evaluate("document.getElementById('row-1').isOld")
    assert batches.evaluate("scrollY") == place
    mixed.rows.filter(number=1).update(state="done")
    look(batches)
    expect(batches.locator("#row-1")).to_contain_text("Done")
    assert batches.evaluate("document.getElementById('row-1').isOld") is None
    assert batches.evaluate("document.getElementById('row-5').isOld")
    assert batches.evaluate("scrollY") == place


def test_a_finished_one_is_never_asked_again(batches: Page, mixed: Batch, live_server) -> None:
    work()
    batches.goto(f"{live_server.url}{mixed.get_absolute_url()}")
    asked: list[str] = []
    batches.on("request", lambda request: asked.append(request.url))
    batches.wait_for_timeout(2500)
    assert [url for url in asked if "/batches/" in url] == []


def test_one_that_is_deleted_elsewhere_says_so(batches: Page, mixed: Batch, live_server, complaints) -> None:
    complaints.expected.append("404")
    complaints.expected.append("Response Status Error Code")
    batches.goto(f"{live_server.url}{mixed.get_absolute_url()}")
    mixed.delete()
    look(batches)
    expect(batches.get_by_text("This batch was deleted.")).to_be_visible()
    expect(batches.locator("#poller")).to_have_count(0)


def test_a_lost_connection_is_told_and_forgotten(batches: Page, mixed: Batch, live_server, complaints) -> None:
    complaints.expected += ["htmx:", "Failed to load resource"]
    batches.goto(f"{live_server.url}{mixed.get_absolute_url()}")
    batches.context.set_offline(True)
    look(batches)
    lost = batches.get_by_text("The site cannot be reached.")
    expect(lost).to_be_visible()
    batches.context.set_offline(False)
    look(batches)
    expect(lost).to_be_hidden()


def test_cancel_and_delete_ask_first(batches: Page, mixed: Batch, live_server) -> None:
    batches.goto(f"{live_server.url}{mixed.get_absolute_url()}")
    cancel = batches.get_by_role("link", name="Cancel")
    cancel.click()
    batches.get_by_role("dialog").get_by_role("link", name="Let it run").click()
    expect(cancel).to_be_focused()
    cancel.click()
    batches.get_by_role("button", name="Cancel the batch").click()
    expect(batches.get_by_text(re.compile("Being cancelled|Writing the results"))).to_be_visible()
    work()
    expect(batches.get_by_text("Cancelled", exact=True)).to_be_visible()
    batches.get_by_role("link", name="Delete").click()
    batches.get_by_role("button", name="Delete the batch").click()
    expect(batches.get_by_text("is deleted.")).to_be_visible()
    expect(batches.get_by_role("heading", level=1)).to_have_text("Your first batch")


def test_by_keyboard_alone(batches: Page, mixed: Batch, live_server, tmp_path, images: ImageServer) -> None:
    choosers: list[FileChooser] = []

    def note(chooser: FileChooser) -> None:
        choosers.append(chooser)

    batches.on("filechooser", note)  # from the beginning: a listener takes a moment to be heard of
    batches.goto(f"{live_server.url}/batches/")
    batches.keyboard.press("n")
    file = batches.get_by_label("CSV file")
    expect(file).to_be_focused()
    path = tmp_path / "by-keyboard.csv"
    path.write_bytes(catalogue(images))
    batches.keyboard.press("Enter")
    for _ in range(100):
        if choosers:
            break
        batches.wait_for_timeout(50)
    choosers[0].set_files(path)
    for _ in range(30):
        if batches.evaluate("document.activeElement.id") == "batch-quality":
            break
        batches.keyboard.press("Tab")
    batches.keyboard.type("71")
    batches.keyboard.press("Enter")
    expect(batches.get_by_text("quality 71")).to_be_visible()
    batches.get_by_role("button", name="Start").focus()
    batches.keyboard.press("Enter")
    expect(batches.get_by_role("button", name="Pause")).to_be_visible()
    batches.wait_for_load_state()  # the page may show its buttons before its scripts hear a key
    batches.keyboard.press("p")
    expect(batches.get_by_role("button", name="Resume")).to_be_visible()
    batches.keyboard.press("?")
    expect(batches.get_by_role("dialog").get_by_text("Pause, or resume")).to_be_visible()


def test_without_scripts(
    batches: Page,
    browser: Browser,
    mixed: Batch,
    live_server,
    tmp_path,
    images: ImageServer,
) -> None:
    cookies = batches.context.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{live_server.url}/batches/")
    page.get_by_role("link", name="New batch").click()
    path = tmp_path / "plain.csv"
    path.write_bytes(BAD)
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", name="3 problems in the CSV")).to_be_visible()
    path.write_bytes(catalogue(images))
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Cancel the batch").click()
    work()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete the batch").click()
    expect(page.get_by_text("plain.csv is deleted.")).to_be_visible()
    context.close()


def test_a_file_that_is_too_large_is_not_sent(batches: Page) -> None:
    batches.locator("[data-check]").evaluate("form => { form.dataset.maxBytes = '1048576'; }")
    drop(batches, ("large.csv", "text/csv", b"x" * 1_100_000))
    expect(batches.get_by_role("alert").get_by_text("The file is larger than 1 MB.")).to_be_visible()
    batches.get_by_role("button", name="Check").click()
    assert not Batch.objects.exists()


@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_every_state_is_accessible_and_fits(
    batches: Page,
    mixed: Batch,
    make_batch,
    live_server,
    scheme: str,
    width: int,
) -> None:
    def check() -> None:
        assert_accessible(batches)
        assert batches.evaluate("document.documentElement.scrollWidth") == width

    batches.emulate_media(color_scheme=scheme)
    batches.set_viewport_size({"width": width, "height": 800})
    drop(batches, ("bad.csv", "text/csv", BAD))
    batches.get_by_role("button", name="Check").click()
    expect(batches.get_by_role("heading", name="3 problems in the CSV")).to_be_visible()
    check()
    draft = make_batch(4, is_started=False, email=f"{'ada' * 30}@example.org")
    draft.warnings = [{"code": "csv_no_serial", "message": "Row 2: it is empty.", "row": 2, "column": "No"}]
    draft.name = f"{'very-long-' * 12}.csv"
    draft.save()
    batches.goto(f"{live_server.url}{draft.get_absolute_url()}")
    check()
    batches.goto(f"{live_server.url}{mixed.get_absolute_url()}")
    check()
    batches.get_by_role("link", name="Cancel").click()
    check()
    batches.keyboard.press("Escape")
    work()
    batches.reload()
    expect(batches.get_by_text("Finished, 1 failed", exact=True)).to_be_visible()
    check()
    batches.goto(f"{live_server.url}{draft.get_absolute_url()}")
    expect(batches.get_by_text("1 person")).to_have_count(3)
    check()
    batches.goto(f"{live_server.url}/batches/?new")
    check()
