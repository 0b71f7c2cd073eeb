"""The page of the queue in a browser: it keeps itself true, and failed work is tried again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import OPERATORS, User
from core.work import claims
from poses.models import Photo
from tests import broker
from tests.browser.test_accessibility import SCHEMES, assert_accessible
from tests.conftest import jpeg
from tests.integration.poses.gallery_photos import make_photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(make_user) -> User:
    member = make_user("operator@example.org")
    member.groups.add(Group.objects.get(name=OPERATORS))
    return member


@pytest.fixture
def queue(site: Page, live_server, operator: User, log_in) -> Page:
    """The page, with two failed photos and one that waits."""
    owner = User.objects.create_user("ada@example.org", "correct-horse-battery")
    for number in range(2):
        make_photo(owner, f"bad {number}.jpg", failed=True, error_message="The pose model failed on this photo.")
    make_photo(owner, "waiting.jpg", people=0, status="pending")
    log_in(operator)
    site.goto(f"{live_server.url}/queue/")
    return site


def table(page: Page, name: str) -> "expect":
    return expect(page.get_by_role("table", name=name).locator("tbody tr"))


def test_the_header_leads_there(queue: Page) -> None:
    queue.get_by_role("link", name="Photos").click()
    queue.get_by_role("link", name="Queue").click()
    expect(queue.get_by_role("heading", level=1)).to_have_text("Queue")


def test_it_refreshes_by_itself(queue: Page) -> None:
    table(queue, "Waiting").to_have_count(1)
    queue.evaluate("window.isSamePage = true")
    claims.take(Photo.objects.get(status="pending"), lease=timedelta(seconds=30))
    table(queue, "Running").to_have_count(1)
    expect(queue.get_by_role("table", name="Waiting")).to_have_count(0)
    Photo.objects.all().delete()
    expect(queue.get_by_text("Nothing waits and nothing has failed.").first).to_be_visible()
    assert queue.evaluate("window.isSamePage")


def test_one_is_retried_with_the_keyboard(queue: Page) -> None:
    queue.get_by_role("button", name="Retry bad 1.jpg").focus()
    queue.keyboard.press("Enter")
    expect(queue.get_by_text("1 is tried again.")).to_be_visible()
    table(queue, "Failed").to_have_count(1)
    table(queue, "Waiting").to_have_count(2)
    assert len(broker.messages()) == 1


def test_retrying_all_asks_first_and_is_not_closed_by_a_refresh(queue: Page) -> None:
    queue.get_by_text("Retry all", exact=True).click()
    expect(queue.get_by_text("Queue all 2 again?")).to_be_visible()
    Photo.objects.filter(status="pending").delete()
    queue.wait_for_timeout(3500)
    queue.get_by_role("button", name="Retry 2", exact=True).click()
    expect(queue.get_by_text("2 are tried again.")).to_be_visible()
    assert Photo.objects.filter(status="pending").count() == 2


def test_a_refresh_leaves_the_focus_where_it_is(queue: Page) -> None:
    retry = queue.get_by_role("button", name="Retry bad 1.jpg")
    retry.focus()
    Photo.objects.filter(status="pending").delete()
    expect(queue.get_by_role("table", name="Waiting")).to_have_count(0)
    expect(retry).to_be_focused()
    Photo.objects.filter(original_name="bad 1.jpg").delete()
    table(queue, "Failed").to_have_count(1)
    expect(queue.locator("#queue")).to_be_focused()


def test_after_the_session_has_ended_it_leads_to_the_login(queue: Page) -> None:
    queue.context.clear_cookies()
    expect(queue.get_by_role("heading", name="Log in")).to_be_visible()


@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_accessible_and_fits(queue: Page, scheme: str, width: int) -> None:
    queue.emulate_media(color_scheme=scheme)
    queue.set_viewport_size({"width": width, "height": 800})
    claims.take(make_photo(User.objects.first(), "x" * 90, people=0, status="pending"), lease=timedelta(seconds=30))
    Photo.objects.filter(status="pending").update(queued_at=timezone.now() - timedelta(hours=1))
    Photo.objects.filter(status="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    queue.reload()
    expect(queue.get_by_text("This is not getting on.")).to_be_visible()
    assert_accessible(queue)
    assert queue.evaluate("document.documentElement.scrollWidth") == width
    queue.get_by_text("Retry all", exact=True).click()
    assert_accessible(queue)
    assert queue.evaluate("document.documentElement.scrollWidth") == width


@SCHEMES
def test_the_empty_page_is_accessible(site: Page, live_server, operator: User, log_in, scheme: str) -> None:
    log_in(operator)
    site.emulate_media(color_scheme=scheme)
    site.goto(f"{live_server.url}/queue/")
    expect(site.get_by_text("Nothing waits and nothing has failed.").first).to_be_visible()
    assert_accessible(site)


def test_the_link_of_a_row_opens_the_photo(site: Page, live_server, admin_user: User, log_in) -> None:
    site.route("**/display/", lambda route: route.fulfill(body=jpeg(), content_type="image/jpeg"))
    make_photo(admin_user, "bad.jpg", failed=True)
    log_in(admin_user)
    site.goto(f"{live_server.url}/queue/")
    site.get_by_role("link", name="bad.jpg").click()
    expect(site.get_by_role("heading", level=1)).to_have_text("bad.jpg")
