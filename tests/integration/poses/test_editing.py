"""What a saved edit leaves in the database."""

import pytest
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import Conflict, DomainError
from poses.models import LogEntry, Pose, PoseRevision
from poses.services import editing, revising
from poses.services.deleting import delete_photo
from poses.services.detecting import detect_again
from poses.services.options import DetectionOptions
from tests.conftest import person

WIDTH, HEIGHT = 64, 48


@pytest.fixture
def pose(photo) -> Pose:
    return photo.poses.select_related("current").get()


def nose(**values: object) -> list[dict]:
    return [{"name": "nose", **values}]


def change(pose: Pose, user, keypoints: list[dict], *, expected: int = 1, **extra: object) -> PoseRevision:
    return editing.change_keypoints(pose=pose, keypoints=keypoints, editor=user, expected_revision=expected, **extra)


def state_of_the_database() -> tuple[int, int, int]:
    return PoseRevision.objects.count(), LogEntry.objects.count(), AdminLogEntry.objects.count()


def test_a_revision_says_who_when_where_why_and_how_far(pose, user):
    before = timezone.now()
    x = pose.current.points[0].x
    revision = change(pose, user, nose(x=x + 0.125), client="page", reason="Under the helmet")
    revision.refresh_from_db()
    assert (revision.number, revision.source, revision.editor, revision.began_from) == (2, "human", user, 1)
    assert (revision.client, revision.reason, revision.restored_from) == ("page", "Under the helmet", None)
    assert (revision.points_moved, revision.states_changed) == (1, 0)
    assert revision.mean_moved_px == pytest.approx(0.125 * WIDTH)
    assert revision.from_model_px[0] == pytest.approx(0.125 * WIDTH)
    assert revision.from_model_px[1:] == [0] * 32
    assert revision.torso_px > 0
    assert before <= revision.created_at <= timezone.now()


def test_distances_from_the_model_add_up_over_edits(pose, user):
    x = pose.current.points[0].x
    change(pose, user, nose(x=x + 0.125))
    revision = change(pose, user, nose(x=x + 0.25), expected=2)
    assert revision.mean_moved_px == pytest.approx(0.125 * WIDTH)
    assert revision.from_model_px[0] == pytest.approx(0.25 * WIDTH)


def test_an_edit_is_in_the_log_and_in_the_admins_history(pose, user):
    change(pose, user, nose(x=0.25), reason="Moved")
    assert LogEntry.objects.get(action="edit").message.startswith("Person 1, revision 2, 1 point moved by ")
    entry = AdminLogEntry.objects.get()
    assert (entry.user, entry.object_id) == (user, str(pose.pk))
    assert entry.change_message.endswith(": Moved")


def test_a_state_is_marked_and_the_models_visibility_stays(pose, user):
    change(pose, user, nose(state="absent", x=-0.5))
    saved = Pose.objects.select_related("current").get().current
    assert (saved.points[0].state, saved.points[0].visibility) == ("absent", 0.9)
    assert (saved.points_moved, saved.states_changed) == (1, 0)
    assert saved.keypoints[0]["state"] == "absent"


def test_extra_landmarks_are_saved_kept_and_removed(pose, user):
    chin = [{"name": "chin", "x": 0.5, "y": 0.25}]
    first = change(pose, user, nose(), extra_keypoints=chin)
    assert first.extra_keypoints == [chin[0] | {"state": "visible"}]
    assert (first.points_moved, first.mean_moved_px) == (1, 0)
    second = change(pose, user, nose(x=0.5), expected=2)
    assert second.extra_keypoints == first.extra_keypoints
    assert change(pose, user, nose(), expected=3, extra_keypoints=[]).extra_keypoints == []


def test_a_bad_extra_landmark_is_refused_on_its_field(pose, user):
    before = state_of_the_database()
    with pytest.raises(DomainError) as refused:
        change(pose, user, nose(x=0.5), extra_keypoints=[{"name": "tail", "x": 0, "y": 0}])
    assert list(refused.value.fields) == ["extra_keypoints"]
    assert state_of_the_database() == before


