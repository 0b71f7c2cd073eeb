"""A pose's history in a browser: two revisions compared, a point and a whole revision brought back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from poses.models import Photo, Pose, PoseRevision
from poses.services.editing import change_keypoints
from tests.browser.test_accessibility import assert_accessible
from tests.conftest import jpeg
from tests.integration.poses.gallery_photos import make_photo

NOSE, LEFT_KNEE, C7 = 0, 25, 33

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def photo(user: User) -> Photo:
    """One person with three revisions: the model's, one with a moved nose, one with a moved knee and a new landmark."""
    photo = make_photo(user, "walk.jpg")
    _edit(photo, user, {"name": "nose", "x": 0.42, "y": 0.3}, reason="behind the hand")
    extras = [{"name": "c7", "x": 0.35, "y": 0.4}]
    _edit(photo, user, {"name": "left_knee", "x": 0.25, "y": 0.6}, extra_keypoints=extras)
    return photo


def _edit(photo: Photo, user: User, point: dict[str, object], **options: object) -> PoseRevision:
    pose = photo.poses.select_related("current").get()
    return change_keypoints(
        pose=pose, keypoints=[point], editor=user, expected_revision=pose.current.number, client="page", **options
    )


Open = Callable[..., Page]


@pytest.fixture
def open_page(site: Page, live_server, user: User, log_in, photo: Photo) -> Open:
    log_in(user)
    site.route("**/display/", lambda route: route.fulfill(body=jpeg(640, 480), content_type="image/jpeg"))

    def open_page(rest: str = "") -> Page:
        site.goto(f"{live_server.url}/poses/{photo.poses.get().pk}/revisions/{rest}")
        if rest.startswith("compare"):
            expect(site.locator(".compare-pictures[data-is-ready]")).to_be_attached()
        return site

    return open_page


def point(page: Page, index: int, *, picture: str, is_ghost: bool = False) -> Locator:
    ghost = "[data-ghost]" if is_ghost else ":not([data-ghost])"
    return page.locator(f'[data-picture="{picture}"] .person{ghost} .point[data-index="{index}"] .core')


def row(page: Page, index: int) -> Locator:
    return page.locator(f'[data-points] tr[data-index="{index}"]')


def centre(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def place(page: Page, picture: str, x: float, y: float) -> tuple[float, float]:
    """Where a place in pixels of the photo is on the screen."""
    found = page.locator(f'[data-picture="{picture}"]').evaluate(
        """(svg, [x, y]) => {
            const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
            return [at.x, at.y];
        }""",
        [x, y],
    )
    return tuple(found)


def test_from_the_photo_to_its_history_and_to_a_comparison(open_page: Open, photo: Photo) -> None:
    page = open_page()
    page.goto(page.url.split("/poses/")[0] + photo.get_absolute_url())
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="Revisions of Person 1")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_role("row", name="behind the hand")).to_contain_text("Ada Lovelace")
    page.get_by_label("Revision 2 as A").check()
    page.get_by_role("button", name="Compare A and B").click()
    expect(page.get_by_role("heading", name="Revisions 2 and 3 compared")).to_be_visible()
    expect(page.locator("[data-points] tbody tr")).to_have_count(2)


def test_side_by_side_each_picture_has_its_own_skeleton(open_page: Open, photo: Photo) -> None:
    page = open_page("compare/")
    old, new = (PoseRevision.objects.get(number=number).points[NOSE] for number in (1, 3))
    for picture, nose in (("a", old), ("b", new)):
        assert centre(point(page, NOSE, picture=picture)) == pytest.approx(
            place(page, picture, nose.x * 640, nose.y * 480), abs=1
        )
        size = point(page, NOSE, picture=picture).bounding_box()
        assert size
        assert 7 <= size["width"] <= 12
    expect(point(page, C7, picture="a")).to_be_hidden()
    expect(point(page, C7, picture="b")).to_be_visible()


