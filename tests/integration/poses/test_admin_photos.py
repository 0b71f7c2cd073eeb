"""The admin's photo pages."""

from uuid import uuid4

import pytest
from django.urls import reverse

from poses.engine import draw
from poses.engine.landmarks import Side
from poses.models import Detection, LogEntry, Photo, Pose, PoseRevision
from poses.models.photo import photo_storage
from poses.services import detecting, editing
from poses.services.options import DetectionOptions
from tests.conftest import person

from .admin_rows import PHOTOS, staff_with, uploaded

pytestmark = pytest.mark.usefixtures("fake_detector")


def names_on(response) -> list[str]:
    assert response.status_code == 200
    return sorted(photo.original_name for photo in response.context["cl"].result_list)


def test_the_list_shows_each_photo_with_its_skeleton_in_the_viewers_colours(admin_client, user):
    photo = uploaded(user)
    html = admin_client.get(PHOTOS).content.decode()
    assert f'src="/api/photos/{photo.id}/thumbnail/"' in html
    assert 'viewBox="0 0 320 240"' in html
    for side in (Side.LEFT, Side.RIGHT, Side.MIDDLE):
        assert f'stroke="{draw.COLOURS[side]}"' in html
    assert "style=" not in html.split('id="result_list"')[1].split("</table>")[0]
    assert "Select across" not in html


def test_a_name_with_markup_is_shown_as_text(admin_client, user):
    photo = uploaded(user, name="<script>alert(1)</script>.jpg")
    for url in (PHOTOS, f"{PHOTOS}{photo.id}/change/", f"{PHOTOS}{photo.id}/delete/"):
        html = admin_client.get(url).content.decode()
        assert "<script>alert(1)" not in html
        assert "alert(1)" in html or photo.title in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=completed", ["a.jpg", "b.jpg"]),
        ("status=failed", ["c.jpg"]),
        ("error=yes", ["c.jpg"]),
        ("error=no", ["a.jpg", "b.jpg"]),
        ("people=0", ["c.jpg"]),
        ("people=1", ["a.jpg"]),
        ("people=2-4", ["b.jpg"]),
        ("people=5-", []),
        ("people=nonsense", ["a.jpg", "b.jpg", "c.jpg"]),
        ("model=pose_landmarker_full", ["a.jpg", "b.jpg"]),
        ("model=another", ["c.jpg"]),
        ("source=api", ["b.jpg"]),
        ("created_at__gte=2001-01-01T00:00:00Z", ["a.jpg", "b.jpg", "c.jpg"]),
        ("created_at__gte=2101-01-01T00:00:00Z", []),
    ],
)
def test_filters_narrow_the_list(admin_client, user, fake_detector, query, expected):
    uploaded(user, 1, name="a.jpg")
    fake_detector.people = (person(x=0.3, size=0.2), person(x=0.7, size=0.2))
    Photo.objects.filter(pk=uploaded(user, 2, name="b.jpg").pk).update(source="api")
    failed = uploaded(user, 3, name="c.jpg")
    Photo.objects.filter(pk=failed.pk).update(
        status="failed", error_code="detection_failed", people_found=0, model_name="another"
    )
    assert names_on(admin_client.get(f"{PHOTOS}?{query}")) == expected


def test_search_finds_by_name_owner_id_and_hash(admin_client, user, stranger):
    mine, theirs = uploaded(user, 1, name="pier.jpg"), uploaded(stranger, 2, name="beach.jpg")
    for term in (
        "PIER",
        "ada@example",
        str(mine.id),
        mine.id.hex,
        f" {mine.id} ",
        mine.sha256,
        mine.sha256[:12].upper(),
    ):
        assert names_on(admin_client.get(PHOTOS, {"q": term})) == ["pier.jpg"], term
    assert names_on(admin_client.get(PHOTOS, {"q": str(uuid4())})) == []
    assert names_on(admin_client.get(PHOTOS, {"q": "jpg"})) == sorted([mine.title, theirs.title])


def test_the_page_shows_the_photo_its_people_and_files_and_offers_no_field(admin_client, user):
    photo = uploaded(user)
    response = admin_client.get(f"{PHOTOS}{photo.id}/change/")
    html = response.content.decode()
    assert reverse("photo-display", args=[photo.id]) in html
    assert reverse("photo-overlay-svg", args=[photo.id]) in html
    assert photo.sha256 in html
    assert photo.get_absolute_url() in html
    assert f"/admin/poses/pose/{photo.poses.get().id}/change/" in html
    assert f"/admin/poses/detection/{photo.detection_id}/change/" in html
    assert "None" not in html
    assert 'name="_save"' not in html
    assert 'name="original_name"' not in html


