"""A depth scan in a browser: scrolled, zoomed, read, coloured, a range taken away; by pointer, by keys, by touch."""

# ruff: noqa: F811  # fixtures that are imported are named again where they are used

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from frames.imaging.colormaps import colormap, windowed
from frames.models import DepthScan
from tests.browser.conftest import Complaints
from tests.browser.test_accessibility import SCHEMES, assert_accessible
from tests.integration.frames.conftest import depths_of, make_scan  # noqa: F401  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)

WIDTH = 8
FIRST, STEP = 9000.0, 0.1
ROWS, MANY_ROWS = 3000, 200_000


def greys(rows: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Of which neighbours differ, in depth and across; (rows, 8)."""
    return ((np.arange(rows)[:, None] * 37 + np.arange(WIDTH) * 11) % 256).astype(np.uint8)


class ScanPage:
    """The viewer of a scan whose rows are `greys`."""

    def __init__(self, page: Page, scan: DepthScan, url: str) -> None:
        self.page, self.scan, self.url = page, scan, f"{url}{scan.get_absolute_url()}"
        self.grey = greys(scan.row_count)

    def open(self, query: str = "") -> "ScanPage":
        """Goes there and waits for the strip."""
        self.page.goto(f"{self.url}{query}")
        expect(self.page.locator("[data-depth-viewer][data-is-ready]")).to_be_attached()
        self.wait()
        return self

    def wait(self) -> None:
        """Until what is shown is drawn from the rows that it is meant to be drawn from."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        expect(self.page.locator("[data-is-sharp=yes]")).to_be_attached()

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place in shares of the strip's width and in pixels from its upper edge."""
        box = self.page.locator("[data-strip-view]").bounding_box()
        assert box
        return round(box["x"] + x * box["width"]), round(box["y"] + y)

    def hover(self, x: float, y: float) -> None:
        """Moves the pointer there."""
        self.page.mouse.move(*self.at(x, y))
        self.wait()

    def drag(self, down: float, *, y: float = 300) -> None:
        """Drags the strip."""
        mouse = self.page.mouse
        x, start = self.at(0.3, y)
        mouse.move(x, start)
        mouse.down()
        mouse.move(x, start + down, steps=5)
        mouse.up()
        self.wait()

    def expect_depth(self, depth: str) -> None:
        """Waits until it is read: where a depth is, the page may have to ask for first."""
        expect(self.page.locator("[data-pill]")).to_have_text(depth)
        self.wait()

    def read(self, name: str) -> str:
        """What is written under the strip."""
        return self.page.locator(f"[data-read-{name}]").inner_text()

    @property
    def height(self) -> int:
        """Of the strip in pixels."""
        return int(self.page.locator("[data-strip]").evaluate("canvas => canvas.height"))

    @property
    def row(self) -> int:
        """The row whose depth is read."""
        return round((float(self.read("depth").removesuffix(" m")) - FIRST) / STEP)

    def drawn(self, x: float, y: float) -> tuple[int, ...]:
        """The colour on the canvas there."""
        script = """([x, y]) => {
            const strip = document.querySelector("[data-strip]");
            const pixel = new OffscreenCanvas(1, 1).getContext("2d");
            pixel.drawImage(strip, Math.floor(x * strip.width), y, 1, 1, 0, 0, 1, 1);
            return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3);
        }"""
        return tuple(self.page.evaluate(script, [x, y]))

    def assert_right(self, x: float, y: float, table: np.ndarray[Any, Any]) -> int:
        """What is read and drawn at a place is what the scan has there; answers the row."""
        self.hover(x, y)
        column, row = int(x * WIDTH), self.row
        value = self.grey[row, column]
        assert (self.read("column"), self.read("grey")) == (f"{column + 1} of {WIDTH}", str(value))
        assert self.drawn(x, y) == tuple(table[value])
        return row


Open = Callable[..., ScanPage]


@pytest.fixture
def open_scan(site: Page, live_server, user: User, log_in, make_scan: Callable[..., DepthScan], settings) -> Open:
    log_in(user)

    def open_scan(query: str = "", rows: int = ROWS, *, shown_width: int = WIDTH) -> ScanPage:
        settings.DEPTH_THIN_WIDTH = shown_width  # of the full width: rows are shown as they were imported
        scan = make_scan(depths=depths_of(rows, first=FIRST, step=STEP), grey=greys(rows))
        return ScanPage(site, scan, live_server.url).open(query)

    return open_scan


def test_dragging_through_200_000_rows_shows_each_where_it_is(open_scan: Open) -> None:
    strip = open_scan(rows=MANY_ROWS)
    page, table = strip.page, colormap("strata")
    expect(page.get_by_role("link", name="PNG strip")).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("PNG strip: at most 20,000 rows. JSON: at most 10,000 rows.")).to_be_visible()
    strip.hover(0.5, 200)
    expect(page.locator("[data-read-note]")).to_have_text(re.compile("^mean of [0-9]+ rows$"))

    page.keyboard.press("1")
    strip.wait()
    before = strip.assert_right(0.4, 300, table)
    strip.drag(-250)
    strip.drag(-250)
    assert strip.assert_right(0.7, 300, table) == before + 500
    page.mouse.wheel(0, 900)
    strip.wait()
    assert strip.assert_right(0.2, 300, table) == before + 1400

    overview = page.locator("[data-overview]").bounding_box()
    assert overview
    page.mouse.move(overview["x"] + 10, overview["y"] + overview["height"] / 2)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(overview["x"] + 10, overview["y"] + overview["height"] * (0.5 + step / 20), steps=3)
    page.mouse.up()
    strip.wait()
    assert strip.assert_right(0.9, 5, table) == pytest.approx(0.9 * MANY_ROWS, abs=2000)
    page.keyboard.press("End")
    strip.wait()
    assert strip.assert_right(0.1, strip.height - 1, table) == MANY_ROWS - 1


