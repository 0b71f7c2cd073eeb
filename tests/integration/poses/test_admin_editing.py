"""Correcting a pose in Django's admin."""

import json
import re

import pytest
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from poses.models import LogEntry, Pose, PoseRevision

from .admin_rows import POSES, REVISIONS, staff_with, uploaded
from .editing_rows import form_of, point_of, saved_by

pytestmark = pytest.mark.usefixtures("fake_detector")
WIDTH, HEIGHT = 64, 48


@pytest.fixture
def pose(user) -> Pose:
    return uploaded(user, name="pier.jpg").poses.select_related("current").get()


@pytest.fixture
def editor(client, make_user):
    """An Editor, no superuser, who is logged in."""
    member = make_user("ed@example.org", is_staff=True, name="Ed")
    member.groups.add(Group.objects.get(name="Editors"))
    client.force_login(member)
    return member


def page(pose: Pose) -> str:
    return f"{POSES}{pose.pk}/change/"


def current(pose: Pose) -> PoseRevision:
    return Pose.objects.select_related("current").get(pk=pose.pk).current


def words_of(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def rows_of(revision: PoseRevision, **typed: str) -> dict[str, object]:
    """What a browser without scripts posts: a row of numbers a point."""
    form: dict[str, object] = {"expected_revision": revision.number, "reason": ""}
    for point in revision.points:
        form |= {
            f"keypoints-{point.name}-x": f"{point.x * WIDTH:.1f}",
            f"keypoints-{point.name}-y": f"{point.y * HEIGHT:.1f}",
            f"keypoints-{point.name}-state": point.state.value,
        }
    return {**form, **typed}


def state_of_the_database() -> tuple[int, int, int]:
    return PoseRevision.objects.count(), LogEntry.objects.count(), AdminLogEntry.objects.count()


def test_the_page_has_the_editor_and_its_scripts_and_no_field_of_the_model(client, editor, pose):
    html = client.get(page(pose)).content.decode()
    assert html.count("data-keypoint-editor") == 1
    assert "js/editor/main" in html
    assert 'name="expected_revision" value="1"' in html
    assert 'name="reason"' in html
    for field in ("person", "score", "review_status", "current", "photo"):
        assert f'name="{field}"' not in html, field
    assert "_addanother" not in html


def test_an_editor_saves_and_the_database_holds_a_revision_made_in_the_admin(client, editor, pose):
    response = client.post(page(pose), form_of(pose.current, nose={"x": 0.25, "y": 0.5}))
    assert response.headers["Location"] == POSES
    assert words_of(response) == ["Person 1 was saved as revision 2."]
    saved = current(pose)
    assert (saved.number, saved.source, saved.editor, saved.client) == (2, "human", editor, "admin")
    assert (saved.began_from, saved.points_moved, saved.reason) == (1, 1, "Hidden by the hand")
    assert (point_of(saved, "nose")["x"], point_of(saved, "nose")["y"]) == (0.25, 0.5)
    assert pose.revisions.count() == 2


def test_saving_and_going_on_stays_on_the_page(client, editor, pose):
    response = client.post(page(pose), form_of(pose.current, nose={"x": 0.25}) | {"_continue": "yes"})
    assert response.headers["Location"] == page(pose)
    assert current(pose).number == 2


def test_the_history_says_it_once(client, editor, pose):
    client.post(page(pose), form_of(pose.current, nose={"x": 0.25}))
    entry = AdminLogEntry.objects.get()
    assert (entry.user, entry.object_id) == (editor, str(pose.pk))
    assert entry.change_message.startswith("Person 1, revision 2, 1 point moved by ")
    assert LogEntry.objects.filter(action="edit").count() == 1


def test_extra_landmarks_are_saved(client, editor, pose):
    client.post(page(pose), form_of(pose.current, extras=[{"name": "chin", "x": 0.5, "y": 0.25}]))
    assert current(pose).extra_keypoints == [{"name": "chin", "x": 0.5, "y": 0.25, "state": "visible"}]


def test_rows_save_without_a_script(client, editor, pose):
    typed = {"keypoints-nose-x": "16", "keypoints-nose-y": "24,5", "keypoints-left_knee-state": "occluded"}
    client.post(page(pose), rows_of(pose.current, **typed))
    saved = current(pose)
    assert saved.number == 2
    assert (saved.points_moved, saved.states_changed) == (1, 1)
    assert point_of(saved, "nose")["x"] == pytest.approx(16 / WIDTH)
    assert point_of(saved, "nose")["y"] == pytest.approx(24.5 / HEIGHT, abs=1e-6)
    assert point_of(saved, "left_knee")["state"] == "occluded"
    assert point_of(saved, "right_knee") == point_of(pose.current, "right_knee")


@pytest.mark.parametrize("as_rows", [False, True])
def test_saving_without_a_change_makes_no_revision_and_says_so(client, editor, pose, as_rows):
    before = state_of_the_database()
    response = client.post(page(pose), rows_of(pose.current) if as_rows else form_of(pose.current))
    assert words_of(response) == ["Person 1 stays as it is: no point was changed."]
    assert state_of_the_database() == before


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ({"keypoints": "[{"}, "not readable"),
        ({"keypoints": "[]"}, "expected 33 keypoints, got 0"),
        ({"keypoints": ""}, "expected 33 keypoints"),
        ({"extra_keypoints": '[{"name": "elbow", "x": 0.5, "y": 0.5}]'}, "is not one of the 8 extra landmark names"),
        ({"expected_revision": "99"}, "This pose has no revision 99."),
        ({"expected_revision": "x"}, "Enter a whole number."),
        ({"reason": "r" * 301}, "at most 300 characters"),
    ],
)
def test_a_broken_value_is_named_and_nothing_is_saved(client, editor, pose, broken, named):
    before = state_of_the_database()
    response = client.post(page(pose), form_of(pose.current, nose={"x": 0.25}) | broken)
    assert response.status_code in (200, 400)
    assert named in response.content.decode().replace("&#x27;", "'")
    assert words_of(response) == []
    assert state_of_the_database() == before


