"""Model against human, in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.test_accessibility import SCHEMES, assert_accessible
from tests.integration.poses.statistics_poses import approved, corrected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_statistics(site: Page, live_server, admin_user: User, log_in: Callable[[User], None]) -> Callable[[], Page]:
    log_in(admin_user)

    def open_statistics() -> Page:
        site.goto(f"{live_server.url}/statistics/keypoints/")
        return site

    return open_statistics


@pytest.fixture
def poses(user: User) -> None:
    for pixels in (3, 4):
        corrected(user, pixels, name="left_knee")
    corrected(user, 30, name="right_wrist")
    approved(user)


@pytest.mark.usefixtures("poses")
def test_it_is_found_in_the_account_menu_and_sorts_by_links(site: Page, live_server, admin_user, log_in) -> None:
    log_in(admin_user)
    site.goto(live_server.url)
    site.locator("summary[aria-label=Account]").click()
    site.get_by_role("link", name="Model against human").click()
    first = site.get_by_role("rowheader").first
    expect(first).to_have_text("Left knee")
    expect(site.get_by_role("row", name="Left knee")).to_contain_text("50.0 %")
    site.get_by_role("link", name="Median px").click()
    expect(first).to_have_text("Right wrist")
    expect(site.get_by_role("columnheader", name="Median px")).to_have_attribute("aria-sort", "descending")
    site.get_by_role("link", name="Keypoint", exact=True).click()
    expect(first).to_have_text("Left ankle")


@pytest.mark.usefixtures("poses")
def test_a_bar_is_as_long_as_its_number_says(open_statistics: Callable[[], Page]) -> None:
    page = open_statistics()
    bars = page.locator(".statistics-bars li")
    expect(bars).to_have_count(33)
    boxes = [bars.nth(index).locator("rect").bounding_box() for index in range(2)]
    assert boxes[1]["width"] / boxes[0]["width"] == pytest.approx(0.5, abs=0.02)  # 1 in 4 poses, and 2 in 4
    left, right = (bars.nth(index).locator("rect") for index in range(2))
    expect(left).to_have_css("fill", "rgb(0, 114, 178)")
    expect(right).to_have_css("fill", "rgb(213, 94, 0)")


@pytest.mark.usefixtures("poses")
def test_the_table_is_downloaded(open_statistics: Callable[[], Page]) -> None:
    page = open_statistics()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename == "keypoint-statistics.csv"


@pytest.mark.usefixtures("poses")
@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(open_statistics: Callable[[], Page], scheme: str, width: int) -> None:
    page = open_statistics()
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_axe_finds_nothing_where_nothing_was_corrected(open_statistics: Callable[[], Page]) -> None:
    page = open_statistics()
    expect(page.get_by_role("heading", name="Nobody has corrected a pose yet")).to_be_visible()
    assert_accessible(page)
