"""Correcting keypoints in Django's admin: the same editor, with the admin's look around it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from poses.models import Pose
from tests.browser.conftest import Complaints, settle
from tests.browser.editor_page import HEIGHT, WIDTH, EditorPage, Open, picture, store

pytestmark = pytest.mark.django_db(transaction=True)

TENTH = 0.1
MIDDLE = 15  # in view at every zoom


class AdminEditorPage(EditorPage):
    """One pose's page in the admin."""

    def __init__(self, page: Page, pose: Pose, url: str) -> None:
        super().__init__(page, pose, url)
        self.url = f"{url}/admin/poses/pose/{pose.pk}/change/"

    def save(self) -> None:
        """Presses Django's button and waits for what it says."""
        self.page.get_by_role("button", name="Save and continue editing").click()
        expect(self.page.locator(".messagelist")).to_be_visible()


def assert_accessible_in_admin(page: Page) -> None:
    """What we put into Django's frame, whose tables of inlines have headings without words.

    `preload` would parse our style sheets' imports with inline styles, which the page's policy forbids.
    """
    settle(page)
    rules = {"empty-table-header": {"enabled": False}}
    options = {"resultTypes": ["violations"], "preload": False, "rules": rules}
    results = Axe().run(page, context="#content", options=options)
    assert results.violations_count == 0, results.generate_report()


@pytest.fixture
def member(make_user) -> User:
    """An Editor: staff, no superuser."""
    member = make_user("ed@example.org", is_staff=True, name="Ed")
    member.groups.add(Group.objects.get(name="Editors"))
    return member


@pytest.fixture
def open_admin(site: Page, live_server, member: User, log_in) -> Open:
    log_in(member)
    return lambda pose: AdminEditorPage(site, pose, live_server.url).open()


@pytest.mark.parametrize("zooms", [0, 4])
@pytest.mark.parametrize("orientation", [None, 6])
def test_what_is_dragged_in_the_admin_is_what_is_saved(
    open_admin: Open, user: User, member: User, zooms: int, orientation: int | None
) -> None:
    editor = open_admin(store(user, picture(orientation=orientation)))
    size = (editor.pose.photo.width, editor.pose.photo.height)
    assert size == ((HEIGHT, WIDTH) if orientation else (WIDTH, HEIGHT))
    for _ in range(zooms):
        editor.page.get_by_role("button", name="Zoom in").click()
    before = editor.stored_px(MIDDLE)
    editor.drag(MIDDLE, 40, 25)
    scale = editor.scale()
    dragged = (before[0] + 40 / scale, before[1] + 25 / scale)
    editor.page.get_by_label("Reason").fill("The wrist was too high")
    editor.save()
    expect(editor.page.locator(".messagelist")).to_have_text("Person 1 was saved as revision 2.")
    assert editor.stored_px(MIDDLE) == pytest.approx(dragged, abs=TENTH)
    current = Pose.objects.get(pk=editor.pose.pk).current
    assert (current.client, current.editor, current.reason) == ("admin", member, "The wrist was too high")
    untouched = [point for index, point in enumerate(current.keypoints) if index != MIDDLE]
    assert untouched == [point for index, point in enumerate(editor.pose.current.keypoints) if index != MIDDLE]
    editor.open()
    assert editor.numbers(MIDDLE) == pytest.approx(dragged, abs=TENTH)


def test_the_keys_work_and_are_listed(open_admin: Open, user: User) -> None:
    editor = open_admin(store(user))
    before = editor.numbers(MIDDLE)
    x, y = editor.centre(MIDDLE)
    editor.page.mouse.click(x, y)
    editor.page.keyboard.press("Shift+ArrowRight")
    assert editor.numbers(MIDDLE) == pytest.approx((before[0] + 10, before[1]), abs=TENTH)
    editor.page.keyboard.press("Control+z")
    assert editor.numbers(MIDDLE) == pytest.approx(before, abs=TENTH)
    editor.page.get_by_role("button", name="Keys").click()
    expect(editor.page.get_by_role("dialog", name="Keys")).to_be_visible()
    editor.page.keyboard.press("Escape")
    editor.page.keyboard.press("Control+Shift+z")
    editor.page.keyboard.press("Control+s")
    expect(editor.page.locator(".messagelist")).to_have_text("Person 1 was saved as revision 2.")
    expect(editor.page).to_have_url(editor.url)


def test_a_refused_save_keeps_the_work(open_admin: Open, user: User, complaints: Complaints) -> None:
    complaints.expected = ["409"]
    editor = open_admin(store(user))
    editor.drag(MIDDLE, 40, 25)
    shown = editor.numbers(MIDDLE)
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    editor.page.get_by_role("button", name="Save and continue editing").click()
    expect(editor.page.locator(".errorlist").first).to_contain_text("approved and locked")
    expect(editor.saved).to_have_text("1 point changed, not saved")
    assert editor.numbers(MIDDLE) == shown
    assert Pose.objects.get(pk=editor.pose.pk).current.number == 1


def test_rows_save_without_a_script(
    browser: Browser, live_server, member: User, user: User, log_in, site: Page
) -> None:
    pose = store(user)
    log_in(member)
    context = browser.new_context(java_script_enabled=False, storage_state=site.context.storage_state())
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/poses/pose/{pose.pk}/change/")
    page.get_by_label("Nose, x").fill("123.4")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_have_text("Person 1 was saved as revision 2.")
    context.close()
    nose = Pose.objects.get(pk=pose.pk).current.points[0]
    assert nose.x * WIDTH == pytest.approx(123.4, abs=TENTH)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_accessible_and_fits(open_admin: Open, user: User, site: Page, scheme: str, width: int) -> None:
    site.emulate_media(color_scheme=scheme)
    site.set_viewport_size({"width": width, "height": 800})
    editor = open_admin(store(user, others=1))
    assert editor.stage.bounding_box()["height"] > 100
    assert_accessible_in_admin(site)
    assert site.evaluate("document.documentElement.scrollWidth") <= width
