"""The review in a browser: by keyboard, several at once, and beside a photo."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import REVIEWERS, User
from poses.models import Pose
from tests.browser.test_accessibility import SCHEMES, assert_accessible
from tests.conftest import jpeg
from tests.integration.poses.review_poses import make_pose, make_poses, member_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reviewer(make_user) -> User:
    return member_of(make_user, REVIEWERS)


@pytest.fixture
def queue(site: Page, live_server, user: User, reviewer: User, log_in) -> Page:
    """The queue with three poses, the least sure `a.jpg` first."""
    for name, score in (("c.jpg", 0.9), ("a.jpg", 0.2), ("b.jpg", 0.6)):
        make_pose(user, name, score=score)
    log_in(reviewer)
    site.route("**/thumbnail/", lambda route: route.fulfill(body=jpeg(320, 240), content_type="image/jpeg"))
    site.route("**/display/", lambda route: route.fulfill(body=jpeg(640, 480), content_type="image/jpeg"))
    site.goto(f"{live_server.url}/review/")
    expect(site.get_by_text("None chosen")).to_be_visible()
    return site


def approved() -> set[str]:
    return set(Pose.objects.filter(review_status="approved").values_list("photo__original_name", flat=True))


def test_the_header_leads_there(queue: Page) -> None:
    queue.get_by_role("link", name="Photos", exact=True).click()
    queue.get_by_role("link", name="Review", exact=True).click()
    expect(queue.get_by_role("heading", level=1)).to_have_text("Review")


def test_poses_are_chosen_and_approved_with_the_keyboard_alone(queue: Page) -> None:
    press = queue.keyboard.press
    press("j")
    expect(queue.get_by_role("link", name="a.jpg", exact=True)).to_be_focused()
    press("Space")
    press("ArrowDown")
    press("j")
    press("k")
    press("Space")
    expect(queue.get_by_text("2 poses chosen")).to_be_visible()
    press("a")
    expect(queue.get_by_role("heading", name="Approve 2 poses?")).to_be_visible()
    press("Escape")
    expect(queue.get_by_role("dialog")).to_have_count(0)
    assert approved() == set()
    press("a")
    press("Enter")
    expect(queue.get_by_text("2 approved.")).to_be_visible()
    assert approved() == {"a.jpg", "b.jpg"}
    expect(queue.get_by_role("link", name="c.jpg", exact=True)).to_be_visible()


def test_enter_opens_the_pose_in_the_editor(queue: Page) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press("Enter")
    expect(queue).to_have_url(re.compile(r"/poses/[0-9a-f-]+/edit/$"))


def test_several_are_rejected_with_one_reason(queue: Page) -> None:
    queue.get_by_role("button", name="Choose all 3").click()
    queue.get_by_role("button", name="Reject").click()
    dialog = queue.get_by_role("dialog", name="Reject 3 poses?")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_be_visible()  # a reason is asked for
    assert Pose.objects.filter(review_status="rejected").count() == 0
    dialog.get_by_label("Reason").fill("Too dark")
    queue.keyboard.press("Enter")
    expect(queue.get_by_text("3 rejected.")).to_be_visible()
    expect(queue.get_by_role("heading", name="Nothing needs review")).to_be_visible()
    assert set(Pose.objects.values_list("review_status", "review_reason")) == {("rejected", "Too dark")}


def test_one_is_assigned_and_found_by_whose_it_is(queue: Page, reviewer: User) -> None:
    queue.get_by_role("checkbox", name="Choose b.jpg").check()
    queue.get_by_role("button", name="Assign").click()
    queue.get_by_role("dialog").get_by_label("Assign to").select_option(label=f"Me, {reviewer.name}")
    queue.get_by_role("dialog").get_by_role("button", name="Assign").click()
    expect(queue.get_by_text("1 assigned.")).to_be_visible()
    assert Pose.objects.get(assigned_to=reviewer).photo.original_name == "b.jpg"
    queue.get_by_label("Assigned to").select_option("me")
    queue.get_by_role("button", name="Apply").click()
    expect(queue.locator("[data-row]")).to_have_count(1)
    expect(queue.locator("[data-row]")).to_contain_text("assigned to me")


def test_nothing_is_asked_while_nothing_is_chosen(queue: Page) -> None:
    queue.keyboard.press("a")
    expect(queue.get_by_text("Choose a pose first")).to_be_visible()
    expect(queue.get_by_role("dialog")).to_have_count(0)


def test_keys_leave_fields_alone(queue: Page) -> None:
    queue.keyboard.press("/")
    queue.keyboard.type("jar")
    expect(queue.get_by_label("Search by name")).to_have_value("jar")


def test_it_works_without_scripts(queue: Page, live_server, browser, reviewer: User) -> None:
    state = queue.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(f"{live_server.url}/review/")
    page.get_by_role("checkbox", name="Choose a.jpg").check()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("heading", name="Reject 1 pose?")).to_be_visible()
    page.get_by_label("Reason").fill("Too dark")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("1 rejected.")).to_be_visible()
    context.close()
    assert Pose.objects.get(review_status="rejected").review_reason == "Too dark"


def test_a_pose_is_reviewed_beside_its_photo(queue: Page, reviewer: User) -> None:
    queue.get_by_role("link", name="Photo of a.jpg").click()
    panel = queue.get_by_role("region", name="Review")
    panel.get_by_text("Review", exact=True).last.click()
    panel.get_by_role("button", name="Start review").click()
    expect(panel.get_by_text("In review")).to_be_visible()
    expect(panel.get_by_text("Assigned to Reviewers Member")).to_be_visible()
    panel.get_by_text("Review", exact=True).last.click()
    panel.get_by_label("Comment").fill("Look at the wrist")
    panel.get_by_role("button", name="Save comment").click()
    expect(panel.get_by_text("Comment: Look at the wrist")).to_be_visible()
    panel.get_by_text("Review", exact=True).last.click()
    panel.get_by_label("Reason to reject").fill("Wrist is off")
    panel.get_by_role("button", name="Reject").click()
    expect(panel.get_by_text("Reason: Wrist is off")).to_be_visible()
    pose = Pose.objects.get(photo__original_name="a.jpg")
    assert (pose.review_status, pose.assigned_to, pose.reviewed_by) == ("rejected", reviewer, reviewer)


@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(queue: Page, live_server, user: User, scheme: str, width: int) -> None:
    make_poses(user, 25, mirror_disagreement=0.04, review_comment="Look at the wrist")
    queue.emulate_media(color_scheme=scheme)
    queue.set_viewport_size({"width": width, "height": 800})
    queue.goto(f"{live_server.url}/review/?order=mirror&band=odd")
    expect(queue.get_by_text("3 poses here have not been checked by mirror")).to_be_visible()
    queue.keyboard.press("j")
    queue.keyboard.press("Space")
    assert_accessible(queue)
    assert queue.evaluate("document.documentElement.scrollWidth") == width
    queue.keyboard.press("r")
    assert_accessible(queue)
    queue.goto(f"{live_server.url}/review/?status=approved")
    assert_accessible(queue)
    photo = Pose.objects.filter(photo__people_found=5).first().photo
    queue.goto(f"{live_server.url}{photo.get_absolute_url()}")
    panel = queue.get_by_role("region", name="Review")
    panel.get_by_text("Review person 1", exact=True).click()
    assert_accessible(queue)
    assert queue.evaluate("document.documentElement.scrollWidth") == width
