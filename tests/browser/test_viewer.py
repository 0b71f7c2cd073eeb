"""The photo page in a browser, with what the real model finds: drawing, zoom, table, keys, downloads, deletion."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from poses.engine import landmarks
from poses.engine.detector import Detector, MediaPipeDetector
from poses.models import Photo
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.browser.conftest import Complaints
from tests.browser.test_accessibility import assert_accessible
from tests.conftest import FakeDetector, jpeg, person
from tests.integration.poses.gallery_photos import make_photo

NOSE, LEFT_EAR, LEFT_SHOULDER, RIGHT_SHOULDER, RIGHT_ELBOW = 0, 7, 11, 12, 14
SEEN_ON_THE_PORTRAIT = range(13)  # face and shoulders; the rest of her is outside the photo

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place in shares of the width and height."""
        return self.x + x * self.width, self.y + y * self.height


Add = Callable[..., Photo]


@pytest.fixture
def add_photo(user: User) -> Add:
    def add(content: bytes, detector: Detector, name: str = "portrait.jpg") -> Photo:
        return upload_photo(
            owner=user,
            stream=io.BytesIO(content),
            name=name,
            source=Photo.Source.WEB,
            options=DetectionOptions.given(),
            detector=detector,
        ).photo

    return add


@pytest.fixture
def open_photo(site: Page, live_server, user: User, log_in) -> Callable[[Photo], Page]:
    log_in(user)

    def open_photo(photo: Photo) -> Page:
        site.goto(f"{live_server.url}{photo.get_absolute_url()}")
        wait_for_keys(site)
        site.wait_for_function("document.querySelector('[data-photo]').complete")
        return site

    return open_photo


@pytest.fixture
def photo(add_photo: Add, portrait: bytes, real_detector: MediaPipeDetector) -> Photo:
    return add_photo(portrait, real_detector)


@pytest.fixture
def viewer(open_photo: Callable[[Photo], Page], photo: Photo) -> Page:
    """The portrait's page."""
    return open_photo(photo)


def wait_for_keys(page: Page) -> None:
    """Until the page's script listens."""
    expect(page.locator("[data-viewer][data-is-ready]")).to_be_attached()


def photo_box(page: Page) -> Rectangle:
    """Where the photo itself is on the screen, without the bars beside it."""
    image = page.locator("[data-photo]")
    expect(image).to_have_css("object-fit", "contain")
    expect(image).to_have_css("object-position", "50% 50%")
    box = page.evaluate(
        """() => {
            const image = document.querySelector("[data-photo]");
            const {x, y, width, height} = image.getBoundingClientRect();
            const scale = Math.min(width / image.naturalWidth, height / image.naturalHeight);
            const shown = {width: image.naturalWidth * scale, height: image.naturalHeight * scale};
            return {x: x + (width - shown.width) / 2, y: y + (height - shown.height) / 2, ...shown};
        }"""
    )
    return Rectangle(**box)


def point(page: Page, index: int, person_number: int = 0) -> Locator:
    return page.locator(f'.person[data-person="{person_number}"] .point[data-index="{index}"]')


def row(page: Page, index: int, person_number: int = 0) -> Locator:
    return page.locator(f'tbody[data-person="{person_number}"] tr[data-index="{index}"]')


def centre(locator: Locator) -> tuple[float, float]:
    box = locator.locator(".core").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def assert_on_the_photo(page: Page, photo: Photo) -> None:
    """Every drawn point lies where its keypoint is on the shown photo, to two pixels of the screen."""
    box = photo_box(page)
    keypoints = photo.poses.get().current.points
    drawn = [index for index in range(landmarks.COUNT) if point(page, index).is_visible()]
    assert drawn == list(SEEN_ON_THE_PORTRAIT)
    for index in drawn:
        expected = box.at(keypoints[index].x, keypoints[index].y)
        assert centre(point(page, index)) == pytest.approx(expected, abs=2)


def drawn_size(page: Page, index: int) -> float:
    box = point(page, index).locator(".core").bounding_box()
    assert box
    return box["width"]


