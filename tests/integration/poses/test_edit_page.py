"""The editing page: what it shows and saves, with and without scripts."""

import html
import json
import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from poses.engine import landmarks
from poses.engine.people import KeypointState
from poses.models import LogEntry, Photo, Pose
from tests.integration.poses.gallery_photos import make_photo

NOSE, LEFT_KNEE = 0, 25


@pytest.fixture
def pose(photo: Photo) -> Pose:
    return Pose.objects.with_current().get(photo=photo)


@pytest.fixture
def page(client: Client, user: User) -> Client:
    """The user's browser."""
    client.force_login(user)
    return client


def path(pose: Pose) -> str:
    return f"/poses/{pose.pk}/edit/"


def text_of(pose: Pose, **changes: dict[str, Any]) -> dict[str, str]:
    """A form as the script sends it, with changes of keypoints by name."""
    points = [{**point, **changes.get(point["name"], {})} for point in pose.current.keypoints]
    return {"keypoints": json.dumps(points), "extra_keypoints": "[]", "expected_revision": str(pose.current.number)}


def rows_of(page: Client, pose: Pose) -> dict[str, str]:
    """The form as a browser without scripts would send it back untouched."""
    content = page.get(path(pose)).content.decode()
    inputs = re.findall(
        r'<input [^>]*name="((?:extra_)?keypoints-[^"]+|expected_revision)"[^>]*value="([^"]*)"', content
    )
    hidden = re.findall(r'name="(expected_revision)" value="(\d+)"', content)
    selects = re.findall(r'<select name="([^"]+)".*?<option selected>(\w+)', content)
    return dict([*inputs, *hidden, *selects])


def now(pose: Pose) -> Pose:
    return Pose.objects.with_current().get(pk=pose.pk)