def test_zoom_keeps_the_row_under_the_pointer(open_scan: Open) -> None:
    strip = open_scan("?depth=9150&zoom=1")
    page, table = strip.page, colormap("strata")
    row = strip.assert_right(0.4, 200, table)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    strip.wait()
    assert strip.assert_right(0.4, 200, table) == row
    expect(page.get_by_label("Scale")).to_have_text("2.6 px a row")
    page.mouse.dblclick(*strip.at(0.4, 200))
    strip.wait()
    assert strip.assert_right(0.4, 200, table) == row
    page.get_by_role("button", name="Fit").click()
    expect(page.get_by_label("Depth shown")).to_have_attribute("aria-valuetext", "9000.0 to 9299.9 m")


def test_a_depth_is_gone_to_and_a_link_opens_there(open_scan: Open, complaints: Complaints) -> None:
    strip = open_scan()
    page = strip.page
    page.get_by_label("Go to depth").fill("9123.4")
    page.keyboard.press("Enter")
    strip.expect_depth("9123.4")
    assert (strip.row, strip.read("grey")) == (1234, str(strip.grey[1234, WIDTH // 2]))
    page.wait_for_url("**/?depth=9123.4&zoom=1")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    strip.open(link.removeprefix(strip.url))
    strip.expect_depth("9123.4")

    strip.open("?depth=12&zoom=4")
    expect(page.get_by_text("The scan has no depth 12; this is 9000.0 m, the nearest.")).to_be_visible()
    strip.expect_depth("9000.0")
    strip.open("?depth=deep&colormap=mud")
    expect(page.get_by_text("The depth in the link is no number. There is no colour map “mud”.")).to_be_visible()


def test_all_of_it_by_keys(open_scan: Open) -> None:
    strip = open_scan()
    page = strip.page
    keys = page.keyboard
    page.get_by_role("application", name="Strip of North well, 9000 to 9299.9 m").focus()
    keys.press("[")
    expect(page.get_by_text("Point at a row first, or press Shift and an arrow key.")).to_be_visible()
    keys.press("1")
    keys.press("Home")
    keys.press("PageDown")
    keys.press("Shift+ArrowDown")
    strip.wait()
    row = strip.row
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowLeft")
    strip.wait()
    assert (strip.row, strip.read("column")) == (row + 2, f"{WIDTH // 2} of {WIDTH}")
    value = strip.grey[row + 2, WIDTH // 2 - 1]
    expect(page.locator("[data-said]")).to_have_text(f"{FIRST + (row + 2) * STEP:.1f} m, column 4, grey {value}")
    keys.press("[")
    for _ in range(4):
        keys.press("Shift+ArrowDown")
    keys.press("]")
    expect(page.locator("[data-range-count]")).to_have_text("5 rows")
    keys.press("Escape")
    expect(page.locator("[data-range-count]")).to_have_text("The whole scan, 3,000 rows")
    keys.press("g")
    expect(page.get_by_label("Go to depth")).to_be_focused()
    page.get_by_label("Depth shown").focus()
    keys.press("End")
    strip.wait()
    expect(page.get_by_label("Depth shown")).to_have_attribute("aria-valuetext", re.compile(" to 9299.9 m$"))
    keys.press("0")
    strip.wait()
    expect(page.get_by_label("Depth shown")).to_be_focused()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Move the crosshair")


def test_colours_change_at_once_and_stay_in_the_link(open_scan: Open) -> None:
    strip = open_scan("?depth=9150&zoom=1")
    page = strip.page
    strip.assert_right(0.4, 200, colormap("strata"))
    page.get_by_label("Colour map").select_option("viridis")
    strip.assert_right(0.4, 200, colormap("viridis"))
    page.get_by_label("Dark end", exact=True).fill("60")
    page.get_by_label("Bright end, grey value").fill("180")
    page.keyboard.press("Enter")
    table = windowed(colormap("viridis"), 60, 180)
    rows = [strip.assert_right(0.4, y, table) for y in range(100, 107)]
    assert {strip.grey[row, 3] < 60 for row in rows} == {True, False}
    page.wait_for_url("**colormap=viridis&vmin=60&vmax=180")
    page.reload()
    expect(page.locator("[data-depth-viewer][data-is-ready]")).to_be_attached()
    strip.assert_right(0.4, 100, table)
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Auto", exact=True).click()
    strip.wait()
    low, high = (int(page.get_by_label(f"{end} end, grey value").input_value()) for end in ("Dark", "Bright"))
    shares = np.array([(strip.grey < low).mean(), (strip.grey > high).mean()])
    assert np.all((shares > 0) & (shares < 0.02))


def test_a_range_is_picked_and_taken_away(open_scan: Open) -> None:
    strip = open_scan("?depth=9150&zoom=2&colormap=viridis")
    page = strip.page
    count = page.locator("[data-range-count]")
    strip.hover(0.5, 100)
    first = strip.row
    page.keyboard.down("Shift")
    strip.drag(80, y=100)
    page.keyboard.up("Shift")
    expect(count).to_have_text("41 rows")
    band = page.locator("[data-band]").bounding_box()
    assert band
    assert band["height"] == 82
    png = page.get_by_role("link", name="PNG strip").get_attribute("href")
    assert png
    assert png.endswith("format=png&colormap=viridis")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 42
    assert lines[1] == f"{FIRST + first * STEP:.1f}," + ",".join(map(str, strip.grey[first]))

    page.get_by_role("button", name="Use what is shown").click()
    shown = strip.height // 2
    expect(count).to_have_text(re.compile(rf"^({shown}|{shown + 1}) rows$"))
    page.get_by_label("From").fill("9200")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“To” must not be less than “From”.")).to_be_visible()
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("aria-disabled", "true")
    page.get_by_label("to", exact=True).fill("9200.04")
    page.keyboard.press("Enter")
    expect(count).to_have_text("1 row")
    page.get_by_role("button", name="Clear").click()
    expect(count).to_have_text("The whole scan, 3,000 rows")


def test_the_row_at_rest_is_traced_as_it_was_imported(open_scan: Open) -> None:
    strip = open_scan("?depth=9001&zoom=8", rows=50, shown_width=4)
    label = strip.page.locator("[data-trace-label]")
    expect(label).to_have_text("8 columns as imported")
    assert strip.read("column") == "5–6 of 8"
    path = strip.page.locator("[data-trace-line]").get_attribute("d") or ""
    assert re.findall(r"[V ](\d+)H", path) == [str(255 - value) for value in strip.grey[10]]


def test_a_gap_is_marked_on_the_axis_and_told_at_its_end(open_scan: Open, make_scan: Callable[..., DepthScan]) -> None:
    strip = open_scan(rows=50)
    depths = np.concatenate((depths_of(20, first=FIRST, step=STEP), depths_of(30, first=FIRST + 50, step=STEP)))
    depths[20] += 0.004  # more decimals than the ends and the step have
    scan = make_scan(depths=depths, grey=greys(50), is_strict=False)
    strip.page.goto(f"{strip.url.replace(str(strip.scan.pk), str(scan.pk))}?depth=9050&zoom=8")
    expect(strip.page.locator("[data-axis] .gap:not([hidden])")).to_have_count(1)
    expect(strip.page.locator("[data-read-note]")).to_have_text("after a gap of 48.104 m")
    assert strip.read("depth") == "9050.004 m"
    labels = strip.page.locator("[data-axis] .tick:not([hidden]) text").all_text_contents()
    assert labels
    assert {label[:3] for label in labels} == {"900", "905"}, "and none within the gap"
    assert all(9000 <= float(label) < 9002 or 9050 <= float(label) < 9053 for label in labels)


def test_what_cannot_be_loaded_is_said_and_tried_again(open_scan: Open, complaints: Complaints) -> None:
    complaints.expected.append("Failed to load resource")
    strip = open_scan()
    page = strip.page
    DepthScan.objects.update(edition=2)  # as an import does
    page.get_by_label("Go to depth").fill("9290")
    page.keyboard.press("Enter")
    trouble = page.get_by_role("alert").filter(has_text="The scan has changed since this page was opened.")
    expect(trouble).to_be_visible()
    page.get_by_role("button", name="Reload").click()
    expect(page.locator("[data-depth-viewer][data-is-ready]")).to_be_attached()
    expect(trouble).to_be_hidden()

    page.route("**/tiles/2/0/1/", lambda route: route.abort())
    page.goto(f"{strip.url}?depth=9150&zoom=1")
    trouble = page.get_by_role("alert").filter(has_text="Part of the scan could not be loaded.")
    expect(trouble).to_be_visible()
    page.unroute("**/tiles/2/0/1/")
    page.get_by_role("button", name="Try now").click()
    expect(trouble).to_be_hidden()
    strip.assert_right(0.4, 200, colormap("strata"))


@SCHEMES
def test_nothing_to_object_to_on_wide_and_narrow_screens(open_scan: Open, scheme: str) -> None:
    strip = open_scan("?depth=9150&zoom=1")
    page = strip.page
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("button", name="Use what is shown").click()
    strip.hover(0.5, 100)
    assert_accessible(page)
    page.set_viewport_size({"width": 360, "height": 740})
    strip.open("?depth=8000")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert_accessible(page)


def test_fingers_pan_pinch_and_pick_a_row(open_scan: Open, browser: Browser, user: User) -> None:
    strip = open_scan("?depth=9150&zoom=2")
    page, box = strip.page, strip.at(0, 0)
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": box[0] + x, "y": box[1] + y, "id": index} for index, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", (100, 200))
    touch("touchEnd")
    strip.wait()
    row = strip.row
    touch("touchStart", (100, 200))
    for y in (180, 150, 120):
        touch("touchMove", (100, y))
    touch("touchEnd")
    touch("touchStart", (100, 120))
    touch("touchEnd")
    strip.wait()
    assert strip.row == row
    touch("touchStart", (100, 100), (100, 140))
    for spread in (10, 20, 40):
        touch("touchMove", (100, 100 - spread), (100, 140 + spread))
    touch("touchEnd")
    expect(page.get_by_label("Scale")).to_have_text(re.compile("^[5-6](\\.[0-9])? px a row$"))


def test_without_scripts_there_are_rows_and_downloads(open_scan: Open, browser: Browser) -> None:
    strip = open_scan()
    context = browser.new_context(java_script_enabled=False)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([cookie for cookie in strip.page.context.cookies() if cookie["name"] == name])
    page = context.new_page()
    page.goto(strip.url)
    picture = page.get_by_role("img", name="The scan's first rows, with their depths")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box
    assert box["height"] >= 1000
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", re.compile("format=csv"))
    expect(page.locator("[data-depth-viewer]")).to_be_hidden()
    context.close()
