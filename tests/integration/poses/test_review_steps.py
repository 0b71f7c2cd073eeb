"""The steps of the review: what leads where, who may, and what is written down."""

import pytest
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.auth.models import Permission

from accounts.models import EDITORS, REVIEWERS
from core.errors import Conflict, DomainError
from poses.models import LogEntry, Pose
from poses.services import deleting, editing, reviewing
from poses.services.review_steps import STEPS, Action
from tests.integration.poses.review_poses import make_pose, member_of, stored

STATUSES = [status.value for status in Pose.Review]
# Written out, so that a change of the table is seen here.
ALLOWED = {
    ("send", "new"): "needs_review",
    ("send", "in_review"): "needs_review",
    ("send", "rejected"): "needs_review",
    ("start", "new"): "in_review",
    ("start", "needs_review"): "in_review",
    ("start", "rejected"): "in_review",
    ("approve", "new"): "approved",
    ("approve", "needs_review"): "approved",
    ("approve", "in_review"): "approved",
    ("reject", "new"): "rejected",
    ("reject", "needs_review"): "rejected",
    ("reject", "in_review"): "rejected",
    ("unlock", "approved"): "in_review",
}
REFUSED = [(step.value, status) for step in STEPS for status in STATUSES if (step.value, status) not in ALLOWED]


@pytest.fixture
def reviewer(make_user):
    return member_of(make_user, REVIEWERS)


@pytest.fixture
def editor(make_user):
    return member_of(make_user, EDITORS)


@pytest.fixture
def pose(user):
    return make_pose(user)


def messages() -> list[str]:
    return list(LogEntry.objects.filter(action="review").order_by("id").values_list("message", flat=True))


def state(pose: Pose) -> dict[str, object]:
    return Pose.objects.filter(pk=pose.pk).values().get()


@pytest.mark.parametrize(("action", "before"), sorted(ALLOWED))
def test_a_step_leads_where_the_table_says(user, reviewer, action, before):
    pose = make_pose(user, status=before)
    reviewing.review(pose=pose, action=Action(action), by=reviewer, reason="Legs are swapped")
    after = stored(pose)
    assert after.review_status == ALLOWED[action, before] == pose.review_status
    judged = after.review_status in ("approved", "rejected")
    assert (after.reviewed_by, after.reviewed_at is not None) == ((reviewer, True) if judged else (None, False))
    assert after.review_reason == ("Legs are swapped" if action == "reject" else "")


@pytest.mark.parametrize(("action", "before"), REFUSED)
def test_an_impossible_step_is_a_conflict_that_names_the_state(user, reviewer, action, before):
    pose = make_pose(user, status=before)
    before_it = state(pose)
    with pytest.raises(Conflict) as error:
        reviewing.review(pose=pose, action=Action(action), by=reviewer, reason="Legs are swapped")
    assert error.value.code == "review_step"
    assert Pose.Review(before).label.split()[-1].lower() in error.value.message.lower()
    assert state(pose) == before_it
    assert messages() == []


def test_the_log_and_the_admins_history_say_who_did_what(pose, reviewer):
    reviewing.start_review(pose=pose, by=reviewer)
    reviewing.reject(pose=pose, by=reviewer, reason=" Legs are swapped ")
    expected = ["Person 1: needs review -> in review", "Person 1: in review -> rejected: Legs are swapped"]
    assert messages() == expected
    entry = LogEntry.objects.filter(action="review").latest("id")
    assert (entry.actor, entry.owner, entry.photo) == (reviewer, pose.photo.owner, pose.photo)
    history = AdminLogEntry.objects.filter(object_id=str(pose.pk)).order_by("id")
    assert [row.change_message for row in history] == expected
    assert {row.user for row in history} == {reviewer}