@pytest.mark.mediapipe
def test_the_skeleton_lies_on_the_face_and_shoulders_at_every_zoom(viewer: Page, photo: Photo) -> None:
    assert_on_the_photo(viewer, photo)
    box, nose, left = photo_box(viewer), centre(point(viewer, NOSE)), centre(point(viewer, LEFT_SHOULDER))
    assert box.at(0.4, 0.25) < nose < box.at(0.65, 0.5)
    assert left[0] > nose[0], "her left is on the photo's right"
    assert left[1] > nose[1]
    assert centre(point(viewer, RIGHT_SHOULDER))[0] < nose[0]
    size = drawn_size(viewer, LEFT_SHOULDER)
    assert 8 <= size <= 12
    for _ in range(3):
        viewer.get_by_role("button", name="Zoom in").click()
    assert photo_box(viewer).width == pytest.approx(box.width * 1.25**3, rel=0.01)
    assert_on_the_photo(viewer, photo)
    assert drawn_size(viewer, LEFT_SHOULDER) == pytest.approx(size, abs=0.5)


@pytest.mark.mediapipe
def test_left_is_blue_and_round_right_orange_and_square(viewer: Page) -> None:
    fill = "element => getComputedStyle(element).fill"
    left, right = point(viewer, LEFT_SHOULDER), point(viewer, RIGHT_SHOULDER)
    expect(left.locator("circle")).to_have_count(3)
    expect(right.locator("rect")).to_have_count(3)
    assert left.locator(".core").evaluate(fill) == "rgb(0, 114, 178)"
    assert right.locator(".core").evaluate(fill) == "rgb(213, 94, 0)"


