"""GET and DELETE /api/photos/, detect."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from core.work import claims
from poses.models import LogEntry, Photo, Pose
from poses.models.photo import photo_storage
from poses.services.detecting import detect_again
from poses.services.options import DetectionOptions
from tests.conftest import PASSWORD, jpeg, person

from .conftest import api_of, stored_files

NOBODYS = "0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10"


def test_the_list_holds_the_callers_photos_newest_first_without_keypoints(api, make_photo, stranger):
    photos = [make_photo() for _ in range(3)]
    make_photo(stranger)
    body = api.get("/api/photos/").json()
    assert [photo["id"] for photo in body["results"]] == [str(photo.id) for photo in reversed(photos)]
    assert "poses" not in body["results"][0]


def test_paging_by_cursor_shows_every_photo_once_even_with_equal_moments(api, make_photo):
    photos = [make_photo() for _ in range(7)]
    Photo.objects.update(created_at=photos[0].created_at)
    seen, url = [], "/api/photos/?limit=3"
    pages = 0
    while url:
        page = api.get(url).json()
        seen += [photo["id"] for photo in page["results"]]
        url = page["next"]
        pages += 1
    assert pages == 3
    assert sorted(seen) == sorted(str(photo.id) for photo in photos)


def test_a_list_takes_the_same_queries_however_long(api, make_photo, django_assert_num_queries):
    make_photo()
    api.get("/api/photos/")
    with django_assert_num_queries(1) as few:
        api.get("/api/photos/")
    for _ in range(8):
        make_photo()
    with django_assert_num_queries(len(few.captured_queries)):
        assert len(api.get("/api/photos/").json()["results"]) == 9


def test_the_detail_has_the_poses(api, photo, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        body = api.get(f"/api/photos/{photo.id}/").json()
    assert len(body["poses"][0]["keypoints"]) == 33


@pytest.mark.parametrize(
    "path", ["", "image/", "display/", "thumbnail/", "overlay.svg", "overlay.png", "overlay.jpg", "keypoints.csv"]
)
def test_someone_elses_photo_is_404_on_every_url(path, stranger_api, photo):
    response = stranger_api.get(f"/api/photos/{photo.id}/{path}")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


@pytest.mark.parametrize("method", ["delete", "post"])
def test_someone_elses_photo_is_404_for_every_method(method, stranger_api, photo):
    url = f"/api/photos/{photo.id}/" + ("detect/" if method == "post" else "")
    assert getattr(stranger_api, method)(url).status_code == 404
    assert Photo.objects.filter(pk=photo.pk).exists()


@pytest.mark.parametrize("path", ["not-a-uuid/", f"{NOBODYS}/", f"{NOBODYS}/image/", "../photos/x/"])
def test_ids_that_lead_nowhere_are_404_in_json(path, api, db):
    response = api.get(f"/api/photos/{path}")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_wrong_methods_are_405(api, photo):
    assert api.put(f"/api/photos/{photo.id}/").status_code == 405
    assert api.delete("/api/photos/").status_code == 405
    assert api.get(f"/api/photos/{photo.id}/detect/").status_code == 405
    assert api.post(f"/api/photos/{photo.id}/image/").status_code == 405


def test_anonymous_callers_see_nothing(photo):
    client = APIClient()
    for path in (
        "/api/photos/",
        f"/api/photos/{photo.id}/",
        f"/api/photos/{photo.id}/image/",
        "/api/poses/",
        "/api/logs/",
    ):
        assert client.get(path).status_code == 401


def test_deleting_removes_rows_and_files_and_keeps_the_log(api, photo, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = api.delete(f"/api/photos/{photo.id}/")
    assert response.status_code == 204
    assert not Photo.objects.exists()
    assert not Pose.objects.exists()
    assert stored_files(settings) == []
    assert [entry.action for entry in LogEntry.objects.order_by("id")] == ["upload", "detect", "delete"]
    assert {entry.photo_id for entry in LogEntry.objects.all()} == {photo.id}


def test_an_editor_sees_but_does_not_delete_other_peoples_photos(photo, make_user):
    editor = make_user("editor@example.org")
    editor.user_permissions.add(*_permissions("view_photo", "view_pose", "change_pose"))
    client = api_of(User.objects.get(pk=editor.pk))
    assert client.get(f"/api/photos/{photo.id}/").status_code == 200
    assert client.delete(f"/api/photos/{photo.id}/").status_code == 404
    assert Photo.objects.exists()


def _permissions(*codenames: str):
    from django.contrib.auth.models import Permission

    found = list(Permission.objects.filter(codename__in=codenames, content_type__app_label="poses"))
    assert len(found) == len(codenames)
    return found


def test_detecting_again_keeps_what_a_person_corrected(api, photo):
    pose = Pose.objects.get()
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose", "x": 0.25}]}
    assert api.patch(f"/api/poses/{pose.id}/", edit).status_code == 200
    body = api.post(f"/api/photos/{photo.id}/detect/", {"people": 2, "min_confidence": 0.3}).json()
    assert body["poses"][0]["source"] == "human"
    assert body["poses"][0]["keypoints"][0]["x"] == 0.25
    assert [revision.source for revision in pose.revisions.order_by("number")] == ["model", "human", "model"]


def test_detecting_again_adds_new_people_and_drops_those_not_found(api, photo, fake_detector):
    first = Pose.objects.get()
    fake_detector.people = (person(x=0.15, size=0.1), person())
    body = api.post(f"/api/photos/{photo.id}/detect/").json()
    assert sorted(pose["person"] for pose in body["poses"]) == [0, 1]
    kept = next(pose for pose in body["poses"] if pose["person"] == 0)
    assert (kept["id"], kept["revision"]) == (str(first.id), 2)
    fake_detector.people = (person(x=0.15, size=0.1),)
    body = api.post(f"/api/photos/{photo.id}/detect/").json()
    assert [pose["person"] for pose in body["poses"]] == [1]
    assert body["people_found"] == 1
    assert api.get(f"/api/photos/{photo.id}/").json() == body


def test_detecting_again_where_the_file_is_gone_says_so(api, photo, settings):
    photo_storage().delete(photo.file.name)
    response = api.post(f"/api/photos/{photo.id}/detect/")
    assert response.status_code == 409
    assert response.json()["code"] == "file_missing"


def test_a_real_token_opens_the_api(user, photo):
    client = APIClient()
    tokens = client.post("/api/auth/login/", {"email": user.email, "password": PASSWORD}).json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
    assert client.get(f"/api/photos/{photo.id}/").status_code == 200


def test_moments_are_recorded(photo):
    assert photo.updated_at - photo.created_at < timedelta(seconds=30)


@pytest.mark.django_db(transaction=True)
def test_two_detections_of_a_photo_that_was_never_detected_make_one_set_of_people(user, fake_detector, make_photo):
    make_photo()
    Pose.objects.all().delete()
    Photo.objects.update(detection=None, **claims.queued())
    first, second = Photo.objects.get(), Photo.objects.get()
    for loaded in (first, second):
        detect_again(photo=loaded, actor=user, options=DetectionOptions.given())
    assert [(pose.person, pose.current.number) for pose in Pose.objects.all()] == [(0, 2)]


def test_a_photo_that_still_waits_is_detected_when_its_bytes_come_again(api, make_photo, fake_detector):
    content = jpeg(80, 60)
    photo = make_photo(content=content)
    Pose.objects.all().delete()
    Photo.objects.update(detection=None, **claims.queued())
    response = api.post("/api/photos/", {"image": SimpleUploadedFile("a.jpg", content)}, format="multipart")
    assert (response.status_code, response.json()["id"]) == (200, str(photo.id))
    assert (response.json()["status"], len(response.json()["poses"])) == ("completed", 1)


def test_who_may_only_look_cannot_detect_again(photo, make_user, fake_detector):
    viewer = make_user("viewer@example.org")
    viewer.user_permissions.add(*_permissions("view_photo", "view_pose", "change_pose"))
    client = api_of(User.objects.get(pk=viewer.pk))
    fake_detector.people = ()
    assert client.post(f"/api/photos/{photo.id}/detect/").status_code == 404
    assert Pose.objects.count() == 1


@pytest.mark.parametrize("position", ["p=garbage", "p=2026-13-45", "o=x", "p=%00"])
def test_a_cursor_that_somebody_made_up_is_404(position, api, photo):
    cursor = base64.b64encode(position.encode()).decode()
    response = api.get("/api/photos/", {"cursor": cursor})
    assert response.status_code in ((404,) if position != "o=x" else (200, 404))
    assert response.status_code == 200 or response.json()["code"] == "not_found"


def test_a_damaged_file_in_the_storage_is_a_409_that_says_so(api, photo):
    path = Path(photo_storage().path(photo.file.name))
    path.write_bytes(path.read_bytes()[:100])
    for answer in (api.get(f"/api/photos/{photo.id}/overlay.png"), api.post(f"/api/photos/{photo.id}/detect/")):
        assert (answer.status_code, answer.json()["code"]) == (409, "file_damaged")


def test_files_go_with_their_owner(user, photo, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        user.delete()
    assert not Photo.objects.exists()
    assert stored_files(settings) == []
