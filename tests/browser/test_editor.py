"""Correcting keypoints in a browser: what is dragged, typed and pressed is what the database has afterwards."""

import json
import re

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from poses.engine.people import KeypointState
from poses.models import Pose
from tests.browser.editor_page import (
    C7,
    HEIGHT,
    LEFT_KNEE,
    LEFT_SHOULDER,
    NOSE,
    RIGHT_KNEE,
    RIGHT_SHOULDER,
    WIDTH,
    EditorPage,
    Open,
    editor,
    open_editor,
    picture,
    save_elsewhere,
    store,
)
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_admin_editor import member, open_admin

__all__ = ["editor", "member", "open_admin", "open_editor"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True)

TENTH = 0.1
MIDDLE, BESIDE = 15, 20  # in view at every zoom


@pytest.mark.parametrize("zooms", [0, 4])
@pytest.mark.parametrize("orientation", [None, 6])
def test_what_is_dragged_nudged_and_undone_is_what_is_saved(
    open_editor: Open, user: User, zooms: int, orientation: int | None
) -> None:
    editor = open_editor(store(user, picture(orientation=orientation)))
    size = (editor.pose.photo.width, editor.pose.photo.height)
    assert size == ((HEIGHT, WIDTH) if orientation else (WIDTH, HEIGHT))
    for _ in range(zooms):
        editor.page.get_by_role("button", name="Zoom in").click()
    before = editor.stored_px(MIDDLE)
    editor.drag(MIDDLE, 40, 25)
    scale = editor.scale()
    dragged = (before[0] + 40 / scale, before[1] + 25 / scale)
    assert editor.numbers(MIDDLE) == pytest.approx(dragged, abs=TENTH)
    editor.page.keyboard.press("ArrowLeft")
    editor.page.keyboard.press("Shift+ArrowDown")
    editor.page.keyboard.press("Alt+ArrowRight")
    nudged = (dragged[0] - 0.9, dragged[1] + 10)
    assert editor.numbers(MIDDLE) == pytest.approx(nudged, abs=TENTH)
    editor.drag(BESIDE, -30, 12)
    assert editor.numbers(BESIDE) != pytest.approx(editor.stored_px(BESIDE), abs=1)
    editor.page.keyboard.press("Control+z")
    expect(editor.saved).to_have_text("1 point changed, not saved")
    shown = editor.numbers(MIDDLE)
    editor.save()
    assert editor.stored_px(MIDDLE) == pytest.approx(nudged, abs=TENTH)
    pose = Pose.objects.get(pk=editor.pose.pk)
    assert pose.current.number == 2
    assert pose.current.client == "page"
    untouched = [point for index, point in enumerate(pose.current.keypoints) if index != MIDDLE]
    assert untouched == [point for index, point in enumerate(editor.pose.current.keypoints) if index != MIDDLE]
    editor.open()
    assert editor.numbers(MIDDLE) == shown == pytest.approx(editor.stored_px(MIDDLE), abs=0.05001)


def test_one_drag_is_one_step_and_escape_cancels_it(editor: EditorPage) -> None:
    before = editor.numbers(LEFT_SHOULDER)
    editor.drag(LEFT_SHOULDER, 50, 30, let_go=False)
    expect(editor.page.locator("[data-loupe]")).to_be_visible()
    editor.page.keyboard.press("Escape")
    expect(editor.page.locator("[data-loupe]")).to_be_hidden()
    editor.page.mouse.up()
    assert editor.numbers(LEFT_SHOULDER) == before
    expect(editor.saved).to_have_text("No changes")
    editor.drag(LEFT_SHOULDER, 50, 30)
    after = editor.numbers(LEFT_SHOULDER)
    assert after != before
    editor.page.get_by_role("button", name="Undo").click()
    assert editor.numbers(LEFT_SHOULDER) == before
    editor.page.keyboard.press("Control+Shift+z")
    assert editor.numbers(LEFT_SHOULDER) == after
    editor.page.keyboard.press("Control+z")
    editor.page.keyboard.press("Control+y")
    assert editor.numbers(LEFT_SHOULDER) == after
    expect(editor.row(LEFT_SHOULDER).locator("[data-moved]")).to_have_text(re.compile(r"^\d+\.\d$"))