@pytest.mark.mediapipe
def test_a_photo_turned_by_its_orientation_lies_under_its_skeleton(
    add_photo: Add, open_photo: Callable[[Photo], Page], portrait: bytes, real_detector: MediaPipeDetector
) -> None:
    lying = Image.open(io.BytesIO(portrait)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    lying.save(target, "JPEG", quality=95, exif=exif)
    photo = add_photo(target.getvalue(), real_detector)
    page = open_photo(photo)
    natural = page.evaluate(
        "(({naturalWidth, naturalHeight}) => [naturalWidth, naturalHeight])(document.querySelector('[data-photo]'))"
    )
    assert natural == [512, 600] == [photo.width, photo.height]
    assert_on_the_photo(page, photo)
    nose = photo.poses.get().current.points[NOSE]
    assert (nose.x * 512, nose.y * 600) == pytest.approx((270, 225), abs=15)


@pytest.mark.mediapipe
def test_what_is_drawn_can_be_chosen_and_is_remembered(viewer: Page) -> None:
    bone = viewer.locator('.bone[data-from="11"][data-to="12"]')
    expect(bone).to_be_visible()
    viewer.get_by_label("Skeleton", exact=True).uncheck()
    expect(bone).to_be_hidden()
    expect(point(viewer, NOSE)).to_be_visible()
    viewer.get_by_label("Face", exact=True).uncheck()
    expect(point(viewer, NOSE)).to_be_hidden()
    expect(point(viewer, LEFT_SHOULDER)).to_be_visible()
    viewer.get_by_label("Points", exact=True).uncheck()
    expect(point(viewer, LEFT_SHOULDER)).to_be_hidden()
    viewer.reload()
    expect(viewer.get_by_label("Face", exact=True)).not_to_be_checked()
    expect(point(viewer, LEFT_SHOULDER)).to_be_hidden()
    viewer.get_by_label("Points", exact=True).check()
    expect(point(viewer, LEFT_SHOULDER)).to_be_visible()


@pytest.mark.mediapipe
def test_labels_are_off_on_hover_or_all(viewer: Page) -> None:
    labels = viewer.locator(".point-label")
    expect(labels).to_have_count(0)
    viewer.mouse.move(*centre(point(viewer, NOSE)))
    expect(labels).to_have_text(["nose"])
    viewer.get_by_label("All", exact=True).check(force=True)
    expect(labels).to_have_count(len(SEEN_ON_THE_PORTRAIT))
    viewer.get_by_label("Off", exact=True).check(force=True)
    viewer.mouse.move(*centre(point(viewer, NOSE)))
    expect(viewer.locator(".ring.hovered")).to_be_visible()
    expect(labels).to_have_count(0)


def test_the_threshold_hides_points_from_the_drawing_and_not_from_the_table(
    add_photo: Add, open_photo: Callable[[Photo], Page]
) -> None:
    page = open_photo(add_photo(jpeg(640, 480), FakeDetector(person(visibility=0.6))))
    slider = page.get_by_label("Hide points below")
    expect(point(page, NOSE)).to_be_visible()
    slider.fill("60")
    expect(point(page, NOSE)).to_be_visible()
    slider.fill("61")
    expect(page.locator("output[for=threshold]")).to_have_text("61 %")
    expect(point(page, NOSE)).to_be_hidden()
    expect(page.locator('.bone[data-from="11"][data-to="12"]')).to_be_hidden()
    expect(row(page, NOSE)).to_be_visible()
    page.reload()
    expect(slider).to_have_value("61")


def test_uncertain_points_are_hollow_and_absent_ones_only_listed(
    add_photo: Add, open_photo: Callable[[Photo], Page]
) -> None:
    photo = add_photo(jpeg(640, 480), FakeDetector(person(visibility=0.3)))
    revision = photo.poses.get().current
    revision.keypoints[NOSE]["presence"] = 0.1
    revision.save()
    page = open_photo(photo)
    expect(point(page, NOSE)).to_be_hidden()
    expect(row(page, NOSE)).to_contain_text("absent")
    expect(row(page, LEFT_SHOULDER)).to_contain_text("uncertain")
    core = point(page, LEFT_SHOULDER).locator(".core")
    assert core.evaluate("element => getComputedStyle(element).fill") == "none"
    bone = page.locator('.bone[data-from="11"][data-to="12"] .core')
    assert bone.evaluate("element => getComputedStyle(element).strokeDasharray") != "none"


@pytest.mark.mediapipe
def test_holding_h_hides_the_skeleton_and_shift_h_toggles_it(viewer: Page) -> None:
    viewer.keyboard.down("h")
    expect(point(viewer, NOSE)).to_be_hidden()
    viewer.keyboard.up("h")
    expect(point(viewer, NOSE)).to_be_visible()
    viewer.keyboard.press("Shift+H")
    expect(point(viewer, NOSE)).to_be_hidden()
    overlay = viewer.get_by_role("button", name="Overlay")
    expect(overlay).to_have_attribute("aria-pressed", "false")
    expect(viewer.locator("[data-status]")).to_have_text("Skeleton hidden")
    overlay.click()
    expect(point(viewer, NOSE)).to_be_visible()


@pytest.mark.mediapipe
def test_the_table_and_the_drawing_highlight_each_other(viewer: Page) -> None:
    row(viewer, LEFT_EAR).hover()
    expect(viewer.locator(".ring.hovered")).to_have_count(1)
    assert centre_of_ring(viewer, "hovered") == pytest.approx(centre(point(viewer, LEFT_EAR)), abs=1)
    viewer.mouse.move(*centre(point(viewer, RIGHT_SHOULDER)))
    expect(row(viewer, RIGHT_SHOULDER)).to_have_attribute("data-hovered", "")
    expect(row(viewer, LEFT_EAR)).not_to_have_attribute("data-hovered", "")
    row(viewer, NOSE).click()
    assert centre_of_ring(viewer, "selected") == pytest.approx(centre(point(viewer, NOSE)), abs=1)
    viewer.mouse.click(*centre(point(viewer, RIGHT_SHOULDER)))
    expect(row(viewer, RIGHT_SHOULDER)).to_have_attribute("data-selected", "")
    expect(row(viewer, NOSE)).not_to_have_attribute("data-selected", "")
    expect(viewer.locator(".point-label")).to_have_text(["right shoulder"])
    expect(viewer.locator("[data-status]")).to_have_text("right shoulder, visible")


def centre_of_ring(page: Page, kind: str) -> tuple[float, float]:
    box = page.locator(f".ring.{kind} .edge-light").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_clicking_a_point_scrolls_its_row_into_view_and_leaves_the_page_where_it_is(
    add_photo: Add, open_photo: Callable[[Photo], Page]
) -> None:
    page = open_photo(add_photo(jpeg(640, 480), FakeDetector(person(size=0.8))))
    expect(row(page, 32)).not_to_be_in_viewport()
    page.mouse.click(*centre(point(page, 32)))
    expect(row(page, 32)).to_have_attribute("data-selected", "")
    expect(row(page, 32)).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("scrollY") == 0


@pytest.mark.mediapipe
def test_the_wheel_zooms_around_the_pointer(viewer: Page) -> None:
    nose = centre(point(viewer, NOSE))
    viewer.mouse.move(*nose)
    for turn in (-300, -500, 200):
        before = photo_box(viewer).width
        viewer.mouse.wheel(0, turn)
        viewer.wait_for_function(
            "before => document.querySelector('[data-photo]').getBoundingClientRect().width !== before", arg=before
        )
        assert (photo_box(viewer).width > before) is (turn < 0)
        assert centre(point(viewer, NOSE)) == pytest.approx(nose, abs=1.5)
    assert viewer.evaluate("scrollY") == 0


@pytest.mark.mediapipe
def test_dragging_pans_and_a_double_click_fits(viewer: Page) -> None:
    fitted = photo_box(viewer)
    x, y = fitted.at(0.5, 0.5)
    viewer.mouse.move(x, y)
    viewer.mouse.wheel(0, -600)
    expect(viewer.locator("[data-stage-view]")).to_have_attribute("data-zoomed", "")
    before = photo_box(viewer)
    viewer.mouse.down()
    viewer.mouse.move(x + 40, y - 30, steps=4)
    viewer.mouse.up()
    after = photo_box(viewer)
    assert (after.x - before.x, after.y - before.y) == pytest.approx((40, -30), abs=1)
    viewer.mouse.dblclick(x, y)
    expect(viewer.locator("[data-stage-view]")).not_to_have_attribute("data-zoomed", "")
    assert photo_box(viewer) == fitted


@pytest.mark.mediapipe
def test_two_fingers_zoom(viewer: Page) -> None:
    fitted = photo_box(viewer)
    x, y = fitted.at(0.5, 0.4)
    session = viewer.context.new_cdp_session(viewer)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})

    def touch(kind: str, *xs: float) -> None:
        points = [{"x": place, "y": y, "id": number} for number, place in enumerate(xs)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", x - 40, x + 40)
    for step in range(50, 90, 10):
        touch("touchMove", x - step, x + step)
    touch("touchEnd")
    assert photo_box(viewer).width == pytest.approx(fitted.width * 2, rel=0.1)


@pytest.mark.mediapipe
def test_everything_works_by_the_keyboard_alone(
    add_photo: Add,
    open_photo: Callable[[Photo], Page],
    portrait: bytes,
    astronaut: bytes,
    real_detector: MediaPipeDetector,
) -> None:
    older = add_photo(astronaut, real_detector, "older.jpg")
    newer = add_photo(portrait, real_detector, "newer.jpg")
    page = open_photo(newer)
    heading = page.get_by_role("heading", level=1)
    fitted = photo_box(page)
    press = page.keyboard.press
    press("+")
    assert photo_box(page).width == pytest.approx(fitted.width * 1.25, rel=0.01)
    before = photo_box(page)
    press("ArrowRight")
    assert photo_box(page).x < before.x, "zoomed in, the arrows pan"
    press("-")
    press("+")
    press("0")
    assert photo_box(page) == fitted
    press("ArrowRight")
    expect(heading).to_have_text("older.jpg")
    assert page.url.endswith(older.get_absolute_url())
    wait_for_keys(page)
    press("[")
    expect(heading).to_have_text("newer.jpg")
    wait_for_keys(page)
    press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Hide the skeleton while held")
    press("Escape")
    walk_the_table(page)


def walk_the_table(page: Page) -> None:
    press = page.keyboard.press
    for _ in range(40):
        if page.evaluate("document.activeElement.closest('tr[data-index]') !== null"):
            break
        press("Tab")
    expect(page.get_by_role("button", name="Nose", exact=True)).to_be_focused()
    expect(row(page, NOSE)).to_have_attribute("data-selected", "")
    press("ArrowDown")
    expect(page.get_by_role("button", name="Left eye inner")).to_be_focused()
    expect(page.locator(".point-label")).to_have_text(["left eye inner"])
    press("End")
    expect(page.get_by_role("button", name="Right foot index")).to_be_focused()
    expect(row(page, 32)).to_be_in_viewport(ratio=0.9)
    press("Tab")
    expect(page.locator("[data-space-view]")).to_be_focused()
    press("Escape")
    expect(page.locator("tr[data-selected]")).to_have_count(0)


@pytest.mark.mediapipe
def test_the_skeleton_in_space_turns_by_buttons_keys_and_mouse(viewer: Page) -> None:
    space = viewer.locator("[data-space-view]")
    left, right = space.locator(".bone.left").first, space.locator(".bone.right").first

    def middle(side: str) -> float:
        xs = space.locator(f"circle.point.{side}" if side == "left" else f"rect.point.{side}").evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect().x)"
        )
        assert len(xs) == 16
        return sum(xs) / len(xs)

    expect(left).to_be_visible()
    expect(right).to_be_visible()
    assert middle("left") > middle("right")
    back = viewer.get_by_role("button", name="Back", exact=True)
    back.click()
    assert middle("left") < middle("right")
    expect(back).to_have_attribute("aria-pressed", "true")
    expect(viewer.locator("[data-status]")).to_have_text("Seen from the back")
    viewer.get_by_role("button", name="Front", exact=True).click()
    front = middle("left") - middle("right")
    space.focus()
    for _ in range(6):
        viewer.keyboard.press("ArrowLeft")
    assert 0 < middle("left") - middle("right") < front
    space.drag_to(space, source_position={"x": 100, "y": 100}, target_position={"x": 300, "y": 100})
    assert middle("left") - middle("right") != pytest.approx(front)
    expect(viewer.get_by_text("illustrative", exact=True)).to_be_visible()


