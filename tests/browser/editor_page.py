"""The editor as tests handle it: points on the screen, their rows, and what the database holds of them."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from poses.engine import landmarks
from poses.engine.people import Keypoint
from poses.models import Photo, Pose, PoseRevision
from poses.services.editing import change_keypoints
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.conftest import FakeDetector, person

NOSE, LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_KNEE, RIGHT_KNEE = 0, 11, 12, 25, 26
C7 = landmarks.COUNT
WIDTH, HEIGHT = 640, 480


def picture(width: int = WIDTH, height: int = HEIGHT, orientation: int | None = None) -> bytes:
    """A JPEG whose pixels all differ a little; `orientation` as EXIF has it."""
    target = io.BytesIO()
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(target, "JPEG", exif=exif)
    return target.getvalue()


def store(user: User, content: bytes | None = None, *, others: int = 0, **of_person: float) -> Pose:
    """The first of the made-up people on a photo of the user's; the others lie to the right."""
    people = [person(**{"size": 0.6, **of_person}), *(person(x=0.75, size=0.3) for _ in range(others))]
    photo = upload_photo(
        owner=user,
        stream=io.BytesIO(content or picture()),
        name="person.jpg",
        source=Photo.Source.WEB,
        options=DetectionOptions.given(),
        detector=FakeDetector(*people),
    ).photo
    return Pose.objects.select_related("photo", "current").get(photo=photo, person=0)


def save_elsewhere(pose: Pose, user: User) -> None:
    """Another browser moves the left knee."""
    pose = Pose.objects.select_related("current", "photo").get(pk=pose.pk)
    change_keypoints(
        pose=pose,
        editor=user,
        client=PoseRevision.Client.API,
        expected_revision=pose.current.number,
        keypoints=[{"name": "left_knee", "x": 0.5 - pose.current.number / 100, "y": 0.5}],
    )


class EditorPage:
    """One pose's editor in a browser."""

    def __init__(self, page: Page, pose: Pose, url: str) -> None:
        self.page, self.pose, self.url = page, pose, f"{url}/poses/{pose.pk}/edit/"

    def open(self) -> "EditorPage":
        """Goes there and waits until the script runs."""
        self.page.goto(self.url)
        expect(self.page.locator("[data-keypoint-editor][data-is-ready]")).to_be_attached()
        self.page.wait_for_function("document.querySelector('[data-photo]').complete")
        return self

    @property
    def stage(self) -> Locator:
        """What takes keys and pointers."""
        return self.page.locator("[data-stage-view]")

    @property
    def status(self) -> Locator:
        """What is announced."""
        return self.page.locator("[data-status]")

    @property
    def saved(self) -> Locator:
        """Whether anything is unsaved."""
        return self.page.locator("[data-saved]")

    def point(self, index: int) -> Locator:
        """A drawn point."""
        return self.page.locator(f'.person:not([data-ghost], [data-faint]) .point[data-index="{index}"]')

    def row(self, index: int) -> Locator:
        """A point's row."""
        return self.page.locator(f'[data-scroll] tr[data-index="{index}"]')

    def numbers(self, index: int) -> tuple[float, float]:
        """A point's row in pixels."""
        x, y = (float(self.row(index).locator(f"[data-{axis}]").input_value()) for axis in "xy")
        return x, y

    def centre(self, index: int) -> tuple[float, float]:
        """Where a point is on the screen."""
        box = self.point(index).locator(".core").bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def scale(self) -> float:
        """Screen pixels for a pixel of the photo."""
        return float(self.page.evaluate("document.querySelector('[data-skeleton]').getScreenCTM().a"))

    def drag(self, index: int, right: float, down: float, *, let_go: bool = True) -> None:
        """Drags a point by pixels of the screen."""
        x, y = self.centre(index)
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + right / 2, y + down / 2, steps=3)
        mouse.move(x + right, y + down, steps=3)
        self.page.evaluate("new Promise(requestAnimationFrame)")
        if let_go:
            mouse.up()

    def save(self) -> None:
        """Presses Save and waits for the photo's page."""
        self.page.get_by_role("button", name="Save", exact=True).click()
        self.page.wait_for_url(re.compile(r"/photos/"))

    def stored(self, index: int) -> Keypoint:
        """A keypoint as the database has it now."""
        return Pose.objects.select_related("current").get(pk=self.pose.pk).current.points[index]

    def stored_px(self, index: int) -> tuple[float, float]:
        """The same in pixels of the photo."""
        point, photo = self.stored(index), self.pose.photo
        return point.x * photo.width, point.y * photo.height


Open = Callable[[Pose], EditorPage]


@pytest.fixture
def open_editor(site: Page, live_server, user: User, log_in) -> Open:
    log_in(user)
    return lambda pose: EditorPage(site, pose, live_server.url).open()


@pytest.fixture
def editor(open_editor: Open, user: User) -> EditorPage:
    """The editor of a made-up person, all 33 points within the photo."""
    return open_editor(store(user))
