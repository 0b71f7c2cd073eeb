"""`/api/review/` and `/api/poses/<id>/review/`."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import EDITORS, REVIEWERS
from poses.models import LogEntry, Pose
from poses.services import editing
from poses.services.logging import log
from tests.integration.poses.conftest import api_of
from tests.integration.poses.review_poses import make_pose, make_poses, member_of, stored

LIST = "/api/review/"
HEX = "0" * 32


@pytest.fixture
def reviewer(make_user):
    return member_of(make_user, REVIEWERS)


@pytest.fixture
def reviewer_api(reviewer) -> APIClient:
    return api_of(reviewer)


def url(pose: Pose) -> str:
    return f"/api/poses/{pose.pk}/review/"


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["photo_name"] for row in answer.json()["results"]]


def test_a_row_has_the_reviews_fields_and_no_keypoints(reviewer_api, reviewer, user):
    pose = make_pose(user, "squat.jpg", score=0.4, mirror_disagreement=0.02, assigned_to=reviewer)
    [row] = reviewer_api.get(LIST).json()["results"]
    assert row.pop("created_at")
    assert row.pop("updated_at")
    assert row == {
        "id": str(pose.pk),
        "photo": str(pose.photo_id),
        "photo_name": "squat.jpg",
        "person": 0,
        "revision": 1,
        "source": "model",
        "score": 0.4,
        "mirror_disagreement": 0.02,
        "review_status": "needs_review",
        "review_reason": "",
        "review_comment": "",
        "assigned_to": {"id": reviewer.pk, "name": "Reviewers Member"},
        "reviewed_by": None,
        "reviewed_at": None,
    }


def test_orders_and_filters_are_those_of_the_page(reviewer_api, reviewer, user):
    make_pose(user, "a", score=0.9, mirror_disagreement=0.1)
    make_pose(user, "b", score=0.2, assigned_to=reviewer)
    make_pose(user, "c", score=0.6, mirror_disagreement=0.3)
    make_pose(user, "d", status="approved")
    assert names(reviewer_api.get(LIST)) == ["b", "c", "a"]
    assert names(reviewer_api.get(LIST, {"order": "mirror"})) == ["c", "a"]
    assert names(reviewer_api.get(LIST, {"order": "oldest"})) == ["a", "b", "c"]
    assert names(reviewer_api.get(LIST, {"status": "approved"})) == ["d"]
    assert names(reviewer_api.get(LIST, {"assigned": "me"})) == ["b"]
    assert names(reviewer_api.get(LIST, {"band": "middle"})) == ["c"]
    assert names(reviewer_api.get(LIST, {"q": "A"})) == ["a"]
    assert names(reviewer_api.get(LIST, {"edited": "true"})) == []
    assert names(reviewer_api.get(LIST, {"several": "true"})) == []
    assert names(reviewer_api.get(LIST, {"source": "api"})) == []
    assert names(reviewer_api.get(LIST, {"since": "2000-01-01", "until": "2000-01-02"})) == []


@pytest.mark.parametrize("order", ["score", "mirror", "oldest"])
def test_pages_are_complete_with_rows_that_are_equal(reviewer_api, user, order):
    make_poses(user, 25, score=0.1 + 0.2, mirror_disagreement=0.1 + 0.2)
    make_poses(user, 5, score=0.8, mirror_disagreement=0.05)
    link, seen = f"{LIST}?limit=7&order={order}", []
    while link:
        answer = reviewer_api.get(link).json()
        seen.append([row["id"] for row in answer["results"]])
        last, link = answer, answer["next"]
    assert [len(rows) for rows in seen] == [7, 7, 7, 7, 2]
    assert len({pk for rows in seen for pk in rows}) == 30
    assert [row["id"] for row in reviewer_api.get(last["previous"]).json()["results"]] == seen[-2]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"order": "random"},
        {"band": "x"},
        {"since": "yesterday"},
        {"until": "0001-01-01"},
        {"assigned": "1"},
        {"edited": "x"},
    ],
)
def test_a_query_that_is_not_valid_is_refused_on_its_field(reviewer_api, query):
    answer = reviewer_api.get(LIST, query)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(query)


@pytest.mark.parametrize("order", ["score", "oldest"])
@pytest.mark.parametrize(
    "cursor", ["x", "n", f"x0.5-{HEX}", f"nnan-{HEX}", f"pinf-{HEX}", "n1-x", "n" + "9" * 400 + f"-{HEX}", "cD0x"]
)
def test_a_made_up_cursor_is_404(reviewer_api, order, cursor):
    assert reviewer_api.get(LIST, {"cursor": cursor, "order": order}).status_code == 404


def test_the_list_is_for_who_reviews(api, user, make_user):
    make_pose(user, "squat.jpg")
    assert APIClient().get(LIST).status_code == 401
    assert api.get(LIST).status_code == 403
    assert api.get(LIST).json()["code"] == "permission_denied"
    assert names(api_of(member_of(make_user, EDITORS)).get(LIST)) == ["squat.jpg"]


def test_the_number_of_queries_is_the_same_for_5_and_for_50(reviewer, user):
    numbers, api = [], api_of(reviewer)
    api.get(LIST)  # reads the permissions
    for more in (5, 45):
        make_poses(user, more, assigned_to=user)
        with CaptureQueriesContext(connection) as queries:
            assert api.get(LIST, {"limit": 100}).status_code == 200
        numbers.append(len(queries))
        assert "keypoints" not in " ".join(query["sql"] for query in queries)
    assert numbers[0] == numbers[1]


def test_a_pose_goes_through_the_whole_review(reviewer_api, reviewer, user):
    pose = make_pose(user, status="new")
    steps = [
        ({"action": "send", "comment": "Look at the wrist"}, "needs_review"),
        ({"action": "start"}, "in_review"),
        ({"action": "reject", "reason": "Wrist is off", "revision": 1}, "rejected"),
        ({"action": "start"}, "in_review"),
        ({"action": "approve"}, "approved"),
        ({"action": "unlock"}, "in_review"),
    ]
    for body, status in steps:
        answer = reviewer_api.post(url(pose), body)
        assert answer.status_code == 200, answer.content
        assert answer.json()["review_status"] == status == stored(pose).review_status
    assert answer.json()["assigned_to"] == {"id": reviewer.pk, "name": "Reviewers Member"}
    assert answer.json()["review_comment"] == "Look at the wrist"
    assert LogEntry.objects.filter(action="review", actor=reviewer).count() == len(steps)


def test_it_is_assigned_by_id_address_or_to_nobody(reviewer_api, reviewer, user, stranger):
    pose = make_pose(user)
    for who, expected in ((reviewer.pk, reviewer), (None, None), ("Reviewers@example.org", reviewer)):
        assert reviewer_api.post(url(pose), {"action": "assign", "assigned_to": who}).status_code == 200
        assert stored(pose).assigned_to == expected
    for who in (stranger.pk, stranger.email, 999999, "nobody@example.org", 10**30, -1):
        answer = reviewer_api.post(url(pose), {"action": "assign", "assigned_to": who})
        assert (answer.status_code, answer.json()["code"]) == (400, "assignee_unknown")
        assert list(answer.json()["fields"]) == ["assigned_to"]
    for who in (True, 1.5, [], {}, "a\0b"):
        answer = reviewer_api.post(url(pose), {"action": "assign", "assigned_to": who})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["assigned_to"])
    assert stored(pose).assigned_to == reviewer


def test_half_a_character_names_nobody(reviewer_api, user):
    pose = make_pose(user)
    body = r'{"action": "assign", "assigned_to": "\ud800@example.org"}'
    answer = reviewer_api.generic("POST", url(pose), body, content_type="application/json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["assigned_to"])
    assert stored(pose).assigned_to is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "action"),
        ({"action": "delete"}, "action"),
        ({"action": "reject"}, "reason"),
        ({"action": "reject", "reason": " "}, "reason"),
        ({"action": "reject", "reason": "x" * 301}, "reason"),
        ({"action": "reject", "reason": "a\0b"}, "reason"),
        ({"action": "comment"}, "comment"),
        ({"action": "comment", "comment": "x" * 2001}, "comment"),
        ({"action": "assign"}, "assigned_to"),
        ({"action": "approve", "revision": 0}, "revision"),
    ],
)
def test_what_is_wrong_is_refused_on_its_field_and_nothing_changes(reviewer_api, user, body, field):
    pose = make_pose(user)
    before = Pose.objects.filter(pk=pose.pk).values().get()
    answer = reviewer_api.post(url(pose), body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert Pose.objects.filter(pk=pose.pk).values().get() == before
    assert not LogEntry.objects.filter(action="review").exists()


def test_an_impossible_step_and_an_unseen_revision_are_409(reviewer_api, user):
    pose = make_pose(user)
    answer = reviewer_api.post(url(pose), {"action": "unlock"})
    assert (answer.status_code, answer.json()["code"]) == (409, "review_step")
    assert answer.json()["message"] == "Poses that need review cannot be unlocked."
    editing.change_keypoints(pose=pose, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    answer = reviewer_api.post(url(pose), {"action": "approve", "revision": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "review_stale")
    assert stored(pose).review_status == "needs_review"


def test_an_owner_learns_no_names_by_assigning(api, user, reviewer, admin_user):
    pose = make_pose(user)
    answers = [
        api.post(url(pose), {"action": "assign", "assigned_to": who})
        for who in (reviewer.pk, reviewer.email, admin_user.pk, 999999, "nobody@example.org")
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.content for answer in answers}) == 1
    assert stored(pose).assigned_to is None
    assert api.post(url(pose), {"action": "assign", "assigned_to": user.pk}).status_code == 200


def test_a_comment_that_names_the_one_before_writes_over_no_other(reviewer_api, user):
    pose = make_pose(user, review_comment="Theirs")
    body = {"action": "comment", "comment": "Mine", "expected_comment": "Older"}
    answer = reviewer_api.post(url(pose), body)
    assert (answer.status_code, answer.json()["code"]) == (409, "comment_changed")
    assert stored(pose).review_comment == "Theirs"
    assert reviewer_api.post(url(pose), {**body, "expected_comment": "Theirs"}).status_code == 200
    assert reviewer_api.post(url(pose), {"action": "comment", "comment": ""}).status_code == 200
    assert stored(pose).review_comment == ""


def test_reviewers_and_editors_read_who_reviewed_and_edited_and_nothing_else_of_others(
    reviewer_api, api, stranger_api, user, make_user
):
    pose = make_pose(user)
    editing.change_keypoints(pose=pose, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    reviewer_api.post(url(pose), {"action": "start"})
    log(photo=pose.photo, actor=user, action=LogEntry.Action.DELETE, message="Another thing")

    def actions(api) -> list[str]:
        return [row["action"] for row in api.get("/api/logs/").json()["results"]]

    assert actions(reviewer_api) == actions(api_of(member_of(make_user, EDITORS))) == ["review", "edit"]
    assert actions(api) == ["delete", "review", "edit"]
    assert actions(stranger_api) == []


def test_an_owner_may_send_and_not_approve(api, user):
    pose = make_pose(user, status="new")
    assert api.post(url(pose), {"action": "send"}).status_code == 200
    answer = api.post(url(pose), {"action": "approve"})
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert stored(pose).review_status == "needs_review"


def test_anonymous_someone_elses_and_ids_that_are_none(stranger_api, user):
    pose = make_pose(user)
    body = {"action": "send"}
    assert APIClient().post(url(pose), body).status_code == 401
    assert stranger_api.post(url(pose), body).status_code == 404
    assert stranger_api.post(f"/api/poses/{uuid.uuid4()}/review/", body).status_code == 404
    assert stranger_api.post("/api/poses/not-an-id/review/", body).status_code == 404
    assert stranger_api.get(url(pose)).status_code == 405
    assert stored(pose).review_status == "needs_review"
