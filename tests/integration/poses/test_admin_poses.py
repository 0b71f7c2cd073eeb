"""The admin's pages on poses, revisions and detections."""

import pytest
from django.contrib.admin.models import DELETION
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.messages import get_messages
from django.db import connection
from django.utils import timezone

from poses.models import LogEntry, Pose, PoseRevision
from poses.services import editing
from tests.conftest import person

from .admin_rows import DETECTIONS, POSES, REVISIONS, staff_with, uploaded

pytestmark = pytest.mark.usefixtures("fake_detector")


@pytest.fixture
def pose(user, fake_detector) -> Pose:
    """A pose that a person has corrected once."""
    pose = uploaded(user, name="pier.jpg").poses.get()
    editing.change_keypoints(
        pose=pose, keypoints=[{"name": "nose", "x": 0.25, "y": 0.5}], editor=user, expected_revision=1
    )
    return pose


def found_on(response) -> list[object]:
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def test_the_list_shows_photo_owner_revision_source_and_score(admin_client, pose):
    html = admin_client.get(POSES).content.decode()
    row = html.split('id="result_list"')[1].split("</table>")[0]
    for text in ("Person 1", "pier.jpg", "ada@example.org", "0.90", "2 (Person)", "<svg"):
        assert text in row, text


def test_search_finds_a_pose_by_its_photo_owner_and_ids(admin_client, pose, stranger):
    uploaded(stranger, 1, name="beach.jpg")
    for term in ("pier", "ada@", str(pose.id), str(pose.photo_id)):
        assert found_on(admin_client.get(POSES, {"q": term})) == [pose], term
    assert found_on(admin_client.get(POSES, {"q": "nothing"})) == []


def test_filters_by_source_of_the_current_revision_and_model(admin_client, pose, stranger):
    other = uploaded(stranger, 1).poses.get()
    assert found_on(admin_client.get(POSES, {"current__source__exact": "human"})) == [pose]
    assert found_on(admin_client.get(POSES, {"current__source__exact": "model"})) == [other]
    assert len(found_on(admin_client.get(POSES, {"model": "pose_landmarker_full"}))) == 2
    assert found_on(admin_client.get(POSES, {"model": "another"})) == []


def test_the_page_of_who_may_not_change_it_lists_all_keypoints_in_pixels_and_every_revision(client, make_user, pose):
    client.force_login(staff_with(make_user, "view_photo", "view_pose", "view_poserevision"))
    html = client.get(f"{POSES}{pose.id}/change/").content.decode()
    table = html.split('<table class="keypoints">')[1].split("</table>")[0]
    assert table.count('<th scope="row">') == 33
    nose = table.split('<th scope="row">nose</th>')[1].split("</tr>")[0]
    assert '<td class="number">16.0</td><td class="number">24.0</td>' in nose  # of 64 by 48 pixels
    assert "visible" in nose
    assert "Revision 1 (Model)" in html
    assert "Revision 2 (Person)" in html
    assert f'href="{pose.photo.get_absolute_url()}"' in html
    assert "data-keypoint-editor" not in html


def test_deleting_a_pose_removes_its_revisions_counts_again_and_is_logged(
    admin_client, admin_user, user, fake_detector
):
    fake_detector.people = (person(x=0.3, size=0.2), person(x=0.7, size=0.2))
    photo = uploaded(user)
    first, second = photo.poses.order_by("person")
    url = f"{POSES}{first.id}/delete/"
    assert dict(admin_client.get(url).context["model_count"]) == {"poses": 1, "revisions": 1}
    assert admin_client.post(url, {"post": "yes"}).headers["Location"] == POSES
    assert list(Pose.objects.all()) == [second]
    assert PoseRevision.objects.count() == 1
    photo.refresh_from_db()
    assert photo.people_found == 1
    last = LogEntry.objects.first()
    assert (last.action, last.actor, last.message) == ("delete", admin_user, "Person 1")


