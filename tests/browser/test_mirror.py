"""Checking by mirror, in a browser, with the real model."""

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from poses.engine.detector import MediaPipeDetector
from poses.models import Photo, PoseRevision
from poses.services import engine
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.browser.test_accessibility import SCHEMES, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def photo(user: User, portrait: bytes, real_detector: MediaPipeDetector, monkeypatch) -> Photo:
    monkeypatch.setattr(engine, "detector", lambda: real_detector)
    return upload_photo(
        owner=user,
        stream=io.BytesIO(portrait),
        name="portrait.jpg",
        source=Photo.Source.WEB,
        options=DetectionOptions.given(),
    ).photo


@pytest.fixture
def viewer(site: Page, live_server, user: User, photo: Photo, log_in: Callable[[User], None]) -> Page:
    log_in(user)
    site.goto(f"{live_server.url}{photo.get_absolute_url()}")
    return site


def check(page: Page) -> None:
    page.get_by_role("button", name="Check by mirror").click()
    expect(page.get_by_text("Mirror check: mean")).to_be_visible()
    expect(page.locator("[data-viewer][data-is-ready]")).to_be_attached()


def test_a_check_brings_the_chip_the_column_and_rings_of_that_radius(viewer: Page, photo: Photo) -> None:
    expect(viewer.get_by_label("Uncertainty")).to_have_count(0)
    check(viewer)
    distances = PoseRevision.objects.get().mirror_px
    nose = viewer.locator("tr[data-index='0']")
    expect(nose).to_contain_text(f"{distances[0]:.1f}")
    circles = viewer.locator("[data-skeleton] .uncertainty")
    expect(circles).to_have_count(33)
    expect(circles.first).to_be_hidden()
    viewer.get_by_label("Uncertainty").check()
    expect(circles.first).to_be_visible()
    assert float(circles.first.locator("circle").first.get_attribute("r")) == pytest.approx(distances[0], abs=0.01)


def test_the_choice_is_remembered(viewer: Page) -> None:
    check(viewer)
    viewer.get_by_label("Uncertainty").check()
    viewer.reload()
    expect(viewer.get_by_label("Uncertainty")).to_be_checked()
    expect(viewer.locator("[data-skeleton] .uncertainty").first).to_be_visible()
    viewer.get_by_label("Face").uncheck()
    expect(viewer.get_by_label("Uncertainty")).to_be_checked()


@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_the_state_stays_in_sight(viewer: Page, scheme: str, width: int) -> None:
    viewer.emulate_media(color_scheme=scheme)
    viewer.set_viewport_size({"width": width, "height": 800})
    check(viewer)
    viewer.get_by_label("Uncertainty").check()
    assert_accessible(viewer)
    table = viewer.locator("[data-scroll]")
    assert table.evaluate("element => element.scrollWidth <= element.clientWidth")