def test_a_click_moves_nothing_and_points_stay_on_the_photo(editor: EditorPage) -> None:
    editor.page.mouse.click(*editor.centre(NOSE))
    expect(editor.row(NOSE)).to_have_attribute("data-selected", "")
    expect(editor.saved).to_have_text("No changes")
    editor.drag(NOSE, -2000, -2000)
    assert editor.numbers(NOSE) == (0, 0)


def test_the_keyboard_alone_corrects_a_point_and_saves(editor: EditorPage) -> None:
    page = editor.page
    page.locator("[data-editor-save]").focus()
    page.keyboard.press("Tab")
    expect(editor.stage).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(editor.row(2)).to_have_attribute("data-selected", "")
    page.keyboard.press("Shift+Tab")
    expect(editor.row(1)).to_have_attribute("data-selected", "")
    expect(editor.status).to_have_text(re.compile(r"^Left eye inner, \d+\.\d, \d+\.\d, visible$"))
    x, y = editor.stored_px(1)
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "v"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(editor.stage).not_to_be_focused()
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile("/photos/"))
    assert editor.stored_px(1) == pytest.approx((x + 2, y - 10), abs=TENTH)
    assert editor.stored(1).marked is KeypointState.OCCLUDED


def test_the_walk_ends_after_the_last_point(editor: EditorPage) -> None:
    editor.stage.focus()
    editor.page.keyboard.press("Shift+Tab")
    expect(editor.row(40)).to_have_attribute("data-selected", "")
    editor.page.keyboard.press("Tab")
    expect(editor.stage).not_to_be_focused()


def test_numbers_can_be_typed(editor: EditorPage) -> None:
    row = editor.row(LEFT_KNEE)
    row.locator("[data-x]").fill("412.3")
    row.locator("[data-y]").fill("208")
    editor.page.keyboard.press("Enter")
    expect(row.locator("[data-y]")).to_have_value("208.0")
    expect(editor.status).to_have_text("Left knee, 412.3, 208.0, visible")
    row.locator("[data-state-choice]").select_option("absent")
    expect(editor.point(LEFT_KNEE)).to_be_hidden()
    editor.page.keyboard.press("Escape")
    editor.page.locator("[data-do=undo]").click()
    expect(editor.point(LEFT_KNEE)).to_be_visible()
    editor.save()
    assert editor.stored_px(LEFT_KNEE) == pytest.approx((412.3, 208), abs=0.01)


def test_a_point_is_placed_by_a_click(editor: EditorPage) -> None:
    page = editor.page
    editor.row(C7).get_by_role("button").click()
    page.get_by_role("button", name="Place").click()
    x, y = editor.centre(NOSE)
    page.mouse.click(x + 3, y - 20)  # beside a point: it is not grabbed
    expect(editor.point(C7)).to_be_visible()
    expect(editor.point(C7).locator("path")).to_have_count(3)
    expect(page.get_by_role("button", name="Place")).to_have_attribute("aria-pressed", "false")
    place = editor.numbers(C7)
    expect(editor.row(C7).locator("[data-moved]")).to_have_text("new")
    editor.save()
    current = Pose.objects.get(pk=editor.pose.pk).current
    assert [(one["name"], one["state"]) for one in current.extra_keypoints] == [("c7", "visible")]
    assert (current.extra_keypoints[0]["x"] * WIDTH, current.extra_keypoints[0]["y"] * HEIGHT) == pytest.approx(
        place, abs=TENTH
    )
    assert current.keypoints == editor.pose.current.keypoints