def test_starting_assigns_a_pose_that_is_nobodys_and_leaves_one_that_is_somebodys(user, pose, reviewer, editor):
    reviewing.start_review(pose=pose, by=reviewer)
    assert stored(pose).assigned_to == reviewer
    other = make_pose(user, assigned_to=editor)
    reviewing.start_review(pose=other, by=reviewer)
    assert stored(other).assigned_to == editor


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_a_rejection_wants_a_reason_that_fits(pose, reviewer, reason):
    with pytest.raises(DomainError) as error:
        reviewing.reject(pose=pose, by=reviewer, reason=reason)
    assert list(error.value.fields) == ["reason"]
    assert stored(pose).review_status == "needs_review"


def test_a_comment_takes_the_place_of_the_one_before_and_may_be_removed(pose, reviewer):
    reviewing.comment(pose=pose, text="Look at the wrist", by=reviewer)
    reviewing.send_to_review(pose=make_step(pose, reviewer), by=reviewer, comment="And at the ankle")
    assert stored(pose).review_comment == "And at the ankle"
    reviewing.comment(pose=pose, text="", by=reviewer)
    assert stored(pose).review_comment == ""
    assert messages()[0] == "Person 1: comment: Look at the wrist"
    assert messages()[-1] == "Person 1: comment removed"


def make_step(pose: Pose, reviewer) -> Pose:
    reviewing.start_review(pose=pose, by=reviewer)
    return pose


def test_a_comment_that_is_too_long_is_refused(pose, reviewer):
    with pytest.raises(DomainError) as error:
        reviewing.comment(pose=pose, text="x" * 2001, by=reviewer)
    assert list(error.value.fields) == ["comment"]
    assert stored(pose).review_comment == ""


def test_saying_the_same_again_writes_no_log(pose, reviewer):
    for _ in range(2):
        reviewing.comment(pose=pose, text="Same", by=reviewer)
        reviewing.assign(pose=pose, to=reviewer, by=reviewer)
    assert messages() == ["Person 1: comment: Same", "Person 1: assigned to Reviewers Member"]


def test_it_is_assigned_to_who_may_review_it_alone(pose, user, stranger, reviewer, editor, make_user):
    for person in (editor, reviewer, user, None):
        reviewing.assign(pose=pose, to=person, by=reviewer)
        assert stored(pose).assigned_to == person
    gone = member_of(make_user, EDITORS, "gone@example.org")
    gone.is_active = False
    gone.save()
    for person in (stranger, gone):
        with pytest.raises(DomainError) as error:
            reviewing.assign(pose=pose, to=person, by=reviewer)
        assert (error.value.code, list(error.value.fields)) == ("assignee_unknown", ["assigned_to"])
    assert stored(pose).assigned_to is None


def test_an_owner_assigns_to_themselves_or_nobody_and_learns_of_nobody_else(pose, user, reviewer, admin_user):
    for person in (user, None):
        reviewing.assign(pose=pose, to=person, by=user)
        assert stored(pose).assigned_to == person
    for person in (reviewer, admin_user):
        with pytest.raises(DomainError) as error:
            reviewing.assign(pose=pose, to=person, by=user)
        with pytest.raises(DomainError) as unknown:
            reviewing.person("nobody@example.org")
        assert (error.value.code, error.value.message) == (unknown.value.code, unknown.value.message)
        assert error.value.fields == unknown.value.fields
    assert stored(pose).assigned_to is None


@pytest.mark.parametrize("action", ["approve", "reject", "unlock"])
def test_judging_is_for_who_may_approve(user, editor, action):
    pose = make_pose(user, status="approved" if action == "unlock" else "in_review")
    for person in (editor, user):  # the owner of the photo neither
        with pytest.raises(DomainError) as error:
            reviewing.review(pose=pose, action=Action(action), by=person, reason="Because")
        assert (error.value.code, error.value.status) == ("permission_denied", 403)
    assert messages() == []


