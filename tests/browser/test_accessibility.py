"""axe finds nothing to object to, in either theme."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from core.work import claims
from poses.models import Photo
from tests.browser.conftest import drop, settle
from tests.conftest import jpeg
from tests.integration.poses.gallery_photos import make_photo

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def assert_accessible(page: Page) -> None:
    settle(page)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@SCHEMES
def test_the_empty_gallery(gallery: Page, scheme: str) -> None:
    gallery.emulate_media(color_scheme=scheme)
    assert_accessible(gallery)


@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_the_gallery_with_photos_uploads_and_a_note(
    gallery: Page, user: User, fake_detector: object, scheme: str, width: int
) -> None:
    make_photo(user, "team.jpg", people=3)
    make_photo(user, "broken.jpg", failed=True)
    make_photo(user, "empty.jpg", people=0)
    gallery.emulate_media(color_scheme=scheme)
    gallery.set_viewport_size({"width": width, "height": 800})
    gallery.route("**/thumbnail/", lambda route: route.fulfill(body=jpeg(320, 240), content_type="image/jpeg"))
    gallery.goto(f"{gallery.url}?status=lost")
    drop(gallery, ("one.jpg", "image/jpeg", jpeg()))
    expect(gallery.get_by_text("1 of 1 done")).to_be_visible()
    assert_accessible(gallery)
    gallery.get_by_text("More filters", exact=True).click()
    assert_accessible(gallery)
    gallery.keyboard.press("Escape")
    gallery.keyboard.press("?")
    assert_accessible(gallery)


@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_the_gallery_and_a_photo_while_they_are_worked_on(
    gallery: Page, user: User, fake_detector: object, scheme: str, width: int
) -> None:
    gallery.emulate_media(color_scheme=scheme)
    gallery.set_viewport_size({"width": width, "height": 800})
    gallery.route("**/thumbnail/", lambda route: route.fulfill(body=jpeg(320, 240), content_type="image/jpeg"))
    gallery.route("**/display/", lambda route: route.fulfill(body=jpeg(640, 480), content_type="image/jpeg"))
    begun, failing = (make_photo(user, f"{name}.jpg", people=0, status="pending") for name in ("begun", "failing"))
    claims.take(begun, lease=timedelta(minutes=2))
    gallery.reload()
    drop(gallery, ("one.jpg", "image/jpeg", jpeg()), ("two.jpg", "image/jpeg", jpeg(colour="red")))
    expect(gallery.locator(".upload-row[data-photo]")).to_have_count(4)
    Photo.objects.filter(pk=failing.pk).update(
        status="failed", lease_until=None, error_code="detection_failed", error_message="The pose model failed."
    )
    expect(gallery.get_by_text("0 of 4 done, 1 failed")).to_be_visible()
    assert_accessible(gallery)
    assert gallery.evaluate("document.documentElement.scrollWidth") == width
    gallery.get_by_role("link", name=re.compile("^begun.jpg")).click()
    expect(gallery.get_by_role("heading", name="Finding people…")).to_be_visible()
    assert_accessible(gallery)


@SCHEMES
def test_no_match(gallery: Page, user: User, scheme: str) -> None:
    gallery.emulate_media(color_scheme=scheme)
    gallery.goto(f"{gallery.url}?q=zebra")
    expect(gallery.get_by_role("heading", name="No photos match")).to_be_visible()
    assert_accessible(gallery)


@SCHEMES
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/register/"])
@pytest.mark.django_db(transaction=True)
def test_the_account_pages(site: Page, live_server, scheme: str, path: str) -> None:
    site.emulate_media(color_scheme=scheme)
    site.goto(f"{live_server.url}{path}")
    assert_accessible(site)
    site.locator("main button[type=submit]").click()
    expect(site.locator(".error").first).to_be_visible()
    assert_accessible(site)