def test_several_people_have_numbers_and_can_be_picked(add_photo: Add, open_photo: Callable[[Photo], Page]) -> None:
    people = FakeDetector(*(person(x=0.2 + 0.3 * number, size=0.15) for number in range(3)))
    page = open_photo(add_photo(jpeg(640, 480), people))
    expect(page.locator(".person-badge")).to_have_text(["1", "2", "3"])
    tints = page.locator(".person-badge circle").evaluate_all("all => all.map((one) => getComputedStyle(one).stroke)")
    assert len(set(tints)) == 3
    expect(page.get_by_role("img", name="Skeleton. 3 people. Person 1: 33 of 33 points visible.")).to_be_visible()
    page.get_by_label("2", exact=True).check(force=True)
    expect(page.locator("[data-status]")).to_have_text("Person 2 shown")
    for number, is_shown in enumerate((False, True, False)):
        expect(point(page, NOSE, number)).to_be_visible(visible=is_shown)
        expect(row(page, NOSE, number)).to_be_visible(visible=is_shown)
    expect(page.get_by_text("person 2, illustrative")).to_be_visible()
    page.locator("[data-people]").get_by_label("All").check(force=True)
    page.mouse.click(*centre(point(page, LEFT_SHOULDER, 2)))
    expect(row(page, LEFT_SHOULDER, 2)).to_have_attribute("data-selected", "")
    expect(page.get_by_text("person 3, illustrative")).to_be_visible()


