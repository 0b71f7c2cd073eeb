"""The page of the review's queue."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import EDITORS, REVIEWERS
from poses.models import Detection, MirrorCheck, Photo, Pose
from poses.selectors.keyset import Cursor
from poses.services import editing
from tests.integration.poses.gallery_photos import make_photo
from tests.integration.poses.review_poses import make_pose, make_poses, member_of

URL = "/review/"


@pytest.fixture
def reviewer(make_user):
    return member_of(make_user, REVIEWERS)


@pytest.fixture
def page(client, reviewer):
    client.force_login(reviewer)

    def get(**query: object):
        response = client.get(URL, query)
        assert response.status_code == 200
        return response

    return get


def shown(response) -> list[str]:
    return [row.title for row in response.context["rows"]]


def tabs(response) -> dict[str, str]:
    return {tab.status.value: str(tab.count) for tab in response.context["tabs"]}


def test_an_anonymous_visitor_is_sent_to_the_login(client, db):
    assert client.get(URL).url == "/accounts/login/?next=/review/"


def test_who_has_no_part_in_the_review_is_told_so(client, user):
    make_pose(user)
    client.force_login(user)
    response = client.get(URL)
    assert response.status_code == 403
    assert "You may not open this" in response.content.decode()
    assert 'href="/review/"' not in client.get("/").content.decode()


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS])
def test_editors_and_reviewers_have_it_without_being_staff(client, user, make_user, role):
    make_pose(user, "squat.jpg")
    client.force_login(member_of(make_user, role))
    response = client.get(URL)
    assert shown(response) == ["squat.jpg"]
    assert ('value="approve"' in response.content.decode()) is (role == REVIEWERS)
    assert 'href="/review/"' in client.get("/").content.decode()


def test_a_post_is_refused(client, reviewer):
    client.force_login(reviewer)
    assert client.post(URL).status_code == 405


def test_who_may_change_poses_but_see_no_others_has_their_own(client, user, stranger):
    user.user_permissions.add(Permission.objects.get(codename="change_pose"))
    make_pose(user, "mine.jpg")
    make_pose(stranger, "theirs.jpg")
    client.force_login(user)
    response = client.get(URL)
    assert shown(response) == ["mine.jpg"]
    assert tabs(response)["needs_review"] == "1"


def test_tabs_count_each_state_and_show_theirs(page, user):
    for status in Pose.Review:
        make_pose(user, f"{status}.jpg", status=status)
    response = page()
    assert tabs(response) == {status.value: "1" for status in Pose.Review}
    assert shown(response) == ["needs_review.jpg"]
    for status in Pose.Review:
        assert shown(page(status=status)) == [f"{status}.jpg"]


def test_counts_end_at_99(page, user):
    make_poses(user, 100, review_status="new")
    make_pose(user)
    assert tabs(page()) == {"new": "99+", "needs_review": "1", "in_review": "0", "approved": "0", "rejected": "0"}


def test_the_least_sure_come_first_or_the_oldest_or_those_that_disagree_most(page, user):
    now = timezone.now()
    for name, score, mirror, days in (("a", 0.9, 0.02, 3), ("b", 0.3, None, 1), ("c", 0.6, 0.2, 2)):
        moment = now - timedelta(days=days)
        make_pose(user, name, score=score, mirror_disagreement=mirror, created_at=moment)
    assert shown(page()) == shown(page(order="score")) == ["b", "c", "a"]
    assert shown(page(order="oldest")) == ["a", "c", "b"]
    response = page(order="mirror")
    assert shown(response) == ["c", "a"]
    assert "1 pose here has not been checked by mirror" in response.content.decode()
    assert "20.0 %" in response.content.decode()
    assert "checked by mirror" not in page().content.decode()


def test_those_that_a_mirror_check_cannot_place_are_told_apart_and_not_offered(page, user):
    checked, before, lost = make_pose(user), make_pose(user), make_pose(user)
    MirrorCheck.objects.create(photo=checked.photo, status="completed", lease_until=None)
    earlier = before.photo.created_at - timedelta(hours=1)
    MirrorCheck.objects.create(photo=before.photo, status="completed", lease_until=None, queued_at=earlier)
    later = Detection.objects.create(
        photo=lost.photo,
        model_name="pose_landmarker_lite",
        model_sha256="1" * 64,
        mediapipe_version="1",
        people_wanted=5,
        min_confidence=0.5,
        people_found=0,
        milliseconds=1,
    )
    Photo.objects.filter(pk=lost.photo_id).update(detection=later)
    content = page(order="mirror").content.decode()
    assert "1 pose here has not been checked by mirror" in content
    assert "2 poses here cannot be compared" in content
    assert "Check it by mirror" in content
    MirrorCheck.objects.update(queued_at=timezone.now())
    content = page(order="mirror").content.decode()
    assert "3 poses here cannot be compared" in content
    assert 'name="unchecked"' not in content


@pytest.mark.parametrize("order", ["score", "mirror", "oldest"])
def test_pages_neither_lose_nor_repeat_rows_that_are_equal(client, reviewer, user, order):
    client.force_login(reviewer)
    first = make_poses(user, 60, score=0.5, mirror_disagreement=0.25)[7]
    Pose.objects.filter(pk=first.pk).update(score=0.1 + 0.2, mirror_disagreement=0.1 + 0.2)
    pages, url = [], f"{URL}?order={order}"
    while url:
        response = client.get(url)
        pages.append([row.pose.pk for row in response.context["rows"]])
        last, url = url, response.context["older"] and f"{URL}{response.context['older']}"
    assert [len(rows) for rows in pages] == [24, 24, 12]
    assert len({pk for rows in pages for pk in rows}) == 60
    # 0.1 + 0.2 is less than 0.5 and more than 0.25.
    if order != "oldest":
        assert pages[0][0] == first.pk
    back, url = [], last
    while url:
        response = client.get(url)
        back.append([row.pose.pk for row in response.context["rows"]])
        url = response.context["newer"] and f"{URL}{response.context['newer']}"
    assert back == pages[::-1]


@pytest.mark.parametrize("cursor", ["x", "nan-" + "0" * 32, "1e999-" + "0" * 32, "0.5-x", "-" * 40, "9" * 400])
def test_made_up_cursors_show_the_first_page(page, user, cursor):
    make_pose(user, "squat.jpg")
    for order in ("score", "mirror", "oldest"):
        assert page(before=cursor, after=cursor, order=order).status_code == 200
    assert shown(page(before=cursor)) == ["squat.jpg"]


def test_a_cursor_of_a_number_is_read_as_it_was_written(user):
    pose = make_pose(user, score=0.1 + 0.2)
    assert Cursor.parse_number(str(Cursor(0.1 + 0.2, pose.pk))) == Cursor(0.30000000000000004, pose.pk)
    assert Cursor.parse_number(str(Cursor(1e-7, pose.pk))) == Cursor(1e-7, pose.pk)


def test_filters_leave_out_what_is_not_asked_for(page, user, reviewer):
    mine = make_pose(user, "mine.jpg", assigned_to=reviewer, score=0.4)
    make_pose(user, "free.jpg", score=0.5)
    sure = make_pose(user, "sure.jpg", assigned_to=user, score=0.8)
    several = make_photo(user, "team.jpg", people=2, source="bucket")
    several.poses.update(review_status="needs_review", score=0.7)
    editing.change_keypoints(pose=sure, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    Pose.objects.filter(pk=sure.pk).update(score=0.8)
    old = timezone.now() - timedelta(days=10)
    Pose.objects.filter(pk=mine.pk).update(created_at=old)
    team = ["team.jpg, person 1", "team.jpg, person 2"]
    assert shown(page(assigned="me")) == ["mine.jpg"]
    assert sorted(shown(page(assigned="nobody"))) == ["free.jpg", *team]
    assert shown(page(band="low")) == ["mine.jpg"]
    assert sorted(shown(page(band="middle"))) == ["free.jpg", *team]
    assert shown(page(band="high")) == ["sure.jpg"]
    assert shown(page(edits="yes")) == ["sure.jpg"]
    assert sorted(shown(page(people="several"))) == team
    assert sorted(shown(page(source="bucket"))) == team
    assert shown(page(until=old.date().isoformat())) == ["mine.jpg"]
    assert "mine.jpg" not in shown(page(since=timezone.localdate().isoformat()))
    assert shown(page(q="FREE")) == ["free.jpg"]
    assert shown(page(q="team", assigned="me")) == []


def test_a_filter_that_is_not_valid_is_named_and_not_used(page, user):
    make_pose(user, "squat.jpg")
    response = page(band="enormous", since="yesterday", status="lost", order="random")
    assert shown(response) == ["squat.jpg"]
    content = response.content.decode()
    for label in ("Confidence", "Found from", "Status", "Order"):
        assert f"{label} is not used" in content


def test_links_to_other_states_and_pages_keep_the_filters(page, user):
    make_poses(user, 30)
    response = page(order="oldest", people="several")
    assert "order=oldest" in response.context["older"]
    assert all("people=several" in tab.query for tab in response.context["tabs"])
    assert not any("before" in tab.query for tab in response.context["tabs"])


def test_a_row_says_how_the_pose_stands(page, user):
    make_pose(user, "<b>.jpg", status="rejected", score=0.44, mirror_disagreement=0.031, review_comment="See <i>")
    content = page(status="rejected").content.decode()
    assert "&lt;b&gt;.jpg" in content
    assert "See &lt;i&gt;" in content
    for text in ("44 %", "3.1 %", "Legs are swapped", "rejected by Ada Lovelace", "just now"):
        assert text in content
    assert content.count('class="bone-left"') == 1


def test_only_that_persons_skeleton_is_drawn(page, user):
    make_photo(user, people=3).poses.update(review_status="needs_review")
    content = page().content.decode()
    assert content.count('class="review-row"') == 3
    assert content.count('class="bone-left"') == 3


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ({"status": "new"}, "No new poses"),
        ({}, "Nothing needs review"),
        ({"status": "in_review"}, "Nothing is in review"),
        ({"status": "approved"}, "Nothing is approved yet"),
        ({"status": "rejected"}, "Nothing is rejected"),
        ({"q": "zebra"}, "No poses match"),
    ],
)
def test_an_empty_state_says_what_belongs_there(page, query, heading):
    content = page(**query).content.decode()
    assert heading in content
    assert content.count("<h1") == 1


@pytest.mark.parametrize("query", [{}, {"order": "mirror", "people": "several", "q": "photo"}, {"order": "oldest"}])
def test_the_number_of_queries_does_not_grow_with_the_poses(client, reviewer, user, query):
    client.force_login(reviewer)
    numbers = []
    for more in (5, 45):
        make_poses(user, more, mirror_disagreement=0.1, assigned_to=user)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(URL, query).context["rows"]) == min(24, more)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 14


def test_no_row_reads_keypoints_that_it_does_not_draw(client, reviewer, user):
    client.force_login(reviewer)
    make_pose(user)
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
    sql = " ".join(query["sql"] for query in queries)
    assert "world_keypoints" not in sql
    assert "mirror_px" not in sql


def test_the_page_holds_nothing_inline(page, user):
    make_pose(user)
    content = page().content.decode()
    assert "style=" not in content
    assert "<script>" not in content
    assert " onclick=" not in content