def shown(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_it_shows_every_point_and_the_text_is_not_sent_without_scripts(page, pose):
    response = page.get(path(pose))
    content = shown(response)
    assert response.status_code == 200
    for name in (*landmarks.NAMES, *landmarks.EXTRA_NAMES):
        assert re.search(rf'name="(extra_)?keypoints-{name}-x"', content), name
    assert len(re.findall(r"<textarea[^>]* disabled ", content)) == 2
    assert 'name="expected_revision" value="1"' in content
    assert not re.search(r"<script>|<style>| style=\"| on(click|change|submit|load)=", content)


def test_it_saves_the_text_as_a_new_revision_and_goes_to_the_photo(page, pose, user):
    data = text_of(pose, nose={"x": 0.25, "state": "occluded"}) | {"reason": "the tip"}
    response = page.post(path(pose), data)
    assert (response.status_code, response["Location"]) == (302, pose.photo.get_absolute_url())
    revision = now(pose).current
    assert (revision.number, revision.source, revision.editor, revision.client) == (2, "human", user, "page")
    assert (revision.reason, revision.began_from, revision.points_moved) == ("the tip", 1, 1)
    assert revision.points[NOSE].x == 0.25
    assert revision.points[NOSE].marked is KeypointState.OCCLUDED
    assert revision.keypoints[1:] == pose.current.keypoints[1:]
    assert LogEntry.objects.filter(action="edit", photo=pose.photo, actor=user).count() == 1


def test_it_stays_where_that_was_asked(page, pose):
    response = page.post(path(pose), text_of(pose, nose={"x": 0.25}) | {"stay": "yes"}, follow=True)
    assert response.redirect_chain == [(path(pose), 302)]
    assert "Person 1 was saved as revision 2." in shown(response)


def test_extra_landmarks_are_saved_kept_and_removed(page, pose):
    chin = {"name": "chin", "x": 0.5, "y": 0.25, "state": "visible"}
    page.post(path(pose), text_of(pose) | {"extra_keypoints": json.dumps([chin])})
    assert now(pose).current.extra_keypoints == [chin]
    data = text_of(now(pose), nose={"x": 0.25})
    del data["extra_keypoints"]
    page.post(path(pose), data)
    assert now(pose).current.extra_keypoints == [chin]
    page.post(path(pose), text_of(now(pose)))
    assert now(pose).current.number == 4
    assert now(pose).current.extra_keypoints == []


@pytest.mark.parametrize("as_rows", [False, True])
def test_saving_without_a_change_makes_no_revision_and_says_so(page, pose, as_rows):
    data = (rows_of(page, pose) if as_rows else text_of(pose)) | {"reason": "None"}
    response = page.post(path(pose), data, follow=True)
    assert response.redirect_chain == [(pose.photo.get_absolute_url(), 302)]
    assert "Nothing was changed." in shown(response)
    assert page.post(path(pose), data | {"stay": "yes"}).headers["Location"] == path(pose)
    assert now(pose).current.number == 1
    assert not LogEntry.objects.filter(action="edit").exists()


def test_an_earlier_revision_unchanged_is_no_conflict(page, pose):
    untouched = text_of(pose)
    page.post(path(pose), text_of(pose, nose={"x": 0.75}))
    assert page.post(path(pose), untouched).status_code == 302
    assert now(pose).current.number == 2


def test_rows_change_what_was_typed_and_keep_the_rest_exactly(page, pose):
    data = rows_of(page, pose) | {
        "keypoints-nose-x": "12,5",
        "keypoints-left_knee-state": "absent",
        "extra_keypoints-c7-x": "32",
        "extra_keypoints-c7-y": "24",
    }
    assert page.post(path(pose), data).status_code == 302
    current = now(pose).current
    assert current.points[NOSE].x * pose.photo.width == pytest.approx(12.5, abs=1e-4)
    assert current.points[NOSE].y == pose.current.points[NOSE].y
    assert current.points[NOSE].marked is KeypointState.VISIBLE
    assert current.points[LEFT_KNEE].marked is KeypointState.ABSENT
    assert current.points[1] == pose.current.points[1]
    assert current.extra_keypoints == [{"name": "c7", "x": 0.5, "y": 0.5, "state": "visible"}]


def test_a_landmark_is_taken_away_by_its_row(page, pose):
    page.post(path(pose), rows_of(page, pose) | {"extra_keypoints-chin-x": "10", "extra_keypoints-chin-y": "10"})
    assert [one["name"] for one in now(pose).current.extra_keypoints] == ["chin"]
    page.post(path(pose), rows_of(page, now(pose)) | {"extra_keypoints-chin-state": "absent"})
    assert now(pose).current.extra_keypoints == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[nothing", "not readable"),
        ("[" * 100_000, "not readable"),
        ("{}", "expected a list of keypoints"),
        ("[]", "expected 33 keypoints"),
        ("", "expected 33 keypoints"),
        ('[{"name": "tail"}]', "is not one of the 33 keypoint names"),
        ('[{"name": "nose", "x": 1e400}]', "finite number"),
        (f'[{{"name": "nose", "x": {10**400}}}]', "in shares of the photo's size"),
        ('[{"name": "nose", "x": "<b>"}]', "finite number"),
        ('[{"name": "nose", "x": 7}]', "lies outside the photo"),
        ('[{"name": "nose", "x": "\\ud800", "y": 0.5}]', "finite number, got '\\ud800'"),
        ('[{"name": "\\ud800", "x": 0.5, "y": 0.5}]', "is not one of the 33 keypoint names"),
        ('[{"name": "nose", "x": 0.5, "y": 0.5, "state": "\\ud800"}]', "state: '\\ud800' is not visible"),
    ],
)
def test_a_broken_text_is_shown_again_and_nothing_is_saved(page, pose, text, message):
    response = page.post(path(pose), text_of(pose) | {"keypoints": text})
    assert response.status_code == 400
    assert message in shown(response)
    assert html.escape(text) in response.content.decode()
    assert now(pose).current.number == 1
    assert not LogEntry.objects.filter(action="edit").exists()


def test_a_broken_row_is_shown_again_and_nothing_is_saved(page, pose):
    response = page.post(path(pose), rows_of(page, pose) | {"keypoints-nose-x": "left", "keypoints-nose-y": "7.0"})
    content = shown(response)
    assert response.status_code == 400
    assert "(nose), x: expected a finite number, got 'left'" in content
    assert 'name="keypoints-nose-x" value="left"' in content
    assert 'name="keypoints-nose-y" value="7.0"' in content
    assert now(pose).current.number == 1