@pytest.mark.parametrize("action", ["send", "assign", "comment"])
def test_the_rest_is_for_editors_and_for_owners_and_for_nobody_else(user, editor, stranger, action):
    pose = make_pose(user, status="new")
    with pytest.raises(DomainError) as error:
        reviewing.review(pose=pose, action=Action(action), by=stranger, text="Hello")
    assert error.value.code == "not_found"
    for person in (editor, user):
        reviewing.review(pose=make_pose(user, status="new"), action=Action(action), by=person, text="Hello", to=person)
    assert len(messages()) == 2


def test_starting_a_review_is_for_who_reviews_and_not_for_owners(user, editor, reviewer):
    pose = make_pose(user)
    with pytest.raises(DomainError) as error:
        reviewing.start_review(pose=pose, by=user)
    assert (error.value.code, error.value.status) == ("permission_denied", 403)
    assert stored(pose).review_status == "needs_review"
    for person in (editor, reviewer):
        reviewing.start_review(pose=make_pose(user), by=person)


def test_what_is_said_of_an_approved_pose_is_locked_with_it(user, editor, reviewer):
    pose = make_pose(user, status="approved", review_comment="Well done")
    for person in (user, editor):
        with pytest.raises(DomainError) as error:
            reviewing.comment(pose=pose, text="", by=person)
        assert error.value.code == "permission_denied"
    assert stored(pose).review_comment == "Well done"
    reviewing.comment(pose=pose, text="Well done, all", by=reviewer)
    assert stored(pose).review_comment == "Well done, all"


def test_a_comment_takes_the_place_of_the_one_that_was_read_alone(pose, reviewer, editor):
    stale = stored(pose)
    reviewing.comment(pose=pose, text="Mine\r\nand more", by=reviewer, expected="")
    for write in (
        lambda: reviewing.comment(pose=stale, text="Ours", by=editor, expected=""),
        lambda: reviewing.review(pose=stale, action=Action.START, by=editor, text="Ours", expected=""),
    ):
        with pytest.raises(Conflict) as error:
            write()
        assert (error.value.code, list(error.value.fields)) == ("comment_changed", ["comment"])
        assert stale.review_comment == "Mine\nand more"
    assert (stored(pose).review_comment, stored(pose).review_status) == ("Mine\nand more", "needs_review")
    reviewing.comment(pose=stale, text="Ours", by=editor, expected="Mine\nand more ")
    assert stored(pose).review_comment == "Ours"


def test_who_may_approve_and_nothing_else_needs_no_permission_to_edit(user, make_user):
    judge = make_user("judge@example.org")
    for codename in ("view_photo", "approve_pose"):
        judge.user_permissions.add(Permission.objects.get(codename=codename, content_type__app_label="poses"))
    pose = make_pose(user)
    reviewing.approve(pose=pose, by=judge)
    assert stored(pose).review_status == "approved"


def test_nobody_approves_keypoints_that_they_have_not_seen(pose, user, reviewer):
    seen = stored(pose)
    model = stored(pose)
    editing.change_keypoints(
        pose=model, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1, reason="Moved"
    )
    for judge in (
        lambda: reviewing.approve(pose=seen, by=reviewer),
        lambda: reviewing.review(pose=stored(pose), action=Action.REJECT, by=reviewer, reason="Off", seen=1),
    ):
        with pytest.raises(Conflict) as error:
            judge()
        assert error.value.code == "review_stale"
    assert stored(pose).review_status == "needs_review"
    reviewing.review(pose=stored(pose), action=Action.APPROVE, by=reviewer, seen=2)
    assert stored(pose).review_status == "approved"


def test_an_approved_pose_is_neither_edited_nor_deleted_until_it_is_unlocked(user, reviewer):
    pose = make_pose(user, status="approved")
    edit = {"keypoints": [{"name": "nose", "x": 0.4}], "editor": user, "expected_revision": 1}
    for refused in (
        lambda: editing.change_keypoints(pose=pose, **edit),
        lambda: deleting.delete_pose(pose=pose, actor=user),
    ):
        with pytest.raises(DomainError) as error:
            refused()
        assert (error.value.code, error.value.status) == ("pose_approved", 409)
    assert stored(pose).current.number == 1
    reviewing.unlock(pose=pose, by=reviewer)
    editing.change_keypoints(pose=pose, **edit)
    assert stored(pose).current.number == 2
    assert messages() == ["Person 1: approved -> in review"]


