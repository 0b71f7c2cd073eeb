"""Bulk actions of the review's queue: asked once, done, told."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages

from accounts.models import EDITORS, REVIEWERS
from poses.models import LogEntry, MirrorCheck, Photo, Pose
from poses.services import editing
from tests import broker
from tests.integration.poses.review_poses import make_pose, make_poses, member_of, stored

URL = "/review/bulk/"


@pytest.fixture(autouse=True)
def _no_message_is_left():
    broker.messages()
    yield
    broker.messages()


@pytest.fixture
def reviewer(make_user):
    return member_of(make_user, REVIEWERS)


@pytest.fixture
def post(client, reviewer):
    client.force_login(reviewer)

    def post(action: str, *poses: Pose, confirmed: bool = True, **data: object):
        client.cookies.pop("messages", None)  # those that no page has shown yet
        boxes = [f"{pose.pk}:{pose.current.number}" for pose in poses]
        return client.post(
            URL, {"action": action, "pose": boxes, **({"confirmed": "yes"} if confirmed else {}), **data}
        )

    return post


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def statuses() -> list[str]:
    return sorted(Pose.objects.values_list("review_status", flat=True))


def test_an_anonymous_visitor_is_sent_to_the_login_without_a_way_back(client, user):
    pose = make_pose(user)
    response = client.post(URL, {"action": "approve", "pose": f"{pose.pk}:1", "confirmed": "yes"})
    assert (response.status_code, response.url) == (302, "/accounts/login/")
    assert statuses() == ["needs_review"]


def test_who_has_no_part_in_the_review_is_refused(client, user):
    pose = make_pose(user)
    client.force_login(user)
    response = client.post(URL, {"action": "send", "pose": f"{pose.pk}:1", "confirmed": "yes"})
    assert response.status_code == 403


def test_it_cannot_be_read(client, reviewer):
    client.force_login(reviewer)
    assert client.get(URL).status_code == 405


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_an_editor_may_not_judge(client, user, make_user, action):
    pose = make_pose(user)
    client.force_login(member_of(make_user, EDITORS))
    data = {"action": action, "pose": f"{pose.pk}:1", "confirmed": "yes", "reason": "Because"}
    assert client.post(URL, data).status_code == 403
    assert statuses() == ["needs_review"]
    assert not LogEntry.objects.filter(action="review").exists()


def test_it_asks_first_and_changes_nothing(post, user):
    poses = [make_pose(user, f"{number}.jpg") for number in range(12)]
    content = post("approve", *poses, confirmed=False).content.decode()
    assert "Approve 12 poses?" in content
    assert "0.jpg" in content
    assert "and 2 more" in content
    assert content.count('name="pose"') == 12
    assert content.count("<h1") == 1
    assert set(statuses()) == {"needs_review"}


def test_it_tells_what_was_done_and_what_was_left_alone(post, user):
    poses = [make_pose(user), make_pose(user), make_pose(user, status="approved")]
    response = post("approve", *poses, query="status=needs_review&order=oldest&before=1-2")
    assert response.status_code == 302
    assert response.url == "/review/?status=needs_review&order=oldest&before=1-2"
    assert told(response) == ["2 approved.", "1 left alone: Approved poses cannot be approved. Unlock them first."]
    assert statuses() == ["approved"] * 3


def test_a_pose_that_was_edited_since_it_was_looked_at_is_left_alone(post, user):
    seen, other = make_pose(user), make_pose(user)
    old = stored(seen)
    editing.change_keypoints(pose=seen, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    response = post("approve", old, other)
    assert told(response)[0] == "1 approved."
    assert "was edited since you looked at it" in told(response)[1]
    assert (stored(seen).review_status, stored(other).review_status) == ("needs_review", "approved")


def test_a_rejection_without_a_reason_asks_again_and_keeps_the_choice(post, user):
    pose = make_pose(user)
    response = post("reject", pose, reason="  ")
    assert response.status_code == 400
    content = response.content.decode()
    assert "Say why the pose is rejected." in content
    assert f'value="{pose.pk}:1"' in content
    long = post("reject", pose, reason="x" * 301)
    assert long.status_code == 400
    assert "x" * 301 in long.content.decode()
    assert statuses() == ["needs_review"]
    assert told(post("reject", pose, reason="Blurred")) == ["1 rejected."]
    assert stored(pose).review_reason == "Blurred"


def test_poses_are_sent_to_review_and_assigned(post, user, reviewer):
    poses = [make_pose(user, status="new") for _ in range(2)]
    assert told(post("send", *poses)) == ["2 sent to review."]
    assert told(post("assign", *poses, assigned_to=reviewer.pk)) == ["2 assigned."]
    assert set(Pose.objects.values_list("review_status", "assigned_to")) == {("needs_review", reviewer.pk)}
    assert told(post("assign", *poses, assigned_to="")) == ["2 assigned."]
    assert set(Pose.objects.values_list("assigned_to", flat=True)) == {None}


@pytest.mark.parametrize("who", ["0", "999999", "x", "9" * 40])
def test_who_is_not_there_is_not_assigned(post, user, who):
    pose = make_pose(user)
    response = post("assign", pose, assigned_to=who)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert stored(pose).assigned_to is None


def test_poses_go_back_to_the_model(post, user):
    pose = make_pose(user)
    editing.change_keypoints(pose=pose, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    pose = stored(pose)
    assert told(post("revert", pose)) == ["1 brought back to the model's."]
    current = stored(pose).current
    assert (current.restored_from, current.client) == (1, "page")


def test_detecting_again_is_for_who_may_change_the_photo(client, post, user, reviewer, make_user):
    editor = member_of(make_user, EDITORS)
    theirs, another, mine = make_pose(user), make_pose(user), make_pose(editor)
    client.force_login(editor)
    response = post("detect", theirs, another, mine)
    assert told(response) == [
        "1 photo queued to be detected again.",
        "2 left alone: You may not detect on this photo.",
    ]
    assert list(Photo.objects.filter(status="pending")) == [mine.photo]
    client.force_login(reviewer)
    assert 'value="detect"' in client.get("/review/").content.decode()
    response = post("detect", theirs, another, mine)
    assert told(response) == ["3 photos queued to be detected again."]


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS])
def test_editors_and_reviewers_check_everyones_photos_by_mirror(client, post, user, make_user, role):
    client.force_login(member_of(make_user, role, "another@example.org"))
    assert told(post("mirror", make_pose(user))) == ["1 photo queued for a mirror check."]


def test_a_photo_on_which_the_latest_detection_found_nobody_is_left_alone_with_that_reason(post, user):
    pose, other = make_pose(user), make_pose(user)
    Photo.objects.filter(pk=pose.photo_id).update(detection=other.detection)
    assert told(post("mirror", pose, other)) == [
        "1 photo queued for a mirror check.",
        "1 left alone: The latest detection found nobody on the photo.",
    ]


def test_photos_are_checked_by_mirror_once_each(post, user):
    poses = make_poses(user, 10)
    assert told(post("mirror", *poses)) == ["2 photos queued for a mirror check."]
    assert MirrorCheck.objects.count() == 2


def test_those_that_were_not_checked_are_offered_as_they_are_filtered(post, user):
    make_pose(user, "one.jpg")
    make_pose(user, "two.jpg", mirror_disagreement=0.1)
    make_pose(user, "three.jpg", status="new")
    make_poses(user, 105, score=0.9)
    data = {"unchecked": "yes", "query": "order=mirror&band=high"}
    content = post("mirror", confirmed=False, **data).content.decode()
    assert "Check 100 poses by mirror?" in content
    assert content.count('name="pose"') == 100
    content = post("mirror", confirmed=False, unchecked="yes", query="q=o&order=mirror").content.decode()
    assert "one.jpg" in content
    assert "two.jpg" not in content
    assert "three.jpg" not in content


def test_the_first_of_many_to_check_are_others_each_time(post, user, monkeypatch):
    from poses.views import review_bulk

    monkeypatch.setattr(review_bulk, "MOST_AT_ONCE", 2)
    poses = [make_pose(user) for _ in range(5)]
    found = [MirrorCheck(photo=pose.photo, status="completed", lease_until=None) for pose in poses[:2]]
    MirrorCheck.objects.bulk_create(found)  # on whose mirrored photo nobody was found
    queued = set()
    for number in (2, 2):
        post("mirror", unchecked="yes", query="order=mirror")
        new = set(MirrorCheck.objects.filter(status="pending").values_list("photo", flat=True)) - queued
        assert len(new) == min(number, 3 - len(queued))
        queued |= new
    assert queued == {pose.photo_id for pose in poses[2:]}


@pytest.mark.parametrize("action", ["approve", "reject", "send", "revert"])
def test_nothing_else_is_done_to_those_that_were_not_checked(post, user, action):
    make_pose(user, status="new")
    assert told(post(action, unchecked="yes", query="status=new", reason="Off")) == ["Choose at least one pose."]
    assert statuses() == ["new"]


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_pose_of_which_no_revision_was_looked_at_is_not_judged(client, reviewer, user, is_asked):
    pose = make_pose(user)
    client.force_login(reviewer)
    box = str(pose.pk)
    if is_asked:  # the page that asks makes up no revision either
        content = client.post(URL, {"action": "approve", "pose": box}).content.decode()
        box = content.split('name="pose" value="')[1].split('"')[0]
    response = client.post(URL, {"action": "approve", "pose": box, "confirmed": "yes"})
    assert told(response) == ["1 left alone: Nothing says which revision you looked at."]
    assert statuses() == ["needs_review"]


@pytest.mark.parametrize("action", ["", "delete", "approve "])
def test_an_action_that_is_not_there_does_nothing(post, user, action):
    response = post(action, make_pose(user))
    assert told(response) == ["Choose what to do."]
    assert statuses() == ["needs_review"]


def test_without_a_choice_it_says_so(post, user):
    make_pose(user)
    assert told(post("approve")) == ["Choose at least one pose."]


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "x:1",
        "c274f430-8984-4c97-a7a8-5f5f5b6c6ecb:1",
        "",
        ":",
        f"c274f430-8984-4c97-a7a8-5f5f5b6c6ecb:{'9' * 5000}",
    ],
    ids=["word", "pair", "unknown", "empty", "colon", "long"],
)
def test_boxes_that_name_no_pose_are_passed_over(client, reviewer, user, value):
    pose = make_pose(user)
    client.force_login(reviewer)
    data = {"action": "approve", "pose": [value, f"{pose.pk}:1"], "confirmed": "yes"}
    assert told(client.post(URL, data)) == ["1 approved."]


def test_others_poses_are_passed_over(client, user, stranger):
    user.user_permissions.add(Permission.objects.get(codename="approve_pose"))
    client.force_login(user)
    pose = make_pose(stranger)
    response = client.post(URL, {"action": "approve", "pose": f"{pose.pk}:1", "confirmed": "yes"})
    assert told(response) == ["Choose at least one pose."]
    assert statuses() == ["needs_review"]


def test_more_than_a_page_of_them_is_refused(post, user):
    poses = make_poses(user, 105)
    response = post("approve", *[stored(pose) for pose in poses])
    assert response.status_code == 400
    assert "at most 100 poses" in response.content.decode()
    assert set(statuses()) == {"needs_review"}


def test_it_leads_back_to_the_queue_whatever_was_sent(post, user):
    assert post("approve", query="//evil.example/").url.startswith("/review/?")