def test_posting_to_the_page_changes_nothing(admin_client, user):
    photo = uploaded(user)
    response = admin_client.post(f"{PHOTOS}{photo.id}/change/", {"original_name": "other.jpg", "status": "failed"})
    assert response.status_code == 403
    photo.refresh_from_db()
    assert (photo.original_name, photo.status) == ("photo-0.jpg", "completed")


def test_photos_cannot_be_added_here(admin_client):
    assert admin_client.get(f"{PHOTOS}add/").status_code == 403


def test_an_unknown_or_malformed_id_leads_back_to_the_index(admin_client):
    for pk in (uuid4(), "nonsense"):
        assert admin_client.get(f"{PHOTOS}{pk}/change/").headers["Location"] == "/admin/"


def test_deleting_one_removes_rows_and_files_and_leaves_the_log(
    admin_client, admin_user, user, django_capture_on_commit_callbacks
):
    photo, kept = uploaded(user, 1), uploaded(user, 2)
    url = f"{PHOTOS}{photo.id}/delete/"
    question = admin_client.get(url)
    assert question.status_code == 200
    assert dict(question.context["model_count"]) == {"photos": 1, "poses": 1, "revisions": 1, "files": 2}
    with django_capture_on_commit_callbacks(execute=True):
        assert admin_client.post(url, {"post": "yes"}).headers["Location"] == PHOTOS
    assert list(Photo.objects.all()) == [kept]
    assert (Pose.objects.count(), PoseRevision.objects.count(), Detection.objects.count()) == (1, 1, 1)
    stored = photo_storage()
    assert not stored.exists(photo.file.name)
    assert not stored.exists(photo.thumbnail.name)
    assert stored.exists(kept.file.name)
    last = LogEntry.objects.first()
    assert (last.action, last.photo_id, last.owner, last.actor) == ("delete", photo.id, user, admin_user)
    assert LogEntry.objects.filter(photo_id=photo.id, action="upload").exists()


def test_deleting_several_removes_rows_and_files_of_those_chosen(
    admin_client, user, django_capture_on_commit_callbacks
):
    first, second, kept = (uploaded(user, number) for number in range(3))
    form = {"action": "delete_selected", "_selected_action": [str(first.id), str(second.id)]}
    question = admin_client.post(PHOTOS, form)
    assert question.status_code == 200
    assert dict(question.context["model_count"])["photos"] == 2
    assert Photo.objects.count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(PHOTOS, {**form, "post": "yes"})
    assert list(Photo.objects.all()) == [kept]
    remaining = [photo_storage().exists(photo.file.name) for photo in (first, second, kept)]
    assert remaining == [False, False, True]
    assert LogEntry.objects.filter(action="delete").count() == 2


def test_deleting_a_photo_that_was_edited_and_detected_again_works(admin_client, admin_user, user):
    photo = uploaded(user)
    pose = photo.poses.get()
    editing.change_keypoints(pose=pose, keypoints=[{"name": "nose", "x": 0.4}], editor=user, expected_revision=1)
    detecting.detect_again(photo=photo, actor=user, options=DetectionOptions.of_photo(photo))
    assert PoseRevision.objects.filter(pose=pose).count() == 3
    admin_client.post(f"{PHOTOS}{photo.id}/delete/", {"post": "yes"})
    assert not Photo.objects.exists()
    assert not PoseRevision.objects.exists()
    assert not Detection.objects.exists()


def test_an_action_on_all_rows_of_a_search_works_on_the_ticked_ones_alone(admin_client, user):
    first, second = uploaded(user, 1), uploaded(user, 2)
    form = {"action": "delete_selected", "select_across": "1", "_selected_action": [str(first.id)], "post": "yes"}
    admin_client.post(PHOTOS, form)
    assert list(Photo.objects.all()) == [second]


def test_who_may_view_photos_opens_them_and_deletes_none(client, make_user, user):
    photo = uploaded(user)
    client.force_login(staff_with(make_user, "view_photo", "view_pose", "change_pose", "view_poserevision"))
    page = client.get(f"{PHOTOS}{photo.id}/change/")
    assert page.status_code == 200
    assert f"{PHOTOS}{photo.id}/delete/" not in page.content.decode()
    assert client.get(f"{PHOTOS}{photo.id}/delete/").status_code == 403
    assert client.post(f"{PHOTOS}{photo.id}/delete/", {"post": "yes"}).status_code == 403
    client.post(PHOTOS, {"action": "delete_selected", "_selected_action": [str(photo.id)], "post": "yes"})
    assert Photo.objects.filter(pk=photo.pk).exists()
    assert LogEntry.objects.filter(action="delete").count() == 0


def test_a_user_who_has_photos_is_not_deleted_over_their_files(admin_client, user):
    photo = uploaded(user)
    url = f"/admin/accounts/user/{user.pk}/delete/"
    question = admin_client.get(url)
    assert question.status_code == 200
    assert question.context["perms_lacking"]
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    photo.refresh_from_db()
    assert photo_storage().exists(photo.file.name)