def test_overlaid_the_older_one_is_a_ghost_and_lines_lead_from_it(open_page: Open) -> None:
    page = open_page("compare/")
    page.get_by_role("link", name="Overlay").click()
    expect(page.locator(".compare-pictures[data-is-ready]")).to_be_attached()
    expect(page.locator("[data-picture]")).to_have_count(1)
    expect(page.get_by_role("link", name="Overlay")).to_have_attribute("aria-current", "true")
    old, new = point(page, NOSE, picture="b", is_ghost=True), point(page, NOSE, picture="b")
    assert centre(old) != pytest.approx(centre(new), abs=5)
    expect(page.locator(".compare-lines line")).to_have_count(2)
    page.get_by_role("link", name="Whole photo").click()
    expect(page.locator("[data-picture]")).to_have_attribute("viewBox", "0.0 0.0 640.0 480.0")
    expect(page.get_by_role("link", name="Overlay")).to_have_attribute("aria-current", "true")


def test_points_and_rows_light_up_together(open_page: Open) -> None:
    page = open_page("compare/")
    row(page, LEFT_KNEE).hover()
    expect(page.locator(".ring.hovered")).to_have_count(2)
    expect(page.locator(".point-label").first).to_have_text("left knee")
    page.locator("h1").hover()
    expect(page.locator(".ring.hovered")).to_have_count(0)
    page.mouse.move(*centre(point(page, NOSE, picture="b")))
    expect(row(page, NOSE)).to_have_attribute("data-hovered", "")


def test_one_point_is_brought_back_and_the_rest_stays(open_page: Open) -> None:
    page = open_page("compare/")
    page.get_by_role("button", name="Bring back nose from A, revision 1").click()
    expect(page.get_by_text("1 point of revision 1 brought back, as revision 4.")).to_be_visible()
    first, third = (PoseRevision.objects.get(number=number) for number in (1, 3))
    current = Pose.objects.select_related("current").get().current
    assert current.keypoints == [first.keypoints[NOSE], *third.keypoints[1:]]
    assert current.extra_keypoints == third.extra_keypoints
    page.get_by_role("button", name="Compare A and B").click()
    expect(row(page, NOSE)).to_have_count(0)
    expect(row(page, LEFT_KNEE)).to_be_visible()


def test_a_whole_revision_is_brought_back_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    tab_to(page, page.get_by_role("link", name="Bring back revision 1"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Revisions 1 and 3 compared")).to_be_visible()
    expect(page.locator("#bring-back")).to_be_in_viewport()
    tab_to(page, page.get_by_label("Why, for the history"))
    page.keyboard.type("start again")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Bring back revision 1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Revision 1 is back, as revision 4.")).to_be_visible()
    current = Pose.objects.select_related("current").get().current
    assert (current.restored_from, current.reason, current.source) == (1, "start again", "model")
    assert current.keypoints == PoseRevision.objects.get(number=1).keypoints
    assert current.extra_keypoints == []


def test_two_revisions_are_chosen_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    tab_to(page, page.get_by_label("Revision 1 as A"))
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Revision 2 as A")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Revisions 2 and 3 compared")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Overlay"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-picture]")).to_have_count(1)


def tab_to(page: Page, target: Locator) -> None:
    for _ in range(60):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached with Tab")


def test_a_save_of_somebody_else_meanwhile_is_told_with_a_way_on(
    open_page: Open, photo: Photo, user: User, complaints
) -> None:
    complaints.expected = ["status of 409"]
    page = open_page("compare/")
    _edit(photo, user, {"name": "nose", "x": 0.5})
    page.get_by_role("button", name="Bring back revision 1").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody saved revision 4 meanwhile")
    assert PoseRevision.objects.count() == 4
    page.get_by_role("link", name="Compare revision 1 with the current one").click()
    expect(page.get_by_role("heading", name="Revisions 1 and 4 compared")).to_be_visible()


def test_without_scripts_pictures_views_and_buttons_are_there(
    browser, open_page: Open, user: User, photo: Photo
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=open_page().context.storage_state())
    page = context.new_page()
    page.goto(open_page("compare/").url)
    expect(page.locator("figure .person")).to_have_count(2)
    page.get_by_role("link", name="Overlay").click()
    expect(page.locator("figure .person")).to_have_count(2)
    expect(page.locator(".compare-ghost .person")).to_have_count(1)
    page.get_by_role("button", name="Bring back nose from A, revision 1").click()
    expect(page.get_by_text("1 point of revision 1 brought back, as revision 4.")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page: Open, scheme: str, width: int) -> None:
    page = open_page()
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for rest in ("", "compare/", "compare/?view=overlay&crop=photo"):
        open_page(rest)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