def test_a_stale_edit_shows_mine_theirs_and_the_models_and_saves_nothing(pose, user):
    change(pose, user, nose(x=0.25))
    before = state_of_the_database()
    with pytest.raises(editing.StaleEdit) as stale:
        change(pose, user, [{"name": "left_ear", "x": 0.75}], expected=1)
    error = stale.value
    assert (error.theirs.number, error.model.number) == (2, 1)
    assert error.mine.keypoints[7].x == 0.75
    assert error.mine.keypoints[0] == error.model.points[0]
    assert state_of_the_database() == before


@pytest.mark.parametrize("number", [2, 999, 10**12])
def test_a_revision_that_the_pose_does_not_have_is_refused(pose, user, number):
    with pytest.raises(DomainError) as refused:
        change(pose, user, nose(x=0.25), expected=number)
    assert (refused.value.code, list(refused.value.fields)) == ("revision_unknown", ["expected_revision"])


def test_an_approved_pose_is_locked(pose, user):
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    before = state_of_the_database()
    for act in (
        lambda: change(pose, user, nose(x=0.25)),
        lambda: editing.restore_revision(pose=pose, number=1, editor=user, expected_revision=1),
    ):
        with pytest.raises(Conflict) as locked:
            act()
        assert (locked.value.code, list(locked.value.fields)) == ("pose_approved", ["keypoints"])
    assert state_of_the_database() == before


def test_a_rejected_pose_that_is_edited_needs_review_again(pose, user):
    Pose.objects.update(review_status="rejected", review_reason="Knees", reviewed_at=timezone.now(), reviewed_by=user)
    change(pose, user, nose(x=0.25))
    saved = Pose.objects.get()
    assert (saved.review_status, saved.review_reason, saved.reviewed_by, saved.reviewed_at) == (
        *("needs_review", ""),
        *(None, None),
    )
    assert pose.review_status == "needs_review"


def test_a_whole_revision_is_brought_back_with_its_source(pose, user):
    chin = [{"name": "chin", "x": 0.5, "y": 0.25}]
    change(pose, user, nose(x=0.25), extra_keypoints=chin)
    back = editing.restore_revision(pose=pose, number=1, editor=user, expected_revision=2)
    first = pose.revisions.get(number=1)
    assert (back.number, back.source, back.detection, back.restored_from, back.editor) == (
        *(3, "model", first.detection),
        *(1, user),
    )
    assert (back.keypoints, back.extra_keypoints) == (first.keypoints, [])
    assert (back.points_moved, back.from_model_px) == (2, [0] * 33)  # the nose and the chin
    assert revising.latest_of_model(pose) == first
    again = editing.restore_revision(pose=pose, number=2, editor=user, expected_revision=3)
    assert (again.source, again.detection, again.extra_keypoints[0]["name"]) == ("human", None, "chin")


def test_one_point_is_brought_back_and_the_rest_stays(pose, user):
    change(pose, user, [{"name": "nose", "x": 0.25}, {"name": "left_ear", "x": 0.75}])
    back = editing.restore_revision(pose=pose, number=1, points=["nose"], editor=user, expected_revision=2)
    first, second = pose.revisions.order_by("number")[:2]
    assert (back.source, back.restored_from, back.points_moved) == ("human", 1, 1)
    assert back.points[0] == first.points[0]
    assert back.points[1:] == second.points[1:]


@pytest.mark.parametrize("points", [[], ["tail"], ["chin"]])
def test_bringing_back_a_point_that_is_not_there_is_refused(pose, user, points):
    with pytest.raises(DomainError) as refused:
        editing.restore_revision(pose=pose, number=1, points=points, editor=user, expected_revision=1)
    assert list(refused.value.fields) == ["points"]
    assert PoseRevision.objects.count() == 1


def test_detecting_again_follows_the_model_after_a_return_to_it_and_leaves_corrected_and_approved_poses(
    photo, user, fake_detector
):
    def detected(x: float) -> Pose:
        fake_detector.people = (person(x=x),)
        detect_again(photo=photo, actor=user, options=DetectionOptions.given())
        return Pose.objects.select_related("current").get()

    pose = photo.poses.get()
    change(pose, user, nose(x=0.25))
    assert detected(0.51).current.number == 2
    editing.restore_revision(pose=pose, number=3, editor=user, expected_revision=2)
    after = detected(0.52)
    assert (after.current.number, after.current.source, after.score) == (5, "model", after.current.score)
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    assert detected(0.53).current.number == 5
    assert PoseRevision.objects.count() == 6