def test_v_and_the_right_button_go_through_the_states(editor: EditorPage) -> None:
    editor.page.mouse.click(*editor.centre(NOSE))
    for state in ("occluded", "absent", "visible"):
        editor.page.keyboard.press("v")
        expect(editor.row(NOSE)).to_have_attribute("data-state", state)
    editor.page.mouse.click(*editor.centre(RIGHT_SHOULDER), button="right")
    expect(editor.row(RIGHT_SHOULDER)).to_have_attribute("data-state", "occluded")
    expect(editor.row(RIGHT_SHOULDER)).to_have_attribute("data-selected", "")
    expect(editor.saved).to_have_text("2 points changed, not saved")


def test_n_goes_to_the_uncertain_points_the_least_sure_first(open_editor: Open, user: User) -> None:
    pose = store(user)
    for index, visibility in ((5, 0.3), (20, 0.1), (30, 0.4)):
        pose.current.keypoints[index]["visibility"] = visibility
    pose.current.save()
    editor = open_editor(pose)
    editor.stage.focus()
    for index in (20, 5, 30, 20):
        editor.page.keyboard.press("n")
        expect(editor.row(index)).to_have_attribute("data-selected", "")
    expect(editor.point(20)).to_have_attribute("data-doubt", "")
    editor.page.keyboard.press("ArrowUp")  # looked at, so not uncertain any more
    expect(editor.point(20)).not_to_have_attribute("data-doubt", "")
    for index in (5, 30):
        editor.page.keyboard.press("n")
        expect(editor.row(index)).to_have_attribute("data-selected", "")
        editor.page.keyboard.press("v")
    expect(editor.page.locator("[data-do=next]")).to_have_attribute("aria-disabled", "true")
    editor.page.keyboard.press("n")
    expect(editor.status).to_have_text("No uncertain point is left")


def test_n_brings_the_point_into_view(open_editor: Open, user: User) -> None:
    pose = store(user, size=0.9)
    pose.current.keypoints[32]["visibility"] = 0.3
    pose.current.save()
    editor = open_editor(pose)
    for _ in range(7):
        editor.page.get_by_role("button", name="Zoom in").click()
    editor.page.keyboard.press("n")
    stage = editor.stage.bounding_box()
    assert stage
    x, y = editor.centre(32)
    assert stage["x"] < x < stage["x"] + stage["width"]
    assert stage["y"] < y < stage["y"] + stage["height"]
    expect(editor.row(32)).to_be_in_viewport(ratio=0.9)


def test_other_people_are_faint_and_cannot_be_moved(open_editor: Open, user: User) -> None:
    editor = open_editor(store(user, others=1, x=0.3, size=0.3))
    other = editor.page.locator('[data-faint] .point[data-index="0"]')
    expect(other).to_be_visible()
    expect(editor.page.locator(".person-badge text")).to_have_text(["2", "1"])
    box = other.bounding_box()
    assert box
    editor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(editor.page.locator("tr[data-selected]")).to_have_count(0)
    editor.drag(NOSE, 20, 20)
    editor.save()
    other_pose = Pose.objects.get(photo=editor.pose.photo, person=1)
    assert other_pose.current.number == 1
    edit = editor.page.locator("[data-edit-menu]")
    edit.get_by_text("Edit", exact=True).click()
    edit.get_by_role("link", name="Person 2").click()
    expect(editor.page.get_by_role("heading", name="Edit Person 2")).to_be_visible()
    editor.page.go_back()
    editor.page.locator('[data-people] input[value="0"]').check(force=True)
    edit.get_by_text("Edit", exact=True).click()
    expect(editor.page.get_by_role("heading", name="Edit Person 1")).to_be_visible()


def test_h_hides_the_skeleton_and_what_is_hidden_cannot_be_dragged(editor: EditorPage) -> None:
    place = editor.centre(NOSE)
    editor.stage.focus()
    editor.page.keyboard.down("h")
    expect(editor.point(NOSE)).to_be_hidden()
    editor.page.keyboard.up("h")
    expect(editor.point(NOSE)).to_be_visible()
    editor.page.keyboard.press("Shift+H")
    expect(editor.point(NOSE)).to_be_hidden()
    editor.page.mouse.move(*place)
    editor.page.mouse.down()
    editor.page.mouse.move(place[0] + 60, place[1])
    editor.page.mouse.up()
    expect(editor.saved).to_have_text("No changes")