@pytest.mark.mediapipe
def test_the_table_is_copied_for_a_spreadsheet(viewer: Page) -> None:
    viewer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    viewer.get_by_role("button", name="Copy as TSV").click()
    expect(viewer.locator("[data-status]")).to_have_text("33 rows copied")
    lines = viewer.evaluate("navigator.clipboard.readText()").split("\n")
    assert lines[0].split("\t") == ["person", "point", "side", "x_px", "y_px", "visibility", "state"]
    assert [line.split("\t")[1] for line in lines[1:]] == list(landmarks.NAMES)


@pytest.mark.mediapipe
def test_downloads_carry_what_they_say(viewer: Page, photo: Photo) -> None:
    def downloaded(label: str) -> bytes:
        viewer.locator("details[data-menu] summary", has_text="Download").click()
        with viewer.expect_download() as download:
            viewer.get_by_role("link", name=label).click()
        viewer.keyboard.press("Escape")
        return download.value.path().read_bytes()

    with Image.open(io.BytesIO(downloaded("Photo with skeleton (PNG)"))) as picture:
        assert (picture.format, picture.size) == ("PNG", (photo.width, photo.height))
    assert downloaded("Skeleton (SVG)").startswith(b"<svg")
    assert len(downloaded("Keypoints (CSV)").splitlines()) == 1 + landmarks.COUNT
    assert b'"keypoints"' in downloaded("Keypoints (JSON)")


