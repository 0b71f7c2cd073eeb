"""Several photos at a time: stored at once, worked on in the background, and the page keeps itself true."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import User
from core.work import claims
from poses.engine.errors import EngineError
from poses.models import Photo
from poses.services import detecting
from poses.services.options import DetectionOptions
from tests import broker
from tests.browser.conftest import Complaints, drop
from tests.conftest import FakeDetector, jpeg
from tests.integration.poses.gallery_photos import make_photo

COLOURS = ("red", "blue", "lime")


def files(*colours: str) -> list[tuple[str, str, bytes]]:
    return [(f"{colour}.jpg", "image/jpeg", jpeg(colour=colour)) for colour in colours]


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Photos being added").get_by_role("listitem")


def states(page: Page) -> "expect":
    return expect(rows(page).locator("[data-state-text]"))


def summary(page: Page) -> "expect":
    return expect(page.locator("[data-uploads-summary]"))


def badges(page: Page) -> "expect":
    return expect(page.locator("#grid .badge"))


def is_stored(page: Page, count: int) -> None:
    """All have been sent, whatever has become of them."""
    expect(page.locator(".upload-row[data-photo]")).to_have_count(count)


def begin(photo: Photo) -> None:
    """As a worker does that has claimed it."""
    claims.take(photo, lease=timedelta(seconds=30))


class FailingOnce(FakeDetector):
    """Fails on the first photo it sees."""

    def detect(self, pixels, *, model, settings):  # type: ignore[no-untyped-def]
        if not self.calls:
            self.calls += 1
            raise EngineError("detection_failed", "The pose model failed on this photo.")
        return super().detect(pixels, model=model, settings=settings)


@pytest.fixture
def failing_once(fake_detector: FakeDetector) -> FakeDetector:
    fake_detector.__class__ = FailingOnce
    return fake_detector


def test_several_photos_wait_are_worked_on_and_become_done(gallery: Page, fake_detector: FakeDetector) -> None:
    drop(gallery, *files(*COLOURS))
    is_stored(gallery, 3)
    states(gallery).to_have_text(["Waiting"] * 3)
    summary(gallery).to_have_text("0 of 3 done")
    badges(gallery).to_have_text(["Waiting"] * 3)
    assert fake_detector.calls == 0
    begin(Photo.objects.get(original_name="blue.jpg"))
    expect(rows(gallery).filter(has_text="blue.jpg")).to_contain_text("Finding people")
    expect(gallery.locator("#grid li", has_text="blue.jpg")).to_contain_text("Finding people…")
    Photo.objects.filter(status="running").update(**claims.queued(), claim=None)
    broker.work_through()
    states(gallery).to_have_text(["Done · 1 person"] * 3)
    summary(gallery).to_have_text("3 of 3 done")
    expect(gallery.locator("#grid path.bone-left")).to_have_count(3)
    badges(gallery).to_have_count(0)
    expect(rows(gallery).get_by_role("link", name="Open lime.jpg")).to_have_attribute("href", re.compile("/photos/"))


def test_a_reload_in_the_middle_loses_nothing(gallery: Page, fake_detector: FakeDetector) -> None:
    drop(gallery, *files(*COLOURS))
    is_stored(gallery, 3)
    Photo.objects.filter(original_name="red.jpg").update(status="completed", lease_until=None)
    gallery.reload()
    states(gallery).to_have_text(["Waiting"] * 2)
    summary(gallery).to_have_text("0 of 2 done")
    expect(gallery.locator("#grid li")).to_have_count(3)
    broker.work_through()
    states(gallery).to_have_text(["Done · 1 person"] * 2)
    summary(gallery).to_have_text("2 of 2 done")
    gallery.reload()
    expect(rows(gallery)).to_have_count(0)


def test_it_stops_asking_when_nothing_is_unfinished(gallery: Page, fake_detector: FakeDetector) -> None:
    asked: list[str] = []
    gallery.on("request", lambda request: "/progress/" in request.url and asked.append(request.url))
    drop(gallery, *files("red", "blue"))
    is_stored(gallery, 2)
    broker.work_through()
    summary(gallery).to_have_text("2 of 2 done")
    assert asked
    before = len(asked)
    gallery.wait_for_timeout(2500)
    assert len(asked) == before


def test_one_request_asks_for_all_of_a_long_list(gallery: Page, user: User) -> None:
    for number in range(60):
        make_photo(user, f"{number}.jpg", people=0, status="pending")
    gallery.route("**/thumbnail/", lambda route: route.fulfill(body=jpeg(), content_type="image/jpeg"))
    asked: list[str] = []
    gallery.on("request", lambda request: "/progress/" in request.url and asked.append(request.url))
    gallery.reload()
    expect(rows(gallery)).to_have_count(60)
    with gallery.expect_request("**/progress/*") as request:
        pass
    assert request.value.url.count("pending=") == 50
    Photo.objects.update(status="completed", lease_until=None)
    summary(gallery).to_have_text("60 of 60 done")
    assert len(asked) < 8


def test_a_failed_one_says_why_and_is_retried_with_the_keyboard(gallery: Page, failing_once: FakeDetector) -> None:
    drop(gallery, *files(*COLOURS))
    is_stored(gallery, 3)
    broker.work_through()
    summary(gallery).to_have_text("2 of 3 done, 1 failed")
    expect(rows(gallery).filter(has_text="The pose model failed on this photo.")).to_have_count(1)
    badges(gallery).to_have_text(["Failed"])
    retry = gallery.get_by_role("button", name=re.compile("^Retry .*jpg"))
    retry.focus()
    gallery.keyboard.press("Enter")
    summary(gallery).to_have_text("2 of 3 done")
    badges(gallery).to_have_text(["Waiting"])
    expect(gallery.get_by_role("list", name="Photos being added")).to_be_focused()
    broker.work_through()
    summary(gallery).to_have_text("3 of 3 done")
    assert Photo.objects.filter(status="completed").count() == 3


def test_retry_all_takes_those_that_did_not_arrive_and_those_that_failed(
    gallery: Page, complaints: Complaints, failing_once: FakeDetector
) -> None:
    complaints.expected = ["ERR_FAILED"]
    refused = []

    def fail_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    gallery.route("**/api/photos/?wait=false", fail_once)
    drop(gallery, *files(*COLOURS))
    is_stored(gallery, 2)
    broker.work_through()
    summary(gallery).to_have_text("1 of 3 done, 2 failed")
    gallery.get_by_role("button", name="Retry all").click()
    is_stored(gallery, 3)
    summary(gallery).to_have_text("1 of 3 done")
    broker.work_through()
    summary(gallery).to_have_text("3 of 3 done")
    assert Photo.objects.filter(status="completed").count() == 3


def test_a_photo_that_is_deleted_meanwhile_leaves_the_page(
    gallery: Page, complaints: Complaints, fake_detector: FakeDetector
) -> None:
    complaints.expected = ["status of 404"]  # its picture, where that had not come yet
    drop(gallery, *files(*COLOURS))
    is_stored(gallery, 3)
    Photo.objects.get(original_name="red.jpg").delete()
    expect(rows(gallery)).to_have_count(2)
    expect(gallery.locator("#grid li")).to_have_count(2)
    broker.work_through()
    summary(gallery).to_have_text("2 of 2 done")


def test_the_same_photo_twice_has_one_row_that_waits(gallery: Page, fake_detector: FakeDetector) -> None:
    drop(gallery, ("a.jpg", "image/jpeg", jpeg()), ("b.jpg", "image/jpeg", jpeg()))
    expect(rows(gallery).filter(has_text="Already here")).to_have_count(1)
    broker.work_through()
    summary(gallery).to_have_text("2 of 2 done")
    assert Photo.objects.count() == 1


def test_a_site_that_does_not_answer_for_a_while_is_asked_again(
    gallery: Page, complaints: Complaints, fake_detector: FakeDetector
) -> None:
    complaints.expected = ["ERR_FAILED", "htmx:"]
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route.request.url)
            route.abort()

    gallery.route("**/photos/progress/*", fail_once)
    drop(gallery, *files("red", "blue"))
    is_stored(gallery, 2)
    broker.work_through()
    summary(gallery).to_have_text("2 of 2 done")
    assert failed
    expect(gallery.get_by_role("alert")).to_have_count(0)


def test_the_focus_on_a_card_survives_its_change(gallery: Page, fake_detector: FakeDetector) -> None:
    drop(gallery, *files("red", "blue"))
    is_stored(gallery, 2)
    badges(gallery).to_have_text(["Waiting"] * 2)
    link = gallery.locator("#grid a").first
    link.focus()
    broker.work_through()
    badges(gallery).to_have_count(0)
    expect(gallery.locator("#grid a").first).to_be_focused()


def test_the_list_of_photos_in_progress_is_one_filter(gallery: Page, user: User) -> None:
    gallery.route("**/thumbnail/", lambda route: route.fulfill(body=jpeg(), content_type="image/jpeg"))
    begin(make_photo(user, "running.jpg", people=0, status="pending"))
    make_photo(user, "waiting.jpg", people=0, status="pending")
    make_photo(user, "done.jpg")
    gallery.reload()
    gallery.get_by_label("Status").select_option("In progress")
    expect(gallery.locator("#grid .photo-name")).to_have_text(["waiting.jpg", "running.jpg"])
    expect(gallery).to_have_url(re.compile("status=pending"))


def test_the_photos_page_waits_with_it_and_keeps_its_place(gallery: Page, fake_detector: FakeDetector) -> None:
    gallery.set_viewport_size({"width": 1280, "height": 400})
    drop(gallery, *files("red", "blue"))
    is_stored(gallery, 2)
    photo = Photo.objects.get(original_name="red.jpg")
    gallery.get_by_role("link", name=re.compile("^red.jpg")).click()
    expect(gallery.get_by_text("Waiting for its turn.")).to_be_visible()
    begin(photo)
    expect(gallery.get_by_text("Finding people… The result appears here by itself.")).to_be_visible()
    gallery.evaluate("scrollTo(0, 150)")
    before = top_of_the_photo(gallery)
    detecting.detect_claimed(photo)
    expect(gallery.locator("table.keypoints tbody")).to_have_count(1)
    expect(gallery.get_by_text("Finding people…")).to_have_count(0)
    assert gallery.evaluate("scrollY") > 0
    assert top_of_the_photo(gallery) == pytest.approx(before, abs=4)


def top_of_the_photo(page: Page) -> float:
    """Where it is on the screen."""
    box = page.locator("[data-stage]").bounding_box()
    assert box
    return box["y"]


def test_a_page_with_people_offers_what_is_found_anew(gallery: Page, fake_detector: FakeDetector) -> None:
    drop(gallery, *files("red", "blue"))
    is_stored(gallery, 2)
    broker.work_through()
    photo = Photo.objects.get(original_name="red.jpg")
    begin(photo)
    gallery.goto(f"{gallery.url.rstrip('/')}{photo.get_absolute_url()}")
    gallery.evaluate("window.isSamePage = true")
    expect(gallery.get_by_text("What was found before stays until then.")).to_be_visible()
    detecting.detect_claimed(photo)
    expect(gallery.get_by_text("The new detection has ended: 1 person.")).to_be_visible()
    assert gallery.evaluate("window.isSamePage")
    gallery.get_by_role("link", name="Show it").click()
    expect(gallery.get_by_text("The new detection has ended")).to_have_count(0)
    expect(gallery.locator("table.keypoints tbody")).to_have_count(1)


def test_after_the_first_rows_of_a_long_list_come_the_next(
    gallery: Page, fake_detector: FakeDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(gallery, *files(*COLOURS))
    is_stored(gallery, 3)
    monkeypatch.setattr("poses.views.gallery._UNFINISHED_SHOWN", 2)
    gallery.reload()
    expect(rows(gallery)).to_have_count(2)
    expect(gallery.get_by_text("1 more is waiting behind these.")).to_be_visible()
    for photo in Photo.objects.order_by("created_at")[:2]:
        detecting.detect_again(photo=photo, actor=None, options=DetectionOptions.of_photo(photo))
    expect(rows(gallery)).to_have_count(1)
    expect(gallery.locator("[data-more]")).to_have_count(0)
    broker.work_through()
    states(gallery).to_have_text([re.compile("Done")])


def test_a_session_that_ends_meanwhile_leads_to_the_login_page(
    gallery: Page, fake_detector: FakeDetector, complaints: Complaints
) -> None:
    complaints.expected = ["status of 401"]  # what was asked for just then
    drop(gallery, *files("red", "blue"))
    is_stored(gallery, 2)
    gallery.get_by_role("link", name="red.jpg").last.click()
    expect(gallery.get_by_text("Waiting for its turn.")).to_be_visible()
    Session.objects.all().delete()
    expect(gallery).to_have_url(re.compile(r"/accounts/login/\?next=/photos/[0-9a-f-]+/$"))
    expect(gallery.get_by_role("heading", level=1)).to_have_text("Log in")