@pytest.mark.parametrize(("part", "count"), [("All points", 32), ("Arms", 10), ("Legs", 8), ("Face", 10)])
def test_left_and_right_are_swapped_in_one_step(editor: EditorPage, part: str, count: int) -> None:
    left, right = editor.numbers(LEFT_KNEE), editor.numbers(RIGHT_KNEE)
    editor.page.locator("summary", has_text="Swap").click()
    editor.page.get_by_role("button", name=part, exact=True).click()
    expect(editor.saved).to_have_text(f"{count} points changed, not saved")
    is_moved = part in ("All points", "Legs")
    assert (editor.numbers(LEFT_KNEE) == right) is is_moved
    assert (editor.numbers(RIGHT_KNEE) == left) is is_moved
    editor.page.keyboard.press("Control+z")
    expect(editor.saved).to_have_text("No changes")


def test_points_go_back_to_the_models_or_to_what_the_edit_began_from(editor: EditorPage) -> None:
    page = editor.page
    editor.drag(NOSE, 30, 30)
    first = editor.numbers(NOSE)
    editor.save()
    editor.open()
    editor.drag(NOSE, 20, 0)
    editor.drag(RIGHT_SHOULDER, 20, 10)
    page.mouse.click(*editor.centre(NOSE))

    def revert(number: int) -> None:
        page.locator("summary", has_text="Revert").click()
        page.locator("[data-revert]").nth(number).click()

    revert(0)
    assert editor.numbers(NOSE) == first
    expect(editor.saved).to_have_text("1 point changed, not saved")
    revert(3)
    expect(editor.saved).to_have_text("1 point changed, not saved")  # the nose, back to the model's
    editor.save()
    pose = Pose.objects.get(pk=editor.pose.pk)
    assert pose.current.keypoints == editor.pose.current.keypoints


def test_the_rows_and_the_drawing_highlight_each_other(editor: EditorPage) -> None:
    editor.row(LEFT_KNEE).hover()
    expect(editor.page.locator(".ring.hovered")).to_have_count(1)
    editor.page.mouse.move(*editor.centre(RIGHT_SHOULDER))
    expect(editor.row(RIGHT_SHOULDER)).to_have_attribute("data-hovered", "")
    expect(editor.row(LEFT_KNEE)).not_to_have_attribute("data-hovered", "")
    editor.row(LEFT_KNEE).locator("[data-x]").focus()
    expect(editor.page.locator(".point-label")).to_contain_text(["left knee"])


def test_the_models_skeleton_can_be_seen_behind(editor: EditorPage) -> None:
    ghost = editor.page.locator('[data-ghost] .point[data-index="0"]')
    expect(ghost).to_be_hidden()
    editor.page.locator("summary", has_text="View").click()
    editor.page.get_by_label("The model’s skeleton").check()
    expect(ghost).to_be_visible()
    editor.page.get_by_label("Point size").fill("150")
    editor.open()
    expect(ghost).to_be_visible()
    assert (
        editor.page.evaluate(
            "getComputedStyle(document.querySelector('[data-skeleton]')).getPropertyValue('--point-size')"
        )
        == "1.5"
    )


@pytest.fixture
def _leaving_is_confirmed(site: Page) -> None:
    site.on("dialog", lambda dialog: dialog.accept())


@pytest.mark.usefixtures("_leaving_is_confirmed")
def test_unsaved_work_is_offered_again_after_a_reload(editor: EditorPage) -> None:
    editor.drag(NOSE, 30, 30)
    moved = editor.numbers(NOSE)
    editor.open()
    offer = editor.page.locator("[data-offer]")
    expect(offer).to_contain_text(re.compile(r"^\s*Unsaved changes from \d\d:\d\d\."))
    expect(editor.saved).to_have_text("No changes")
    offer.get_by_role("button", name="Restore").click()
    assert editor.numbers(NOSE) == moved
    expect(offer).to_be_hidden()
    editor.open()
    offer.get_by_role("button", name="Discard").click()
    editor.open()
    expect(offer).to_be_hidden()


