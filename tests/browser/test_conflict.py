"""Two browsers edit one pose: the second one chooses point by point."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from poses.models import Pose
from tests.browser.conftest import Complaints
from tests.browser.editor_page import (
    LEFT_KNEE,
    LEFT_SHOULDER,
    NOSE,
    EditorPage,
    Open,
    open_editor,
    save_elsewhere,
    store,
)
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_admin_editor import AdminEditorPage, assert_accessible_in_admin, member, open_admin

__all__ = ["member", "open_admin", "open_editor"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True)

TENTH = 0.1


@pytest.fixture
def other_browser(browser: Browser, live_server, user: User) -> Iterator[Page]:
    """Another browser, in which the owner is logged in too."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    yield context.new_page()
    context.close()


@pytest.fixture(autouse=True)
def _a_conflict_is_logged_by_the_browser(complaints: Complaints) -> None:
    complaints.expected = ["409"]


def run_into_a_conflict(late: EditorPage, early: EditorPage) -> None:
    """The early one saves nose and left shoulder, the late one nose and left knee."""
    early.drag(NOSE, -30, -20)
    early.drag(LEFT_SHOULDER, 25, -15)
    early.save()
    late.drag(NOSE, 30, 20)
    late.drag(LEFT_KNEE, -20, 10)
    save_late(late)


def save_late(late: EditorPage) -> None:
    name = "Save and continue editing" if isinstance(late, AdminEditorPage) else "Save"
    late.page.get_by_role("button", name=name, exact=True).click()
    expect(late.page.get_by_role("heading", name="Somebody else saved meanwhile")).to_be_visible()
    expect(late.page.locator("[data-conflict][data-is-ready]")).to_be_attached()


def option(page: Page, point: str, whose: str):
    return page.get_by_role("radio", name=re.compile(f"^{point}, {whose}: "))


def result_of(page: Page, index: int) -> tuple[float, float]:
    """Where the result's skeleton has a point, in pixels of the photo."""
    place = page.locator(f'[data-skeleton] .point[data-index="{index}"]').get_attribute("transform")
    x, y = re.findall(r"[-\d.]+", place)
    return float(x), float(y)