@pytest.mark.mediapipe
def test_deleting_asks_first_and_returns_to_the_gallery(viewer: Page, live_server) -> None:
    link, dialog = (
        viewer.get_by_role("link", name="Delete photo"),
        viewer.get_by_role("dialog", name="Delete this photo?"),
    )
    link.click()
    dialog.get_by_role("link", name="Keep it").click()
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    assert Photo.objects.count() == 1
    link.click()
    dialog.get_by_role("button", name="Delete photo").click()
    expect(viewer.get_by_text("portrait.jpg was deleted.")).to_be_visible()
    assert viewer.url == f"{live_server.url}/"
    assert not Photo.objects.exists()


def test_where_nobody_was_found_a_lower_threshold_is_one_click(
    add_photo: Add, open_photo: Callable[[Photo], Page], fake_detector: FakeDetector
) -> None:
    page = open_photo(add_photo(jpeg(640, 480), FakeDetector()))
    expect(page.get_by_role("heading", name="Nobody found")).to_be_visible()
    page.get_by_role("button", name="Try 30 %").click()
    expect(page.get_by_text("1 person on this photo, with a threshold of 30 %.")).to_be_visible()
    expect(point(page, NOSE)).to_be_visible()
    assert Photo.objects.get().min_confidence == 0.3


@pytest.mark.mediapipe
def test_a_phone_shows_all_without_scrolling_sideways(viewer: Page, photo: Photo) -> None:
    viewer.set_viewport_size({"width": 360, "height": 740})
    assert viewer.evaluate("document.documentElement.scrollWidth") == 360
    table = viewer.locator("[data-scroll]")
    assert table.evaluate("element => element.scrollWidth - element.clientWidth") == 0
    assert_on_the_photo(viewer, photo)
    small = viewer.locator("main :is(button, a, input, summary):visible").evaluate_all(
        """all => all.map((one) => one.closest("tr, label") ?? one)
            .map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
            .filter(([, {width, height}]) => Math.min(width, height) < 24).map(([text]) => text)"""
    )
    assert small == []


@pytest.mark.mediapipe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_the_photo_page(viewer: Page, scheme: str, width: int) -> None:
    viewer.emulate_media(color_scheme=scheme)
    viewer.set_viewport_size({"width": width, "height": 800})
    viewer.get_by_text("Detect again", exact=True).first.click()
    row(viewer, RIGHT_ELBOW).click()
    assert_accessible(viewer)
    viewer.get_by_role("link", name="Delete photo").click()
    assert_accessible(viewer)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_nobody_was_found(
    add_photo: Add, open_photo: Callable[[Photo], Page], scheme: str
) -> None:
    page = open_photo(add_photo(jpeg(640, 480), FakeDetector()))
    page.emulate_media(color_scheme=scheme)
    assert_accessible(page)
    page.goto(f"{page.url}delete/")
    assert_accessible(page)


def test_a_photo_without_its_file_still_shows_its_table(
    user: User, open_photo: Callable[[Photo], Page], complaints: Complaints
) -> None:
    complaints.expected = ["status of 404"]
    page = open_photo(make_photo(user))
    expect(row(page, NOSE)).to_be_visible()


@pytest.mark.mediapipe
def test_without_scripts_photo_skeleton_and_table_are_there(
    browser, live_server, photo: Photo, site: Page, log_in, user: User
) -> None:
    log_in(user)
    context = browser.new_context(java_script_enabled=False, storage_state=site.context.storage_state())
    page = context.new_page()
    page.goto(f"{live_server.url}{photo.get_absolute_url()}")
    image, skeleton = page.locator("[data-photo]").bounding_box(), page.locator("[data-skeleton]").bounding_box()
    assert image == skeleton
    expect(page.locator(".point")).to_have_count(len(SEEN_ON_THE_PORTRAIT))
    expect(page.locator("tr[data-index]")).to_have_count(landmarks.COUNT)
    expect(page.get_by_role("button", name="Zoom in")).to_be_hidden()
    page.get_by_role("link", name="Delete photo").click()
    page.get_by_role("button", name="Delete photo").click()
    expect(page.get_by_text("portrait.jpg was deleted.")).to_be_visible()
    context.close()
