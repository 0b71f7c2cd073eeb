"""The review beside a photo."""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import EDITORS, REVIEWERS
from poses.models import Pose
from poses.services import editing
from tests.integration.poses.gallery_photos import make_photo
from tests.integration.poses.review_poses import make_pose, member_of, stored


@pytest.fixture
def reviewer(make_user):
    return member_of(make_user, REVIEWERS)


def url(pose: Pose) -> str:
    return f"/poses/{pose.pk}/review/"


def panel(client, pose: Pose) -> str:
    content = client.get(pose.photo.get_absolute_url()).content.decode()
    return content.split('id="review"')[1].split("</section>")[0]


def test_it_shows_state_reason_comment_and_whose_it_is(client, user, reviewer):
    pose = make_pose(user, status="rejected", review_comment="See <the> wrist", assigned_to=reviewer)
    client.force_login(user)
    content = panel(client, pose)
    for text in ("Rejected", "Legs are swapped", "See &lt;the&gt; wrist", "Reviewers Member", "by Ada Lovelace"):
        assert text in content


def test_the_owner_may_send_and_not_judge(client, user):
    pose = make_pose(user, status="new")
    client.force_login(user)
    content = panel(client, pose)
    assert 'value="send"' in content
    assert 'name="comment"' in content
    assert 'value="start"' not in content
    assert 'value="approve"' not in content
    assert 'value="reject"' not in content
    assert 'href="/review/"' not in content


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        ("new", {"send", "start", "approve", "reject"}),
        ("needs_review", {"start", "approve", "reject"}),
        ("in_review", {"send", "approve", "reject"}),
        ("approved", {"unlock"}),
        ("rejected", {"send", "start"}),
    ],
)
def test_a_reviewer_is_offered_what_the_state_allows(client, user, reviewer, status, buttons):
    client.force_login(reviewer)
    content = panel(client, make_pose(user, status=status))
    steps = ("send", "start", "approve", "reject", "unlock")
    assert {step for step in steps if f'value="{step}"' in content} == buttons
    assert 'href="/review/"' in content


def test_a_viewer_sees_the_state_and_no_form(client, user, make_user):
    viewer = make_user("viewer@example.org")
    viewer.user_permissions.add(Permission.objects.get(codename="view_photo"))
    client.force_login(viewer)
    content = panel(client, make_pose(user))
    assert "Needs review" in content
    assert "<form" not in content


def test_a_step_leads_back_to_the_photo_and_says_what_happened(client, user, reviewer):
    pose = make_pose(user)
    client.force_login(reviewer)
    response = client.post(url(pose), {"action": "approve", "revision": "1"})
    assert response.url == f"/photos/{pose.photo_id}/#review"
    assert [str(one) for one in get_messages(response.wsgi_request)] == ["Person 1: needs review → approved."]
    assert stored(pose).reviewed_by == reviewer
    client.post(url(pose), {"action": "unlock"})
    assert stored(pose).review_status == "in_review"


def test_comment_and_assigning(client, user, reviewer):
    pose = make_pose(user)
    client.force_login(reviewer)
    client.post(url(pose), {"action": "comment", "comment": "Look at the wrist"})
    client.post(url(pose), {"action": "assign", "assigned_to": "me"})
    assert (stored(pose).review_comment, stored(pose).assigned_to) == ("Look at the wrist", reviewer)
    client.post(url(pose), {"action": "assign", "assigned_to": ""})
    assert stored(pose).assigned_to is None