def test_deleting_several_poses_of_one_photo_counts_again(admin_client, user, fake_detector):
    fake_detector.people = (person(x=0.3, size=0.2), person(x=0.7, size=0.2))
    photo = uploaded(user)
    chosen = [str(pk) for pk in photo.poses.values_list("pk", flat=True)]
    form = {"action": "delete_selected", "_selected_action": chosen}
    assert admin_client.post(POSES, form).status_code == 200
    assert Pose.objects.count() == 2
    admin_client.post(POSES, {**form, "post": "yes"})
    photo.refresh_from_db()
    assert (Pose.objects.count(), photo.people_found) == (0, 0)


def test_editors_open_poses_and_delete_none(client, make_user, pose):
    client.force_login(staff_with(make_user, "view_photo", "view_pose", "change_pose", "view_poserevision"))
    assert client.get(POSES).status_code == 200
    assert client.get(f"{POSES}{pose.id}/change/").status_code == 200
    assert client.post(f"{POSES}{pose.id}/delete/", {"post": "yes"}).status_code == 403
    assert Pose.objects.filter(pk=pose.pk).exists()


def test_an_approved_pose_is_not_deleted_and_the_page_says_so(admin_client, pose):
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    html = admin_client.post(f"{POSES}{pose.id}/delete/", {"post": "yes"}).content.decode()
    assert "Person 1 on pier.jpg is approved and locked" in html
    form = {"action": "delete_selected", "_selected_action": [str(pose.pk)], "post": "yes"}
    assert "is approved and locked" in admin_client.post(POSES, form).content.decode()
    assert Pose.objects.filter(pk=pose.pk).exists()


@pytest.fixture
def approved_at_the_last_moment(user):
    """A pose that is approved when its deletion is asked about already, just before it is deleted."""
    late = uploaded(user, 7).poses.get()

    def approving(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if sql.startswith('INSERT INTO "django_admin_log"'):
            Pose.objects.filter(pk=late.pk).update(review_status="approved", reviewed_at=timezone.now())
        return answer

    with connection.execute_wrapper(approving):
        yield late


@pytest.mark.parametrize("is_bulk", [False, True])
def test_a_pose_that_is_approved_at_the_last_moment_stays_and_nothing_is_deleted(
    admin_client, pose, approved_at_the_last_moment, is_bulk
):
    late = approved_at_the_last_moment
    form = {"action": "delete_selected", "_selected_action": [str(pose.pk), str(late.pk)], "post": "yes"}
    response = admin_client.post(POSES, form) if is_bulk else admin_client.post(f"{POSES}{late.pk}/delete/", form)
    assert (response.status_code, response.headers["Location"]) == (302, POSES)
    [words] = [str(message) for message in get_messages(response.wsgi_request)]
    assert words.startswith("Nothing was deleted. This pose is approved and locked.")
    assert set(Pose.objects.all()) == {pose, late}
    assert not AdminLogEntry.objects.filter(action_flag=DELETION).exists()
    assert not LogEntry.objects.filter(action="delete").exists()


@pytest.mark.parametrize("field", ["revisions", "detections"])
def test_revisions_and_detections_open_and_can_be_neither_added_changed_nor_deleted(admin_client, pose, field):
    base, row = (REVISIONS, pose.current) if field == "revisions" else (DETECTIONS, pose.detection)
    assert admin_client.get(f"{base}{row.pk}/change/").status_code == 200
    assert admin_client.get(f"{base}add/").status_code == 403
    assert admin_client.post(f"{base}{row.pk}/change/", {"score": 0}).status_code == 403
    assert admin_client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin_client.get(base).content.decode()
    row.refresh_from_db()


def test_revisions_are_found_by_id_of_photo_pose_and_revision_and_filtered_by_source(admin_client, pose):
    first, second = pose.revisions.order_by("number")
    assert found_on(admin_client.get(REVISIONS, {"q": str(first.id)})) == [first]
    assert found_on(admin_client.get(REVISIONS, {"q": str(pose.id)})) == [second, first]
    assert found_on(admin_client.get(REVISIONS, {"q": str(pose.photo_id)})) == [second, first]
    assert found_on(admin_client.get(REVISIONS, {"source__exact": "human"})) == [second]
