"""Joint angles in the browser are those of the server, and follow the points while they are dragged."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.templatetags.static import static
from playwright.sync_api import Page, expect

from accounts.models import User
from poses.engine import angles, landmarks
from poses.models import Photo
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.conftest import FakeDetector, jpeg, person

pytestmark = pytest.mark.django_db(transaction=True)

CASES = json.loads((Path(__file__).resolve().parents[1] / "data" / "angles.json").read_text())
MEASURE = """async ([url, cases, names]) => {
    const {jointAngles} = await import(url);
    return cases.map(({size: [width, height], points, absent}) => {
        const keypoints = names.map((name) => {
            const [x, y] = points[name] ?? [0, 0];
            const state = name in points && !absent.includes(name) ? "visible" : "absent";
            return {name, x: x / width, y: y / height, state};
        });
        return jointAngles(keypoints, names, {width, height});
    });
}"""
PANEL = """async ([url, names, places, size]) => {
    const {AnglePanel} = await import(url);
    const root = document.querySelector("main").appendChild(document.createElement("div"));
    const keypoints = names.map((name) => {
        const [x, y] = places[name] ?? [0, 0];
        return {name, x: x / size.width, y: y / size.height, state: name in places ? "visible" : "absent"};
    });
    const panel = new AnglePanel(root, {landmarks: {names}, size, baseline: keypoints});
    window.angles = {root, panel, keypoints, size, names, written: 0};
    new MutationObserver((records) => { window.angles.written += records.length; })
        .observe(root, {characterData: true, childList: true, subtree: true});
}"""
MOVE = """async ([name, x, y]) => {
    const {panel, keypoints, size, names} = window.angles;
    window.angles.written = 0;
    const points = [...keypoints];
    points[names.indexOf(name)] = {name, x: x / size.width, y: y / size.height, state: "visible"};
    panel.show(points);
    await Promise.resolve();
    return window.angles.written;
}"""


def address(live_server, path: str) -> str:
    return f"{live_server.url}{static(path)}"


def test_the_browser_measures_what_the_server_measures(gallery: Page, live_server) -> None:
    found = gallery.evaluate(MEASURE, [address(live_server, "js/skeleton/angles.js"), CASES, list(landmarks.NAMES)])
    assert len(found) == len(CASES) > 10
    for case, measured in zip(CASES, found, strict=True):
        assert set(measured) == {*angles.JOINTS, *angles.LINES}
        there = {key: value for key, value in measured.items() if value is not None}
        assert there == pytest.approx(case["expected"], abs=1e-6), case["name"]


@pytest.fixture
def panel(gallery: Page, live_server) -> Page:
    """A panel over a right angle at the left elbow and shoulders that are level."""
    places = {
        "left_shoulder": [300, 200],
        "left_elbow": [300, 500],
        "left_wrist": [600, 500],
        "right_shoulder": [100, 200],
    }
    size = {"width": 1000, "height": 800}
    gallery.evaluate(PANEL, [address(live_server, "js/editor/angles.js"), list(landmarks.NAMES), places, size])
    return gallery


def cell(page: Page, key: str):
    return page.locator(f"[data-angle={key}]")


def test_the_panel_shows_degrees_and_how_far_they_have_changed(panel: Page) -> None:
    expect(cell(panel, "left_elbow")).to_have_text("90.0°")
    expect(cell(panel, "right_elbow")).to_have_text("–")
    expect(cell(panel, "shoulder_line")).to_have_text("0.0°, level")
    panel.evaluate(MOVE, ["left_wrist", 600, 800])  # 45 degrees further down
    expect(cell(panel, "left_elbow")).to_have_text("135.0° +45.0")
    panel.evaluate(MOVE, ["left_wrist", 600, 200])
    expect(cell(panel, "left_elbow")).to_have_text("45.0° −45.0")


def test_a_line_says_which_side_is_higher_in_words(panel: Page) -> None:
    panel.evaluate(MOVE, ["right_shoulder", 100, 400])
    expect(cell(panel, "shoulder_line")).to_have_text("45.0°, left higher +45.0")
    panel.evaluate(MOVE, ["right_shoulder", 100, 100])
    expect(cell(panel, "shoulder_line")).to_have_text("26.6°, right higher −26.6")


def test_only_texts_that_differ_are_written_and_nothing_is_read_out(panel: Page) -> None:
    assert panel.evaluate(MOVE, ["left_wrist", 600, 800]) == 2  # the elbow's degrees and change
    assert panel.evaluate(MOVE, ["left_wrist", 600, 800]) == 0
    assert panel.evaluate("window.angles.root.querySelectorAll('[aria-live], [role=status]').length") == 0


@pytest.fixture
def pose_page(site: Page, live_server, user: User, log_in, make_body: Callable[[], Photo]) -> Page:
    log_in(user)
    pose = make_body().poses.get()
    site.goto(f"{live_server.url}/poses/{pose.pk}/edit/")
    expect(cell(site, "left_elbow")).to_be_attached()
    return site


@pytest.fixture
def make_body(user: User) -> Callable[[], Photo]:
    def make() -> Photo:
        return upload_photo(
            owner=user,
            stream=io.BytesIO(jpeg(640, 480)),
            name="body.jpg",
            source=Photo.Source.WEB,
            options=DetectionOptions.given(),
            detector=FakeDetector(person(size=0.8)),
        ).photo

    return make


def test_the_editor_shows_the_change_while_a_point_moves(pose_page: Page) -> None:
    before = cell(pose_page, "left_elbow").inner_text().strip()
    assert before.endswith("°")
    pose_page.locator('input[name="keypoints-left_wrist-y"]').fill("400")
    pose_page.keyboard.press("Tab")
    expect(cell(pose_page, "left_elbow").locator(".angle-change")).not_to_be_empty()
    assert cell(pose_page, "left_elbow").inner_text().strip() != before