@pytest.mark.parametrize("is_admin", [False, True])
def test_the_second_chooses_point_by_point_and_saves(
    request: pytest.FixtureRequest, live_server, user: User, other_browser: Page, is_admin: bool
) -> None:
    pose = store(user)
    early = EditorPage(other_browser, pose, live_server.url).open()
    late = request.getfixturevalue("open_admin" if is_admin else "open_editor")(pose)
    run_into_a_conflict(late, early)
    page = late.page
    first = Pose.objects.get(pk=pose.pk).current
    assert first.number == 2
    rows = page.locator(".conflict-side > .conflict-points tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("changed by both")
    expect(option(page, "Nose", "mine")).to_be_checked()
    expect(option(page, "Left shoulder", "theirs")).to_be_checked()
    expect(option(page, "Left knee", "mine")).to_be_checked()
    expect(page.locator("[data-count]")).to_have_text("2 mine, 1 theirs, 0 the model’s")
    theirs = first.points[NOSE].x * pose.photo.width, first.points[NOSE].y * pose.photo.height
    assert result_of(page, NOSE) != pytest.approx(theirs, abs=1)
    option(page, "Nose", "theirs").check()
    assert result_of(page, NOSE) == pytest.approx(theirs, abs=TENTH)
    expect(page.locator("[data-skeleton] .ring")).to_have_count(1)
    option(page, "Left shoulder", "theirs").focus()
    page.keyboard.press("ArrowRight")
    expect(option(page, "Left shoulder", "model")).to_be_checked()
    knee = result_of(page, LEFT_KNEE)
    page.get_by_label("Why, for the history").fill("Theirs was right")
    page.get_by_role("button", name="Save the result").click()
    page.wait_for_url(re.compile(r"/admin/poses/pose/$" if is_admin else r"/photos/"))
    current = Pose.objects.get(pk=pose.pk).current
    assert (current.number, current.began_from, current.reason) == (3, 2, "Theirs was right")
    assert current.keypoints[NOSE] == first.keypoints[NOSE]
    assert current.keypoints[LEFT_SHOULDER] == pose.current.keypoints[LEFT_SHOULDER]
    assert late.stored_px(LEFT_KNEE) == pytest.approx(knee, abs=TENTH)


def test_all_can_be_taken_from_one_and_the_result_be_edited(
    open_editor: Open, live_server, user: User, other_browser: Page
) -> None:
    pose = store(user)
    early = EditorPage(other_browser, pose, live_server.url).open()
    late = open_editor(pose)
    run_into_a_conflict(late, early)
    mine = result_of(late.page, NOSE)
    for name, counted in (("All theirs", "0 mine, 3 theirs, 0"), ("All the model’s", "0 mine, 0 theirs, 3")):
        late.page.get_by_role("button", name=name).click()
        expect(late.page.locator("[data-count]")).to_contain_text(counted)
    late.page.get_by_role("button", name="All mine").click()
    assert result_of(late.page, NOSE) == pytest.approx(mine, abs=TENTH)
    late.page.get_by_role("button", name="Edit the result").click()
    expect(late.page.locator("[data-keypoint-editor][data-is-ready]")).to_be_attached()
    expect(late.saved).to_have_text("3 points changed, not saved")
    assert late.numbers(NOSE) == pytest.approx(mine, abs=TENTH)
    late.save()
    assert Pose.objects.get(pk=pose.pk).current.number == 3
    assert late.stored_px(NOSE) == pytest.approx(mine, abs=TENTH)
    assert late.stored(LEFT_SHOULDER).x == pose.current.points[LEFT_SHOULDER].x


def test_back_to_the_editor_has_the_edit_as_it_was(
    open_editor: Open, live_server, user: User, other_browser: Page
) -> None:
    pose = store(user)
    early = EditorPage(other_browser, pose, live_server.url).open()
    late = open_editor(pose)
    run_into_a_conflict(late, early)
    mine = result_of(late.page, NOSE)
    late.page.get_by_role("button", name="Back to the editor with mine").click()
    expect(late.saved).to_have_text("2 points changed, not saved")
    expect(late.page.locator("[data-offer]")).to_be_hidden()
    assert late.numbers(NOSE) == pytest.approx(mine, abs=TENTH)
    save_late(late)


def test_work_begun_from_an_earlier_revision_is_offered_until_it_is_settled(
    open_editor: Open, site: Page, user: User
) -> None:
    site.on("dialog", lambda dialog: dialog.accept())
    late = open_editor(store(user))
    offer = late.page.locator("[data-offer]")
    late.drag(NOSE, 30, 20)
    mine = late.numbers(NOSE)
    save_elsewhere(late.pose, user)
    late.open()
    expect(offer).to_contain_text("begun from revision 1")
    offer.get_by_role("button", name="Restore").click()
    assert late.numbers(NOSE) == mine
    save_late(late)
    assert result_of(late.page, NOSE) == pytest.approx(mine, abs=TENTH)
    expect(late.page.locator(".conflict-story")).to_contain_text("You began from revision 1")
    late.open()  # away from the conflict, which settles nothing
    offer.get_by_role("button", name="Restore").click()
    save_late(late)
    late.page.get_by_role("button", name="Edit the result").click()
    expect(late.saved).to_have_text("1 point changed, not saved")
    expect(offer).to_be_hidden()
    late.open()
    expect(offer).to_contain_text(re.compile(r"from \d\d:\d\d\."))  # the result now, begun from the current one
    offer.get_by_role("button", name="Restore").click()
    assert late.numbers(NOSE) == pytest.approx(mine, abs=TENTH)
    late.save()
    assert Pose.objects.get(pk=late.pose.pk).current.number == 3
    save_elsewhere(late.pose, user)
    late.open()
    expect(offer).to_be_hidden()


def test_what_is_dropped_in_a_conflict_or_saved_from_it_is_not_offered_again(
    open_editor: Open, site: Page, user: User
) -> None:
    late = open_editor(store(user))
    for settle, number in (("Keep theirs and drop mine", 2), ("Save the result", 4)):
        late.open()
        late.drag(NOSE, 30, 20)
        save_elsewhere(late.pose, user)
        save_late(late)
        late.page.get_by_text(settle, exact=True).click()
        late.page.wait_for_url(re.compile(r"/photos/"))
        assert Pose.objects.get(pk=late.pose.pk).current.number == number
        late.open()
        expect(late.page.locator("[data-offer]")).to_be_hidden()
        expect(late.saved).to_have_text("No changes")


def test_a_point_on_the_photo_leads_to_its_row_and_back(
    open_editor: Open, live_server, user: User, other_browser: Page
) -> None:
    pose = store(user)
    early = EditorPage(other_browser, pose, live_server.url).open()
    late = open_editor(pose)
    run_into_a_conflict(late, early)
    page = late.page
    page.mouse.click(*late.centre(LEFT_KNEE))
    expect(option(page, "Left knee", "mine")).to_be_focused()
    expect(page.locator(f'tr[data-index="{LEFT_KNEE}"][data-hovered]')).to_be_visible()
    page.get_by_role("button", name="Zoom in").click(click_count=4)
    option(page, "Nose", "mine").focus()
    box, stage = (
        page.locator(f'[data-skeleton] .point[data-index="{NOSE}"] .core').bounding_box(),
        late.stage.bounding_box(),
    )
    assert stage["x"] < box["x"] < stage["x"] + stage["width"]
    page.get_by_label("Theirs", exact=True).uncheck()
    expect(page.locator(".of-theirs")).to_be_hidden()


def test_without_a_script_the_choices_are_saved_too(
    browser: Browser, live_server, user: User, log_in, site: Page
) -> None:
    pose = store(user)
    log_in(user)
    context = browser.new_context(java_script_enabled=False, storage_state=site.context.storage_state())
    late, early = context.new_page(), context.new_page()
    for page in (late, early):
        page.goto(f"{live_server.url}/poses/{pose.pk}/edit/")
    for page, nose in ((early, "100.0"), (late, "200.0")):
        page.get_by_label("Nose, x").fill(nose)
        page.get_by_role("button", name="Save", exact=True).click()
    expect(late.get_by_role("heading", name="Somebody else saved meanwhile")).to_be_visible()
    option(late, "Nose", "theirs").check()
    late.get_by_role("button", name="Save the result").click()
    late.wait_for_url(re.compile(r"/photos/"))
    context.close()
    current = Pose.objects.get(pk=pose.pk).current
    assert current.points[NOSE].x * pose.photo.width == pytest.approx(100, abs=TENTH)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("is_admin", [False, True])
def test_it_is_accessible_and_fits(
    request: pytest.FixtureRequest, live_server, user: User, other_browser: Page, site: Page,
    scheme: str, width: int, is_admin: bool,
) -> None:  # fmt: skip
    pose = store(user)
    early = EditorPage(other_browser, pose, live_server.url).open()
    late = request.getfixturevalue("open_admin" if is_admin else "open_editor")(pose)
    run_into_a_conflict(late, early)
    site.emulate_media(color_scheme=scheme)
    site.set_viewport_size({"width": width, "height": 800})
    (assert_accessible_in_admin if is_admin else assert_accessible)(site)
    assert site.evaluate("document.documentElement.scrollWidth") <= width