@pytest.mark.usefixtures("_leaving_is_confirmed")
def test_leaving_with_unsaved_work_is_asked_about_and_saving_is_not(editor: EditorPage) -> None:
    asked: list[str] = []
    editor.page.on("dialog", lambda dialog: asked.append(dialog.type))
    editor.drag(NOSE, 30, 30)
    editor.page.get_by_role("button", name="Save and stay").click()
    expect(editor.page.get_by_text("saved as revision 2")).to_be_visible()
    expect(editor.page.locator("[data-offer]")).to_be_hidden()
    assert asked == []
    editor.drag(NOSE, 30, 30)
    editor.page.reload()
    assert asked == ["beforeunload"]


def test_a_text_that_is_typed_is_drawn_and_a_broken_one_is_kept_until_it_is_dropped(editor: EditorPage) -> None:
    page = editor.page
    page.get_by_text("As text").click()
    area = page.get_by_label("Keypoints as text")
    text = area.input_value()
    assert set(json.loads(text)[NOSE]) == {"name", "x", "y"}  # what nobody can change is not offered
    area.fill(re.sub(r'("name":"nose","x":)[\d.]+', r"\g<1>0.25", text))
    area.blur()
    assert editor.numbers(NOSE)[0] == WIDTH / 4
    area.fill("[nothing")
    area.blur()
    error = page.get_by_text("The text is not readable:")
    expect(error).to_be_visible()
    editor.drag(LEFT_SHOULDER, 30, 10)
    expect(area).to_have_value("[nothing")
    expect(editor.saved).to_have_text("2 points changed, not saved. The text is not readable")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(area).to_be_focused()
    expect(area).to_have_value("[nothing")
    page.get_by_role("button", name="Drop the text").click()
    expect(error).to_be_hidden()
    editor.save()
    assert editor.stored_px(NOSE)[0] == WIDTH / 4
    assert editor.stored(LEFT_SHOULDER) != editor.pose.current.points[LEFT_SHOULDER]


def test_a_repaired_text_leaves_what_was_dragged_meanwhile(editor: EditorPage) -> None:
    page = editor.page
    page.get_by_text("As text").click()
    area = page.get_by_label("Keypoints as text")
    text = area.input_value()
    area.fill(text[:-1])
    area.blur()
    editor.drag(LEFT_SHOULDER, 30, 10)
    dragged = editor.numbers(LEFT_SHOULDER)
    area.fill(re.sub(r'("name":"nose","x":)[\d.]+', r"\g<1>0.25", text))
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile("/photos/"))
    assert editor.stored_px(NOSE)[0] == WIDTH / 4
    assert editor.stored_px(LEFT_SHOULDER) == pytest.approx(dragged, abs=TENTH)


def test_what_is_being_typed_is_saved_and_nothing_else(editor: EditorPage) -> None:
    before = editor.stored(LEFT_KNEE)
    editor.row(LEFT_KNEE).locator("[data-x]").fill("333.3")
    editor.page.keyboard.press("Control+s")
    editor.page.wait_for_url(re.compile("/photos/"))
    after = editor.stored(LEFT_KNEE)
    assert after.x == round(333.3 / WIDTH, 6)
    assert after.y == before.y
    editor.open()
    editor.row(NOSE).locator("[data-x]").focus()
    editor.page.keyboard.press("Control+s")
    editor.page.wait_for_url(re.compile("/photos/"))
    assert editor.stored(NOSE) == editor.pose.current.points[NOSE]


def test_saving_in_a_drag_saves_what_is_dragged(editor: EditorPage) -> None:
    editor.drag(NOSE, 40, 25, let_go=False)
    dragged = editor.numbers(NOSE)
    editor.page.keyboard.press("Control+s")
    editor.page.wait_for_url(re.compile("/photos/"))
    editor.page.mouse.up()
    assert editor.stored_px(NOSE) == pytest.approx(dragged, abs=TENTH)