def test_what_was_typed_stays_in_a_refused_form(client, editor, pose):
    typed = {"keypoints-nose-x": "seven", "keypoints-left_knee-x": "12.3"}
    html = client.post(page(pose), rows_of(pose.current, **typed)).content.decode()
    assert "nose" in html.split("errorlist")[1].split("</ul>")[0]
    assert 'name="keypoints-nose-x" value="seven"' in html
    assert 'name="keypoints-left_knee-x" value="12.3"' in html
    assert "Revision 1 (Model)" in html
    text = json.dumps([{"name": "nose", "x": 7}])
    html = client.post(page(pose), form_of(pose.current) | {"keypoints": text}).content.decode()
    assert "&quot;x&quot;: 7" in html


@pytest.mark.parametrize("field", ["keypoints", "extra_keypoints"])
def test_a_text_that_no_page_can_hold_is_refused_and_the_rest_stays(client, editor, pose, field):
    text = (
        '[{"name": "nose", "x": "\\ud800", "y": 0.5}]' if field == "keypoints" else '[{"name": "chin", "x": "\\udfff"}]'
    )
    response = client.post(page(pose), form_of(pose.current) | {field: text, "reason": "Mine"})
    html = response.content.decode()
    assert response.status_code == 200
    assert "errorlist" in html
    assert 'value="Mine"' in html
    assert current(pose).number == 1


def test_a_broken_extra_landmark_is_named_once_and_above_the_editor(client, editor, pose):
    extras = [{"name": "chin", "x": 1.5, "y": 0}]
    html = client.post(page(pose), form_of(pose.current, extras=extras)).content.decode()
    assert html.count("(chin), x: lies outside the photo") == 1
    assert html.index("(chin), x: lies outside the photo") < html.index("data-keypoint-editor")


def test_a_moved_point_must_lie_on_the_photo(client, editor, pose):
    html = client.post(page(pose), form_of(pose.current, nose={"x": 1.25})).content.decode()
    assert "lies outside the photo" in html
    assert current(pose).number == 1


def test_an_approved_pose_is_refused_on_the_field_and_the_work_is_kept(client, editor, pose):
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    before = state_of_the_database()
    response = client.post(page(pose), form_of(pose.current, nose={"x": 0.28125}))
    html = response.content.decode()
    assert response.status_code == 409
    assert "approved and locked" in html.split("errorlist")[1].split("</ul>")[0]
    assert 'name="keypoints-nose-x" value="18.0"' in html
    assert "&quot;x&quot;: 0.28125" in html
    assert words_of(response) == []
    assert state_of_the_database() == before
    assert "This pose is approved and locked." in client.get(page(pose)).content.decode()