def test_a_broken_extra_landmark_is_named(page, pose):
    extras = json.dumps([{"name": "chin", "x": 1.5, "y": 0}])
    response = page.post(path(pose), text_of(pose) | {"extra_keypoints": extras})
    assert response.status_code == 400
    content = shown(response)
    assert content.count("(chin), x: lies outside the photo") == 1
    assert content.index("(chin), x: lies outside the photo") < content.index("data-keypoint-editor")
    assert now(pose).current.number == 1


def test_a_text_of_an_extra_landmark_that_no_page_can_hold_is_refused_and_the_rest_stays(page, pose):
    extras = '[{"name": "chin", "x": "\\udfff", "y": 0.5}]'
    data = text_of(pose, nose={"x": 0.123456}) | {"extra_keypoints": extras}
    response = page.post(path(pose), data)
    assert response.status_code == 400
    assert "(chin), x: expected a finite number" in shown(response)
    assert 'name="extra_keypoints-chin-x" value="\\udfff"' in shown(response)
    assert '"x": 0.123456' in shown(response)
    assert now(pose).current.number == 1


def test_an_empty_form_is_refused(page, pose):
    response = page.post(path(pose), {})
    assert response.status_code == 400
    assert "This field is required." in shown(response)
    assert now(pose).current.number == 1


@pytest.mark.parametrize("number", ["7", "0", "-1", "one", "9" * 30])
def test_a_revision_that_is_not_there_is_refused(page, pose, number):
    response = page.post(path(pose), text_of(pose) | {"expected_revision": number})
    assert response.status_code == 400
    assert now(pose).current.number == 1


def test_an_approved_pose_keeps_the_work_in_the_form(page, pose):
    from django.utils import timezone

    Pose.objects.filter(pk=pose.pk).update(review_status=Pose.Review.APPROVED, reviewed_at=timezone.now())
    assert "approved and locked" in shown(page.get(path(pose)))
    response = page.post(path(pose), text_of(pose, nose={"x": 0.123456}))
    assert response.status_code == 409
    assert "Have it unlocked in the review, then save." in shown(response)
    assert '"x": 0.123456' in shown(response)
    assert now(pose).current.number == 1


def test_a_stale_edit_saves_nothing(page, pose):
    stale = text_of(pose, nose={"x": 0.123456})
    page.post(path(pose), text_of(pose, nose={"x": 0.75}))
    response = page.post(path(pose), stale)
    assert response.status_code == 409
    assert now(pose).current.number == 2
    assert now(pose).current.points[NOSE].x == 0.75


def test_editors_may_and_the_owner_of_another_photo_may_not(client, pose, stranger):
    client.force_login(stranger)
    assert client.get(path(pose)).status_code == 404
    assert client.post(path(pose), text_of(pose, nose={"x": 0.25})).status_code == 404
    assert now(pose).current.number == 1
    names = ("view_photo", "change_pose")
    stranger.user_permissions.set(Permission.objects.filter(codename__in=names))
    assert client.post(path(pose), text_of(pose, nose={"x": 0.25})).status_code == 302
    assert now(pose).current.editor == stranger


def test_who_may_only_look_may_not_edit(client, pose, stranger):
    stranger.user_permissions.set(Permission.objects.filter(codename="view_photo"))
    client.force_login(stranger)
    assert client.get(path(pose)).status_code == 404
    assert "Edit</a>" not in shown(client.get(pose.photo.get_absolute_url()))


def test_anonymous_visitors_are_sent_to_log_in(client, pose):
    for response in (client.get(path(pose)), client.post(path(pose), text_of(pose))):
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
    assert now(pose).current.number == 1


def test_unknown_and_malformed_ids_and_other_methods(page, pose):
    assert page.get(f"/poses/{uuid.uuid4()}/edit/").status_code == 404
    assert page.get("/poses/none/edit/").status_code == 404
    assert page.put(path(pose)).status_code == 405
    assert page.delete(path(pose)).status_code == 405


def test_the_photos_page_leads_to_the_editor(page, pose):
    assert f'<a class="button" href="{path(pose)}" data-edit>Edit</a>' in shown(page.get(pose.photo.get_absolute_url()))


@pytest.mark.parametrize("people", [1, 4])
def test_the_number_of_queries_does_not_grow_with_the_people(page, user, people, django_assert_num_queries):
    pose = make_photo(user, people=people).poses.all()[0]
    with django_assert_num_queries(7):  # session, user, roles (2), pose, the model's revision, the others
        page.get(path(pose))
