"""The gallery in a browser: adding photos, filters, theme, keys, narrow screens."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from accounts.models import User
from poses.models import Photo
from tests import broker
from tests.browser.conftest import Complaints, drop, paste
from tests.conftest import jpeg
from tests.integration.poses.gallery_photos import make_photo

UPLOADS = re.compile(r"/api/photos/(\?|$)")


@pytest.mark.mediapipe
def test_dropped_photos_become_cards_and_a_file_that_is_none_is_refused(
    gallery: Page, complaints: Complaints, portrait: bytes, astronaut: bytes
) -> None:
    complaints.expected = ["status of 400"]
    drop(
        gallery,
        ("portrait.jpg", "image/jpeg", portrait),
        ("notes.txt", "text/plain", b"no photo"),
        ("astronaut.jpg", "image/jpeg", astronaut),
    )
    rows = gallery.get_by_role("list", name="Photos being added").get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(gallery.locator(".upload-row[data-photo]")).to_have_count(2)
    broker.work_through()
    expect(gallery.get_by_text("2 of 3 done, 1 failed")).to_be_visible()
    expect(rows.filter(has_text="portrait.jpg")).to_contain_text("Done · 1 person")
    expect(rows.filter(has_text="astronaut.jpg")).to_contain_text("Done · 1 person")
    refused = rows.filter(has_text="notes.txt")
    expect(refused).to_contain_text(re.compile("not a|format", re.IGNORECASE))
    expect(refused.get_by_role("button", name="Retry notes.txt")).to_be_visible()
    cards = gallery.locator("#grid li")
    expect(cards).to_have_count(2)
    expect(cards.locator("svg path.bone-left")).to_have_count(2)
    expect(gallery.get_by_role("heading", level=1)).to_have_text("Photos")
    assert sorted(Photo.objects.values_list("original_name", "people_found")) == [
        ("astronaut.jpg", 1),
        ("portrait.jpg", 1),
    ]


def test_a_second_drop_of_the_same_photo_says_that_it_is_already_here(gallery: Page, fake_detector: object) -> None:
    for _ in range(2):
        drop(gallery, ("one.jpg", "image/jpeg", jpeg()))
        expect(gallery.get_by_role("link", name="Open one.jpg").last).to_be_visible()
    rows = gallery.get_by_role("list", name="Photos being added").get_by_role("listitem")
    expect(rows.nth(1)).to_contain_text("Already here")
    expect(gallery.locator("#grid li")).to_have_count(1)
    assert Photo.objects.count() == 1


def test_a_chosen_file_is_added_with_the_options(gallery: Page, fake_detector: object) -> None:
    gallery.get_by_text("Options", exact=True).click()
    gallery.get_by_label("People to look for").fill("2")
    with gallery.expect_file_chooser() as chooser:
        gallery.get_by_role("button", name="Add photos").click()
    chooser.value.set_files({"name": "chosen.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    expect(gallery.locator("#grid li")).to_have_count(1)
    assert Photo.objects.values_list("original_name", "people_wanted").get() == ("chosen.jpg", 2)


def test_a_pasted_photo_is_added(gallery: Page, fake_detector: object) -> None:
    paste(gallery, ("pasted.jpg", "image/jpeg", jpeg()))
    expect(gallery.get_by_text("1 of 1 done")).to_be_visible()
    assert Photo.objects.get().original_name == "pasted.jpg"


def test_a_failed_upload_goes_through_when_retried(
    gallery: Page, complaints: Complaints, fake_detector: object
) -> None:
    complaints.expected = ["ERR_FAILED"]
    failures = []

    def fail_once(route: Route) -> None:
        if not failures:
            failures.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    gallery.route(UPLOADS, fail_once)
    drop(gallery, ("one.jpg", "image/jpeg", jpeg()), ("two.jpg", "image/jpeg", jpeg(colour="red")))
    expect(gallery.get_by_text("0 of 2 done, 1 failed")).to_be_visible()
    expect(gallery.locator(".upload-row[data-photo]")).to_have_count(1)
    assert Photo.objects.count() == 1
    gallery.get_by_role("button", name=re.compile("^Retry .*jpg")).click()
    expect(gallery.locator(".upload-row[data-photo]")).to_have_count(2)
    broker.work_through()
    expect(gallery.get_by_text("2 of 2 done")).to_be_visible()
    assert Photo.objects.count() == 2


def test_never_more_than_two_uploads_at_a_time(gallery: Page, fake_detector: object) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    gallery.route(UPLOADS, hold)
    drop(gallery, *((f"{colour}.jpg", "image/jpeg", jpeg(colour=colour)) for colour in ("red", "blue", "lime", "pink")))
    expect(gallery.locator("[data-state=uploading], [data-state=detecting]")).to_have_count(2)
    gallery.wait_for_timeout(200)
    assert len(waiting) == 2
    for number in range(4):
        while len(waiting) <= number:
            gallery.wait_for_timeout(20)
        assert len(waiting) <= number + 2
        waiting[number].continue_()
    expect(gallery.locator(".upload-row[data-photo]")).to_have_count(4)
    broker.work_through()
    expect(gallery.get_by_text("4 of 4 done")).to_be_visible()
    assert Photo.objects.count() == 4


def test_leaving_while_uploading_warns(gallery: Page) -> None:
    gallery.route(UPLOADS, lambda route: None)
    gallery.get_by_role("heading", level=1).click()
    drop(gallery, ("one.jpg", "image/jpeg", jpeg()))
    expect(gallery.locator("[data-rows] li")).to_have_count(1)
    asked = []
    gallery.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    gallery.reload()
    assert asked == ["beforeunload"]


@pytest.mark.mediapipe
def test_the_sample_opens_with_its_skeleton(gallery: Page) -> None:
    gallery.get_by_role("button", name="Try a sample photo").click()
    gallery.wait_for_url(re.compile("/photos/"), timeout=60_000)
    photo = Photo.objects.get()
    assert (photo.original_name, photo.people_found) == ("Grace Hopper.jpg", 1)
    expect(gallery).to_have_url(re.compile(str(photo.id)))


@pytest.fixture
def filled(gallery: Page, user: User, fake_detector: object) -> Page:
    """A gallery of three photos."""
    for name, people in (("squat.jpg", 1), ("team.jpg", 3), ("beach.jpg", 0)):
        make_photo(user, name, people=people)
    gallery.route("**/thumbnail/", lambda route: route.fulfill(body=jpeg(320, 240), content_type="image/jpeg"))
    gallery.reload()
    return gallery


def shown(page: Page) -> "expect":
    return expect(page.locator("#grid .photo-name"))


def test_search_and_filters_change_grid_and_address_in_place(filled: Page) -> None:
    filled.evaluate("window.isSamePage = true")
    shown(filled).to_have_text(["beach.jpg", "team.jpg", "squat.jpg"])
    filled.get_by_label("Search by name").press_sequentially("ea")
    shown(filled).to_have_text(["beach.jpg", "team.jpg"])
    expect(filled.get_by_label("Search by name")).to_be_focused()
    filled.get_by_label("People found").select_option("2 or more people")
    shown(filled).to_have_text(["team.jpg"])
    expect(filled).to_have_url(re.compile(r"/\?q=ea&people=2$"))
    assert filled.evaluate("window.isSamePage")
    filled.reload()
    shown(filled).to_have_text(["team.jpg"])
    expect(filled.get_by_label("Search by name")).to_have_value("ea")
    filled.go_back()
    shown(filled).to_have_text(["beach.jpg", "team.jpg"])


def test_no_match_offers_to_clear_the_filters(filled: Page) -> None:
    filled.get_by_label("Search by name").fill("zebra")
    expect(filled.get_by_role("heading", name="No photos match")).to_be_visible()
    filled.get_by_role("link", name="Clear filters").click()
    shown(filled).to_have_count(3)


def test_a_search_that_fails_says_so_and_keeps_the_photos(filled: Page, complaints: Complaints) -> None:
    complaints.expected = ["ERR_FAILED", "htmx:"]
    filled.route("**/?q=*", lambda route: route.abort())
    filled.get_by_label("Search by name").fill("team")
    expect(filled.get_by_role("alert")).to_have_text(re.compile("could not be read"))
    shown(filled).to_have_count(3)


def test_a_search_after_the_session_has_ended_leads_to_the_login(filled: Page) -> None:
    filled.context.clear_cookies()
    filled.get_by_label("Search by name").fill("team")
    expect(filled.get_by_role("heading", name="Log in")).to_be_visible()
    expect(filled.get_by_role("heading", level=1)).to_have_count(1)


def test_pages_turn_in_place_and_keep_the_focus(filled: Page, user: User) -> None:
    for number in range(25):
        make_photo(user, f"{number}.jpg")
    filled.reload()
    shown(filled).to_have_count(24)
    filled.get_by_role("link", name="Older").click()
    shown(filled).to_have_count(4)
    expect(filled.locator("#results")).to_be_focused()
    filled.get_by_role("link", name="Newer").click()
    shown(filled).to_have_count(24)


def test_the_theme_switch_persists(filled: Page) -> None:
    root = filled.locator("html")
    filled.get_by_role("button", name="Theme: automatic").click()
    filled.get_by_role("button", name="Theme: light").click()
    expect(root).to_have_attribute("data-theme", "dark")
    filled.reload()
    expect(root).to_have_attribute("data-theme", "dark")
    assert filled.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 18, 22)"
    filled.get_by_role("button", name="Theme: dark").click()
    filled.reload()
    expect(filled.get_by_role("button", name="Theme: automatic")).to_be_visible()
    assert root.get_attribute("data-theme") is None


def test_keys(filled: Page) -> None:
    keys = filled.get_by_role("dialog", name="Keys")
    expect(keys).to_be_hidden()
    filled.keyboard.press("?")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("Search by name")
    filled.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    filled.keyboard.press("/")
    search = filled.get_by_label("Search by name")
    expect(search).to_be_focused()
    filled.keyboard.type("?/")
    expect(search).to_have_value("?/")
    expect(keys).to_be_hidden()


def test_arrows_go_through_the_photos(filled: Page) -> None:
    links = filled.locator("#grid a")
    filled.keyboard.press("ArrowRight")
    expect(links.nth(0)).to_be_focused()
    filled.keyboard.press("ArrowRight")
    expect(links.nth(1)).to_be_focused()
    filled.keyboard.press("ArrowLeft")
    expect(links.nth(0)).to_be_focused()


def test_a_menu_closes_with_escape_and_gives_the_focus_back(filled: Page) -> None:
    account = filled.locator("summary[aria-label=Account]")
    account.click()
    expect(filled.get_by_role("button", name="Log out")).to_be_visible()
    filled.keyboard.press("Escape")
    expect(filled.get_by_role("button", name="Log out")).to_be_hidden()
    expect(account).to_be_focused()


def test_logging_out_leads_to_the_login(filled: Page) -> None:
    filled.locator("summary[aria-label=Account]").click()
    filled.get_by_role("button", name="Log out").click()
    expect(filled.get_by_role("heading", name="Log in")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768])
def test_a_narrow_screen_needs_no_sideways_scroll(filled: Page, width: int) -> None:
    filled.set_viewport_size({"width": width, "height": 740})
    drop(filled, ("a-rather-long-name-" * 8 + ".jpg", "image/jpeg", jpeg()))
    expect(filled.get_by_text("1 of 1 done")).to_be_visible()
    for opener in ("Options", "More filters"):
        filled.get_by_text(opener, exact=True).click()
        assert filled.evaluate("document.documentElement.scrollWidth") == width
        filled.keyboard.press("Escape")
    expect(filled.get_by_role("button", name="Add photos")).to_be_in_viewport()


def test_without_scripts_the_form_adds_photos_and_the_filters_work(
    browser: Browser, live_server, log_in, user: User, site: Page, fake_detector: object
) -> None:
    log_in(user)
    context = browser.new_context(java_script_enabled=False, storage_state=site.context.storage_state())
    page = context.new_page()
    page.goto(live_server.url)
    files = [
        {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(colour=colour)} for colour in ("red", "tan")
    ]
    page.get_by_label("Photos to add").set_input_files(files)
    page.get_by_role("button", name="Add photos").click()
    expect(page.get_by_text("2 photos added. People are being looked for.")).to_be_visible()
    expect(page.get_by_role("list", name="Photos being added").get_by_text("Waiting")).to_have_count(2)
    broker.work_through()
    page.reload()
    expect(page.locator("#grid svg path.bone-left")).to_have_count(2)
    page.get_by_label("Search by name").fill("red")
    page.get_by_role("button", name="Apply").click()
    shown(page).to_have_text(["red.jpg"])
    context.close()