def test_keys_and_the_right_button_leave_a_drag_alone(editor: EditorPage) -> None:
    before = editor.numbers(NOSE)
    editor.drag(NOSE, 40, 25, let_go=False)
    dragged = editor.numbers(NOSE)
    for key in ("v", "ArrowRight", "Tab", "p", "Control+z"):
        editor.page.keyboard.press(key)
    editor.page.mouse.down(button="right")
    editor.page.mouse.up(button="right")
    editor.page.mouse.up()
    assert editor.numbers(NOSE) == dragged
    expect(editor.row(NOSE)).to_have_attribute("data-state", "visible")
    expect(editor.row(NOSE)).to_have_attribute("data-selected", "")
    editor.page.keyboard.press("Control+z")
    assert editor.numbers(NOSE) == before
    expect(editor.saved).to_have_text("No changes")
    editor.page.keyboard.press("Control+z")
    expect(editor.status).to_have_text("Nothing to undo")


def test_saving_again_and_again_saves_once(editor: EditorPage) -> None:
    posted: list[str] = []
    editor.page.on("request", lambda request: posted.append(request.method) if request.method == "POST" else None)
    editor.drag(NOSE, 40, 25)
    editor.page.keyboard.down("Control")
    for _ in range(4):
        editor.page.keyboard.down("s")
    editor.page.keyboard.up("s")
    editor.page.keyboard.press("s")
    editor.page.keyboard.up("Control")
    editor.page.wait_for_url(re.compile("/photos/"))
    assert posted == ["POST"]
    assert Pose.objects.get(pk=editor.pose.pk).current.number == 2


def test_what_the_model_placed_outside_the_photo_goes_back_there(open_editor: Open, user: User) -> None:
    pose = store(user)
    pose.current.keypoints[LEFT_KNEE]["y"] = 1.05
    pose.current.save()
    editor = open_editor(pose)
    page = editor.page
    for change in ("nothing", "the knee"):
        if change == "the knee":
            editor.row(LEFT_KNEE).locator("[data-y]").fill("400")
            page.keyboard.press("Enter")
            expect(editor.saved).to_have_text("1 point changed, not saved")
        page.locator("summary", has_text="Revert").click()
        page.locator("[data-revert=model][data-of=all]").click()
        expect(editor.saved).to_have_text("No changes")


def test_a_chosen_row_brings_its_point_into_view(open_editor: Open, user: User) -> None:
    editor = open_editor(store(user, size=0.9))
    for _ in range(7):
        editor.page.get_by_role("button", name="Zoom in").click()
    editor.row(32).get_by_role("button").click()
    stage = editor.stage.bounding_box()
    assert stage
    x, y = editor.centre(32)
    assert stage["x"] < x < stage["x"] + stage["width"]
    assert stage["y"] < y < stage["y"] + stage["height"]


@pytest.mark.parametrize("is_admin", [False, True])
def test_menus_fit_a_narrow_window(request: pytest.FixtureRequest, user: User, site: Page, is_admin: bool) -> None:
    site.set_viewport_size({"width": 360, "height": 800})
    editor = request.getfixturevalue("open_admin" if is_admin else "open_editor")(store(user))
    for name in ("Swap", "Revert", "View"):
        menu = editor.page.locator(".editor-tools summary", has_text=name)
        menu.click()
        box = editor.page.locator(".editor-tools details[open] .menu-items").bounding_box()
        assert box
        assert (box["x"] >= 0, box["x"] + box["width"] <= 360) == (True, True), name
        menu.click()