def test_two_comments_at_a_time_are_both_shown_and_none_is_lost(client, user, reviewer):
    pose = make_pose(user, review_comment="Look at\nthe wrist")
    client.force_login(reviewer)
    assert 'name="expected_comment" value="Look at\nthe wrist"' in panel(client, pose)
    # As a browser sends the ends of lines.
    seen = {"action": "comment", "expected_comment": "Look at\r\nthe wrist"}
    assert client.post(url(pose), {**seen, "comment": "The first <one>"}).status_code == 302
    response = client.post(url(pose), {**seen, "comment": "The second one"})
    assert response.status_code == 409
    content = response.content.decode()
    assert "Comment:</span> The first &lt;one&gt;" in content
    assert ">The second one</textarea>" in content
    assert stored(pose).review_comment == "The first <one>"
    # What the page then sends takes the place of the other one knowingly.
    assert 'name="expected_comment" value="The first &lt;one&gt;"' in content
    client.post(url(pose), {**seen, "expected_comment": "The first <one>", "comment": "Both of us\r\nagree"})
    assert stored(pose).review_comment == "Both of us\nagree"


def test_on_an_approved_pose_only_who_may_approve_has_the_comment_to_write(client, user, reviewer):
    pose = make_pose(user, status="approved", review_comment="Well done")
    client.force_login(user)
    assert 'name="comment"' not in panel(client, pose)
    data = {"action": "comment", "comment": "", "expected_comment": "Well done"}
    assert client.post(url(pose), data).status_code == 403
    assert stored(pose).review_comment == "Well done"
    client.force_login(reviewer)
    assert 'name="comment"' in panel(client, pose)
    assert client.post(url(pose), data).status_code == 302
    assert stored(pose).review_comment == ""


def test_what_is_refused_stays_in_the_form(client, user, reviewer):
    pose = make_pose(user)
    client.force_login(reviewer)
    response = client.post(url(pose), {"action": "reject", "reason": "x" * 301})
    assert response.status_code == 400
    assert "x" * 301 in response.content.decode()
    assert stored(pose).review_status == "needs_review"
    response = client.post(url(pose), {"action": "unlock"})
    assert response.status_code == 409
    assert "Poses that need review cannot be unlocked." in response.content.decode()


def test_a_judgement_on_an_older_revision_is_refused_and_a_comment_is_not(client, user, reviewer):
    pose = make_pose(user)
    editing.change_keypoints(pose=pose, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    client.force_login(reviewer)
    response = client.post(url(pose), {"action": "reject", "reason": "Wrist is off", "revision": "1"})
    assert response.status_code == 409
    assert "Wrist is off" in response.content.decode()
    assert client.post(url(pose), {"action": "comment", "comment": "Hm", "revision": "1"}).status_code == 302
    assert (stored(pose).review_status, stored(pose).review_comment) == ("needs_review", "Hm")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"action": "delete"},
        {"action": "approve", "revision": "x"},
        {"action": "approve"},
        {"action": "reject", "reason": "Off"},
    ],
)
def test_what_makes_no_sense_is_refused(client, user, reviewer, data):
    pose = make_pose(user)
    client.force_login(reviewer)
    assert client.post(url(pose), data).status_code == 400
    assert stored(pose).review_status == "needs_review"


def test_an_editor_may_not_approve(client, user, make_user):
    pose = make_pose(user)
    client.force_login(member_of(make_user, EDITORS))
    assert client.post(url(pose), {"action": "approve", "revision": "1"}).status_code == 403
    assert stored(pose).review_status == "needs_review"


def test_anonymous_someone_elses_and_ids_that_are_none(client, user, stranger):
    pose = make_pose(user)
    assert client.post(url(pose), {"action": "send"}).url == "/accounts/login/"
    client.force_login(stranger)
    assert client.post(url(pose), {"action": "send"}).status_code == 404
    assert client.post(f"/poses/{uuid.uuid4()}/review/", {"action": "send"}).status_code == 404
    assert client.post("/poses/not-an-id/review/", {"action": "send"}).status_code == 404
    assert client.get(url(pose)).status_code == 405
    assert stored(pose).review_status == "needs_review"


def test_the_number_of_queries_does_not_grow_with_the_people(client, user, reviewer, stranger):
    client.force_login(reviewer)
    numbers = []
    for people in (2, 5):
        photo = make_photo(user, people=people)
        photo.poses.update(assigned_to=reviewer)
        client.get(photo.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(photo.get_absolute_url())
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