def test_detecting_again_keeps_an_approved_pose_that_is_not_found(photo, user, fake_detector):
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    fake_detector.people = ()
    detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    assert Pose.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"assigned_to": True},
        {"review_comment": "Feet"},
        {"review_status": "in_review"},
        {"review_status": "rejected", "review_reason": "Knees", "reviewed_at": timezone.now()},
    ],
)
def test_detecting_again_keeps_a_pose_that_the_review_knows(photo, user, fake_detector, values):
    Pose.objects.update(**(values | ({"assigned_to": user} if "assigned_to" in values else {})))
    fake_detector.people = ()
    detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    assert Pose.objects.count() == 1


def test_a_person_who_is_not_found_again_goes_with_a_line_in_the_log(photo, user, fake_detector):
    fake_detector.people = ()
    detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    assert Pose.objects.count() == 0
    entry = LogEntry.objects.get(action="delete")
    assert (entry.message, entry.actor) == ("Person 1 was not found again", user)


def test_a_rejected_pose_with_new_keypoints_needs_review_again(photo, user, fake_detector):
    Pose.objects.update(review_status="rejected", review_reason="Knees", reviewed_at=timezone.now())
    fake_detector.people = (person(x=0.51),)
    detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    assert list(Pose.objects.values_list("review_status", "review_reason")) == [("needs_review", "")]


def test_a_pose_names_the_model_whose_keypoints_it_has(photo, user, fake_detector):
    pose = photo.poses.get()
    first = pose.detection
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    fake_detector.people = (person(x=0.51),)
    detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    assert Pose.objects.get().detection == first
    Pose.objects.update(review_status="new", reviewed_at=None)
    detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    pose = Pose.objects.get()
    assert pose.detection == pose.current.detection != first
    editing.restore_revision(pose=pose, number=1, editor=user, expected_revision=3)
    assert Pose.objects.get().detection == first


def test_how_sure_the_models_points_are_outlasts_edits_and_ends_with_a_new_detection(photo, user, fake_detector):
    pose = photo.poses.get()
    Pose.objects.update(mirror_disagreement=0.1)
    pose.refresh_from_db()
    change(pose, user, nose(x=0.25))
    editing.restore_revision(pose=pose, number=1, editor=user, expected_revision=2)
    assert Pose.objects.get().mirror_disagreement == 0.1
    fake_detector.people = (person(x=0.51),)
    detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    assert Pose.objects.get().mirror_disagreement is None


def test_the_log_names_states_too(pose, user):
    change(pose, user, [{"name": "nose", "state": "absent"}, {"name": "left_ear", "state": "occluded"}])
    assert LogEntry.objects.get(action="edit").message == (
        "Person 1, revision 2, 0 points moved by 0.0 px on average, 2 states changed"
    )


def test_a_photo_that_was_deleted_meanwhile_is_not_deleted_again(photo, user):
    same = type(photo).objects.get(pk=photo.pk)
    delete_photo(photo=photo, actor=user)
    with pytest.raises(DomainError) as gone:
        delete_photo(photo=same, actor=user)
    assert gone.value.code == "not_found"
    assert LogEntry.objects.filter(action="delete").count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"score": 1.1},
        {"score": -0.1},
        {"review_status": "rejected", "reviewed_at": "2026-01-01T00:00Z"},
        {"review_reason": "Knees"},
        {"review_status": "approved"},
        {"reviewed_at": "2026-01-01T00:00Z"},
    ],
)
def test_the_database_refuses_a_pose_whose_review_does_not_fit(pose, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Pose.objects.filter(pk=pose.pk).update(**values)


def test_the_database_refuses_a_revision_that_is_brought_back_and_began_from_none(pose):
    with pytest.raises(IntegrityError), transaction.atomic():
        PoseRevision.objects.update(restored_from=1)