def test_work_that_met_a_login_is_offered_after_it_whoever_saved_meanwhile(
    editor: EditorPage, user: User, make_user, log_in
) -> None:
    editor.drag(NOSE, 30, 30)
    moved = editor.numbers(NOSE)
    editor.page.context.clear_cookies(name=django_settings.SESSION_COOKIE_NAME)
    editor.page.get_by_role("button", name="Save", exact=True).click()
    editor.page.wait_for_url(re.compile("/login/"))
    save_elsewhere(editor.pose, user)
    log_in(user)
    editor.open()
    offer = editor.page.locator("[data-offer]")
    expect(offer).to_contain_text("begun from revision 1")
    offer.get_by_role("button", name="Restore").click()
    assert editor.numbers(NOSE) == moved


@pytest.mark.usefixtures("_leaving_is_confirmed")
def test_drafts_do_not_write_over_each_other(editor: EditorPage) -> None:
    offer = editor.page.locator("[data-offer]")
    places = []
    for right in (30, -30):
        editor.drag(NOSE, right, 30)
        places.append(editor.numbers(NOSE))
        editor.open()
        expect(offer).to_be_visible()
    editor.drag(NOSE, 0, 50)
    editor.page.keyboard.press("Control+z")
    offer.get_by_role("button", name="Discard").click()
    expect(offer).to_be_visible()
    offer.get_by_role("button", name="Restore").click()
    assert editor.numbers(NOSE) == places[0]
    editor.save()
    editor.open()
    expect(offer).to_be_hidden()


def test_the_rows_save_without_scripts(browser: Browser, site: Page, live_server, user: User, log_in) -> None:
    log_in(user)
    pose = store(user)
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(site.context.cookies())
    page = context.new_page()
    editor = EditorPage(page, pose, live_server.url)
    page.goto(editor.url)
    page.get_by_label("Left knee, x").fill("412.3")
    page.get_by_label("Right knee, state").select_option("absent")
    page.get_by_label("C7, x").fill("300")
    page.get_by_label("C7, y").fill("100.5")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile("/photos/"))
    before = pose.current.points
    assert editor.stored_px(LEFT_KNEE) == pytest.approx((412.3, before[LEFT_KNEE].y * HEIGHT), abs=0.001)
    assert editor.stored(RIGHT_KNEE).marked is KeypointState.ABSENT
    assert editor.stored(NOSE) == before[NOSE]
    extras = Pose.objects.get(pk=pose.pk).current.extra_keypoints
    assert [(one["name"], round(one["x"] * WIDTH), one["state"]) for one in extras] == [("c7", 300, "visible")]
    context.close()


def test_a_finger_drags_a_point(browser: Browser, site: Page, live_server, user: User, log_in) -> None:
    log_in(user)
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    context.add_cookies(site.context.cookies())
    page = context.new_page()
    editor = EditorPage(page, store(user), live_server.url).open()
    before = editor.numbers(NOSE)
    x, y = editor.centre(NOSE)
    session = context.new_cdp_session(page)
    touch = lambda kind, *points: session.send(  # noqa: E731
        "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]}
    )
    touch("touchStart", (x, y))
    for step in range(1, 9):
        touch("touchMove", (x + 5 * step, y + 8 * step))
    touch("touchEnd")
    scale = editor.scale()
    expected = (before[0] + 40 / scale, before[1] + 64 / scale)
    expect(editor.saved).to_have_text("1 point changed, not saved")
    assert editor.numbers(NOSE) == pytest.approx(expected, abs=1.5)
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_has_nothing_to_object_to(open_editor: Open, user: User, site: Page, scheme: str, width: int) -> None:
    site.emulate_media(color_scheme=scheme)
    site.set_viewport_size({"width": width, "height": 800})
    editor = open_editor(store(user, visibility=0.4))
    editor.stage.focus()
    editor.page.keyboard.press("n")
    editor.page.keyboard.press("ArrowUp")
    assert_accessible(site)
    site.get_by_text("As text").click()
    site.locator("summary", has_text="View").click()
    assert_accessible(site)
    site.keyboard.press("Escape")
    site.keyboard.press("?")
    assert_accessible(site)
    assert site.evaluate("document.documentElement.scrollWidth") == width