def test_who_may_change_poses_but_see_no_photos_has_those_on_own_photos_alone(client, make_user, user, pose):
    member = staff_with(make_user, "change_pose", "view_poserevision")
    own = uploaded(member, 1).poses.select_related("current").get()
    client.force_login(member)
    assert client.get(page(pose)).headers["Location"] == "/admin/"
    assert client.post(page(pose), form_of(pose.current, nose={"x": 0.25})).headers["Location"] == "/admin/"
    assert client.get(f"{REVISIONS}{pose.current.pk}/change/").headers["Location"] == "/admin/"
    assert current(pose).number == 1
    assert list(client.get(POSES).context["cl"].result_list) == [own]
    assert list(client.get(REVISIONS).context["cl"].result_list) == [own.current]
    assert client.post(page(own), form_of(own.current, nose={"x": 0.25})).headers["Location"] == POSES
    assert current(own).number == 2


def test_who_may_not_change_poses_saves_nothing(client, make_user, pose):
    client.force_login(staff_with(make_user, "view_photo", "view_pose", "approve_pose", "delete_pose"))
    html = client.get(page(pose)).content.decode()
    assert "data-keypoint-editor" not in html
    assert 'name="_save"' not in html
    assert client.post(page(pose), form_of(pose.current, nose={"x": 0.25})).status_code == 403
    assert current(pose).number == 1


def test_who_is_no_staff_or_nobody_saves_nothing(client, user, pose):
    form = form_of(pose.current, nose={"x": 0.25})
    assert client.post(page(pose), form).headers["Location"].startswith("/admin/login/")
    client.force_login(user)
    assert client.post(page(pose), form, follow=True).status_code == 403
    assert current(pose).number == 1


def test_a_pose_that_is_gone_leads_to_the_index(client, editor, pose):
    form = form_of(pose.current, nose={"x": 0.25})
    pose.delete()
    assert client.post(page(pose), form).headers["Location"] == "/admin/"


def test_a_late_save_gets_the_conflict_page_and_its_answer_is_saved(client, editor, user, pose):
    mine = form_of(pose.current, nose={"x": 0.25}, left_knee={"y": 0.75})
    theirs = saved_by(user, pose, nose={"x": 0.75}, right_knee={"y": 0.25})
    before = state_of_the_database()
    response = client.post(page(pose), mine)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else saved meanwhile" in html
    assert "Ada Lovelace" in html
    assert 'id="site-name"' in html
    assert words_of(response) == []
    assert state_of_the_database() == before
    answer = {**response.context["fields"], "reason": "Both were right"}
    answer |= {"choice-nose": "mine", "choice-left_knee": "mine", "choice-right_knee": "theirs"}
    assert client.post(page(pose), answer).headers["Location"] == POSES
    saved = current(pose)
    assert (saved.number, saved.began_from, saved.editor) == (3, theirs.number, editor)
    assert (saved.client, saved.reason) == ("admin", "Both were right")
    assert point_of(saved, "nose")["x"] == 0.25
    assert point_of(saved, "left_knee")["y"] == 0.75
    assert point_of(saved, "right_knee")["y"] == 0.25


def test_a_conflict_can_be_looked_at_in_the_admins_editor_before_it_is_saved(client, editor, user, pose):
    mine = form_of(pose.current, nose={"x": 0.28125})
    saved_by(user, pose, right_knee={"x": 0.25})
    fields = client.post(page(pose), mine).context["fields"]
    before = state_of_the_database()
    answer = {**fields, "choice-right_knee": "theirs", "go_on": "result"}
    response = client.post(page(pose), answer)
    html = response.content.decode()
    assert response.status_code == 200
    assert "errornote" not in html
    assert 'name="expected_revision" value="2"' in html
    assert 'name="keypoints-nose-x" value="18.0"' in html
    assert 'name="keypoints-right_knee-x" value="16.0"' in html
    assert state_of_the_database() == before


def test_the_page_lists_the_latest_revisions_and_leads_to_all(client, editor, user, pose):
    for number in range(24):
        saved_by(user, pose, nose={"x": 0.2 + number / 100})
    html = client.get(page(pose)).content.decode()
    shown = [int(number) for number in re.findall(r"Revision (\d+) \(Person\)", html)]
    assert shown == list(range(25, 5, -1))
    assert f'href="/poses/{pose.pk}/revisions/"' in html
    assert client.post(page(pose), form_of(current(pose), nose={"x": 0.75})).headers["Location"] == POSES
    assert pose.revisions.count() == 26


def test_the_page_costs_the_same_with_many_revisions(client, editor, user, pose):
    client.get(page(pose))
    with CaptureQueriesContext(connection) as few:
        client.get(page(pose))
    for number in range(6):
        saved_by(user, pose, nose={"x": 0.2 + number / 100})
    with CaptureQueriesContext(connection) as many:
        assert "Revision 7" in client.get(page(pose)).content.decode()
    assert len(many) == len(few)
