"""The admin's actions and filters on poses."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.work import claims
from poses.models import Detection, LogEntry, MirrorCheck, Photo, Pose, PoseRevision
from tests import broker
from tests.conftest import person

from .admin_rows import POSES, staff_with, uploaded
from .editing_rows import saved_by

pytestmark = pytest.mark.usefixtures("fake_detector")
ACTIONS = {
    "approve": "approve_pose",
    "send_to_review": "change_pose",
    "assign": "change_pose",
    "revert": "change_pose",
    "detect_photos_again": "change_photo",
    "check_by_mirror": "change_pose",
    "export_csv": "export_pose",
}


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere():
    broker.messages()
    yield
    broker.messages()


@pytest.fixture
def poses(user) -> list[Pose]:
    return [uploaded(user, number).poses.select_related("current").get() for number in range(3)]


def form_of(action: str, *poses: Pose, **more: object) -> dict[str, object]:
    return {"action": action, "_selected_action": [str(pose.pk) for pose in poses], **more}


def words_of(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def confirmed(client, action: str, *poses: Pose, **more: object) -> list[str]:
    response = client.post(POSES, form_of(action, *poses, confirmed="yes", **more))
    assert response.status_code == 302
    return words_of(response)


def statuses() -> list[str]:
    return list(Pose.objects.order_by("created_at").values_list("review_status", flat=True))


def found_on(response) -> set[object]:
    assert response.status_code == 200
    return set(response.context["cl"].result_list)


@pytest.mark.parametrize("action", ACTIONS)
def test_it_asks_once_with_the_number_and_the_names_and_does_nothing_yet(admin_client, poses, action):
    before = (statuses(), PoseRevision.objects.count(), LogEntry.objects.count(), MirrorCheck.objects.count())
    response = admin_client.post(POSES, form_of(action, *poses[:2]))
    html = response.content.decode()
    assert response.status_code == 200
    assert "2 poses" in html
    assert "Person 1 on photo-0.jpg" in html
    assert "Person 1 on photo-1.jpg" in html
    assert html.count('name="_selected_action"') == 2
    assert (statuses(), PoseRevision.objects.count(), LogEntry.objects.count(), MirrorCheck.objects.count()) == before
    assert Detection.objects.count() == 3


@pytest.mark.parametrize(("action", "permission"), ACTIONS.items())
def test_it_is_offered_to_and_done_for_who_may_and_nobody_else(client, make_user, poses, action, permission):
    others = {"view_photo", "view_pose", *ACTIONS.values()} - {permission}
    client.force_login(staff_with(make_user, *others))
    assert f'value="{action}"' not in client.get(POSES).content.decode()
    before = (statuses(), PoseRevision.objects.count(), MirrorCheck.objects.count())
    response = client.post(POSES, form_of(action, *poses, confirmed="yes"))
    assert response.status_code in (200, 302)
    assert "text/csv" not in response.headers.get("Content-Type", "")
    assert (statuses(), PoseRevision.objects.count(), MirrorCheck.objects.count()) == before
    assert set(Photo.objects.values_list("status", flat=True)) == {"completed"}


def test_approving_leaves_alone_what_cannot_be_approved_and_says_why(admin_client, admin_user, poses):
    Pose.objects.filter(pk=poses[1].pk).update(review_status="approved", reviewed_at=timezone.now())
    words = confirmed(admin_client, "approve", *poses)
    assert words[0] == "2 poses approved."
    assert words[1].startswith("1 pose left alone: Approved poses cannot be approved.")
    assert statuses() == ["approved"] * 3
    assert set(Pose.objects.exclude(pk=poses[1].pk).values_list("reviewed_by", flat=True)) == {admin_user.pk}
    assert LogEntry.objects.filter(action="review", actor=admin_user).count() == 2


def test_a_pose_that_was_edited_since_the_question_is_left_alone(admin_client, user, poses):
    html = admin_client.post(POSES, form_of("approve", *poses[:2])).content.decode()
    seen = [f"{pose.pk}:1" for pose in poses[:2]]
    assert all(f'name="seen" value="{value}"' in html for value in seen)
    saved_by(user, poses[0], nose={"x": 0.25})
    words = confirmed(admin_client, "approve", *poses[:2], seen=seen)
    assert words == ["1 pose approved.", "1 pose left alone: The pose was edited since you looked at it."]
    assert statuses() == ["new", "approved", "new"]


def test_sending_to_review(admin_client, poses):
    assert confirmed(admin_client, "send_to_review", *poses[:2]) == ["2 poses sent to review."]
    assert statuses() == ["needs_review", "needs_review", "new"]


def test_assigning_asks_whom_and_takes_only_who_may_review(admin_client, make_user, user, poses):
    reviewer = make_user("rita@example.org", name="Rita")
    reviewer.groups.add(Group.objects.get(name="Editors"))
    html = admin_client.post(POSES, form_of("assign", *poses[:2])).content.decode()
    assert f'<option value="{reviewer.pk}">' in html
    assert f'<option value="{user.pk}">' not in html
    assert confirmed(admin_client, "assign", *poses[:2], to=reviewer.pk) == ["2 poses assigned."]
    assert Pose.objects.filter(assigned_to=reviewer).count() == 2
    response = admin_client.post(POSES, form_of("assign", poses[0], confirmed="yes", to=user.pk))
    assert response.status_code == 200
    assert "Select a valid choice" in response.content.decode()
    assert Pose.objects.filter(assigned_to=reviewer).count() == 2
    assert confirmed(admin_client, "assign", poses[0], to="") == ["1 pose assigned."]
    assert Pose.objects.filter(assigned_to=reviewer).count() == 1


def test_reverting_brings_back_the_models_points_as_a_new_revision(admin_client, admin_user, user, poses):
    saved_by(user, poses[0], nose={"x": 0.25})
    words = confirmed(admin_client, "revert", *poses[:2])
    assert words == [
        "1 pose brought back to the model's.",
        "1 pose left alone: Nobody has changed what the model found.",
    ]
    latest = Pose.objects.select_related("current").get(pk=poses[0].pk).current
    assert (latest.number, latest.restored_from, latest.editor, latest.client) == (3, 1, admin_user, "admin")
    assert latest.keypoints == poses[0].current.keypoints


def test_detecting_again_queues_each_photo_once_and_leaves_busy_ones(admin_client, user, fake_detector):
    fake_detector.people = (person(x=0.3, size=0.2), person(x=0.7, size=0.2))
    free, busy = uploaded(user, 1), uploaded(user, 2)
    claims.take(busy, lease=timedelta(seconds=30))
    words = confirmed(admin_client, "detect_photos_again", *free.poses.all(), *busy.poses.all())
    assert words == [
        "1 photo queued to be detected again.",
        "1 photo left alone: Being worked on right now.",
    ]
    free.refresh_from_db()
    assert free.status == "pending"


def test_mirror_checks_are_queued_a_photo(admin_client, admin_user, poses):
    assert confirmed(admin_client, "check_by_mirror", *poses[:2]) == ["2 photos queued for a mirror check."]
    assert set(MirrorCheck.objects.values_list("photo", "asked_by")) == {
        (pose.photo_id, admin_user.pk) for pose in poses[:2]
    }
    page = admin_client.get("/admin/poses/mirrorcheck/")
    assert len(found_on(page)) == 2


def test_the_export_holds_the_current_points_of_the_chosen_poses(admin_client, user, poses):
    saved_by(user, poses[0], nose={"x": 0.25})
    response = admin_client.post(POSES, form_of("export_csv", *poses[:2], confirmed="yes"))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="keypoints.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))
    assert len(rows) == 66
    assert {row["media_id"] for row in rows} == {str(pose.photo_id) for pose in poses[:2]}
    [nose] = [row for row in rows if row["keypoint"] == "nose" and row["source"] == "human"]
    assert (nose["media_id"], nose["x_px"]) == (str(poses[0].photo_id), "16.000")


@pytest.mark.parametrize("action", ["approve", "send_to_review", "export_csv"])
def test_the_question_costs_the_same_for_few_and_many(admin_client, user, action):
    first = [uploaded(user, number).poses.get() for number in range(2)]
    admin_client.post(POSES, form_of(action, *first))
    with CaptureQueriesContext(connection) as few:
        admin_client.post(POSES, form_of(action, *first))
    more = [uploaded(user, number).poses.get() for number in range(2, 12)]
    with CaptureQueriesContext(connection) as many:
        admin_client.post(POSES, form_of(action, *first, *more))
    assert len(many) == len(few)


def test_filters_by_confidence_edits_people_assignment_status_and_source(admin_client, admin_user, user, fake_detector):
    sure = uploaded(user, 1).poses.get()
    fake_detector.people = (person(visibility=0.6),)
    middle = uploaded(user, 2).poses.get()
    fake_detector.people = (person(x=0.3, size=0.2, visibility=0.2), person(x=0.7, size=0.2, visibility=0.3))
    several = set(uploaded(user, 3).poses.all())
    saved_by(user, sure, nose={"x": 0.25})
    Pose.objects.filter(pk=sure.pk).update(assigned_to=admin_user, review_status="in_review")
    everyone = {sure, middle, *several}

    def found(**wanted: str) -> set[object]:
        return found_on(admin_client.get(POSES, wanted))

    assert found(confidence="low") == several
    assert found(confidence="middle") == {middle}
    assert found(confidence="high") == {sure}
    assert found(confidence="wild") == everyone
    assert found(edits="yes") == {sure}
    assert found(edits="no") == everyone - {sure}
    assert found(people="2-") == several
    assert found(people="1") == {sure, middle}
    assert found(assigned="me") == found(assigned=str(admin_user.pk)) == {sure}
    assert found(assigned="nobody") == everyone - {sure}
    assert found(assigned="9" * 40) == found(assigned="x") == set()
    assert found(review_status__exact="in_review") == {sure}
    assert found(photo__source__exact="web") == everyone
    assert found(photo__source__exact="api") == set()


def test_the_list_and_the_page_show_where_a_pose_stands(admin_client, admin_user, poses):
    now = timezone.now()
    Pose.objects.filter(pk=poses[0].pk).update(
        review_status="rejected",
        review_reason="Cut off",
        reviewed_by=admin_user,
        reviewed_at=now,
        assigned_to=admin_user,
    )
    html = admin_client.get(POSES).content.decode()
    assert '<span class="review rejected">Rejected</span> <span class="quiet">Cut off</span>' in html
    assert '<td class="field-assigned_to nowrap">Root' in html or "root@example.org" in html
    page = admin_client.get(f"{POSES}{poses[0].pk}/change/").content.decode()
    for text in ("Rejected", "Cut off", "Reviewed by", "Assigned to", "Mirror disagreement"):
        assert text in page, text


def test_revisions_show_what_an_edit_changed(admin_client, user, poses):
    saved_by(user, poses[0], nose={"x": poses[0].current.points[0].x + 0.125})
    for address in (f"{POSES}{poses[0].pk}/change/", "/admin/poses/poserevision/"):
        html = admin_client.get(address).content.decode()
        assert "Saved first" in html, address
        assert "8.0" in html, address