def test_a_photo_with_approved_poses_may_be_deleted_by_its_owner(user):
    pose = make_pose(user, status="approved")
    deleting.delete_photo(photo=pose.photo, actor=user)
    assert not Pose.objects.exists()


def test_an_edit_sends_a_rejected_pose_back_to_review(user):
    pose = make_pose(user, status="rejected")
    editing.change_keypoints(pose=pose, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    after = stored(pose)
    assert (after.review_status, after.review_reason, after.reviewed_at) == ("needs_review", "", None)


def test_a_pose_that_is_deleted_meanwhile_is_not_found(pose, user, reviewer):
    kept = stored(pose)
    deleting.delete_pose(pose=pose, actor=user)
    with pytest.raises(DomainError) as error:
        reviewing.approve(pose=kept, by=reviewer)
    assert error.value.status == 404


def test_several_at_once_tell_what_was_left_alone_and_why(user, reviewer):
    poses = [make_pose(user, status=status) for status in ("needs_review", "approved", "in_review")]
    outcome = reviewing.approve_poses(poses=poses, by=reviewer)
    assert outcome.done == 2
    assert outcome.left == [(poses[1], "Approved poses cannot be approved. Unlock them first.")]
    assert Pose.objects.filter(review_status="approved").count() == 3
    assert len(messages()) == 2


def test_several_are_sent_assigned_and_rejected(user, reviewer, editor):
    poses = [make_pose(user, status="new") for _ in range(2)]
    assert reviewing.send_poses_to_review(poses=poses, by=editor).done == 2
    assert reviewing.assign_poses(poses=poses, to=editor, by=reviewer).done == 2
    assert set(Pose.objects.values_list("review_status", "assigned_to")) == {("needs_review", editor.pk)}
    assert reviewing.reject_poses(poses=poses, by=reviewer, reason="Blurred").done == 2
    assert set(Pose.objects.values_list("review_reason", flat=True)) == {"Blurred"}
    with pytest.raises(DomainError):
        reviewing.reject_poses(poses=poses, by=reviewer, reason="")


def test_several_go_back_to_what_the_model_found(user, editor, stranger):
    edited, untouched, locked = (make_pose(user) for _ in range(3))
    editing.change_keypoints(pose=edited, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    editing.change_keypoints(pose=locked, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    Pose.objects.filter(pk=locked.pk).update(review_status="approved", reviewed_at=locked.created_at)
    outcome = reviewing.revert_poses(poses=[edited, untouched, stored(locked)], by=editor)
    assert outcome.done == 1
    assert [pose for pose, _ in outcome.left] == [untouched, locked]
    current = stored(edited).current
    assert (current.number, current.source, current.restored_from) == (3, "model", 1)
    again = reviewing.revert_poses(poses=[stored(edited)], by=editor)
    assert (again.done, len(again.left)) == (0, 1)
    assert reviewing.revert_poses(poses=[stored(edited)], by=stranger).done == 0


def test_more_than_a_page_at_once_is_refused(user, reviewer):
    pose = make_pose(user)
    with pytest.raises(DomainError) as error:
        reviewing.approve_poses(poses=[pose] * 101, by=reviewer)
    assert error.value.code == "too_many_poses"
    assert stored(pose).review_status == "needs_review"


@pytest.mark.parametrize("reference", [0, 10**30, "", "nobody@example.org"])
def test_who_is_not_there_is_unknown(db, reference):
    with pytest.raises(DomainError) as error:
        reviewing.person(reference)
    assert error.value.code == "assignee_unknown"


def test_a_person_is_named_by_id_or_address_in_any_case(user):
    assert reviewing.person(user.pk) == reviewing.person(" ADA@example.org ") == user
    assert reviewing.person(None) is None
