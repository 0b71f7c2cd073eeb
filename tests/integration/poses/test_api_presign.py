"""POST /api/photos/presign/ and GET /api/photos/uploads/<id>/."""

import urllib.request
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from core.work import claims
from poses.models import Arrival, Photo
from tests.conftest import jpeg

from .buckets import bucket, deliver, minio, s3_server, work  # noqa: F401  # fixtures
from .test_api_upload import post as upload

URL = "/api/photos/presign/"


def ask(api, **fields: object):
    return api.post(URL, {"name": "squat.jpg", "size_bytes": len(jpeg()), **fields})


def send(answer: dict[str, object], content: bytes) -> int:
    headers = {"Content-Type": "image/jpeg", **answer["headers"]}
    request = urllib.request.Request(answer["url"], content, headers, method=answer["method"])
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.status


@pytest.mark.usefixtures("bucket", "fake_detector")
def test_a_file_that_was_put_straight_into_the_bucket_becomes_a_photo(api, user, deliver):  # noqa: F811
    answer = ask(api, name="Übung 1%.jpg", people=2, min_confidence=0.25, model="pose_landmarker_full")
    assert answer.status_code == 201, answer.content
    presigned = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert api.get(presigned["upload"]).status_code == 404
    assert send(presigned, jpeg()) == 200
    assert deliver(minio(presigned["key"].replace("/", "%2F"))).json() == {"accepted": 1, "ignored": 0}
    assert api.get(presigned["upload"]).json() == {"status": "pending", "error": None, "photo": None}
    work()
    state = api.get(presigned["upload"]).json()
    assert (state["status"], state["error"]) == ("completed", None)
    photo = api.get(state["photo"]).json()
    assert (photo["name"], photo["source"], photo["sha256"]) == ("Übung 1%.jpg", "bucket", Photo.objects.get().sha256)
    stored = Photo.objects.get()
    assert stored.owner == user
    assert (stored.people_wanted, stored.min_confidence, stored.model_name) == (2, 0.25, "pose_landmarker_full")


@pytest.mark.usefixtures("bucket")
def test_the_key_is_in_the_callers_folder_and_everything_is_signed_for_ten_minutes(api, user):
    presigned = ask(api, people=3).json()
    upload_id = presigned["upload"].rstrip("/").rpartition("/")[2]
    assert presigned["key"] == f"uploads/{user.pk}/{upload_id.replace('-', '')}"
    assert presigned["method"] == "PUT"
    assert presigned["headers"] == {
        "Content-Length": str(len(jpeg())),
        "x-amz-meta-name": "squat.jpg",
        "x-amz-meta-people": "3",
    }
    query = parse_qs(urlsplit(presigned["url"]).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;host;x-amz-meta-name;x-amz-meta-people"]
    assert query["X-Amz-Expires"] == ["600"]
    left = timezone.datetime.fromisoformat(presigned["expires_at"]) - timezone.now()
    assert timedelta(seconds=570) < left <= timedelta(seconds=600)
    assert ask(api).json()["key"] != presigned["key"]


@pytest.mark.usefixtures("bucket")
def test_a_name_that_is_too_long_for_metadata_is_cut(api):
    headers = ask(api, name="人" * 255).json()["headers"]
    assert headers["x-amz-meta-name"] == "%E4%BA%BA" * 111


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"size_bytes": 0}, "size_bytes"),
        ({"size_bytes": 25 * 1024 * 1024 + 1}, "size_bytes"),
        ({"size_bytes": "many"}, "size_bytes"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"people": 11}, "people"),
        ({"min_confidence": 1.5}, "min_confidence"),
        ({"model": "nobody-has-this"}, "model"),
    ],
)
def test_what_cannot_be_uploaded_is_refused_at_once(api, fields, field):
    answer = ask(api, **fields)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_a_site_without_a_bucket_says_which_setting_that_takes(api):
    answer = ask(api)
    assert (answer.status_code, answer.json()["code"]) == (409, "bucket_not_used")
    assert "PHOTO_STORAGE" in answer.json()["message"]


@pytest.mark.usefixtures("bucket", "db")
def test_anonymous_callers_are_refused(client):
    assert client.post(URL, {}, content_type="application/json").status_code == 401


@pytest.mark.usefixtures("bucket")
def test_a_presigned_upload_cannot_be_read(api):
    assert api.get(URL).status_code == 405


def state_url(user, **values: object) -> str:
    fields = {"status": "completed", "lease_until": None, **values}
    key = f"uploads/{user.pk}/{'ab' * 16}"
    Arrival.objects.create(owner=user, bucket="photos", key=key, etag="e", size_bytes=1, **fields)
    return "/api/photos/uploads/abababab-abab-abab-abab-abababababab/"


def test_a_failed_upload_says_why(api, user):
    url = state_url(user, status="failed", error_code="not_an_image", error_message="It is no image.")
    error = {"code": "not_an_image", "message": "It is no image."}
    assert api.get(url).json() == {"status": "failed", "error": error, "photo": None}


def test_a_photo_that_was_deleted_since_is_none(api, user, fake_detector):
    photo = upload(api, jpeg()).json()["id"]
    url = state_url(user, photo_id=photo)
    assert api.get(url).json()["photo"] == f"/api/photos/{photo}/"
    Photo.objects.all().delete()
    assert api.get(url).json() == {"status": "completed", "error": None, "photo": None}


def test_the_latest_of_two_objects_of_one_key_is_what_counts(api, user):
    url = state_url(user, status="failed", error_code="upload_replaced")
    Arrival.objects.create(
        owner=user,
        bucket="photos",
        key=f"uploads/{user.pk}/{'ab' * 16}",
        etag="later",
        size_bytes=1,
        **claims.queued(),
    )
    assert api.get(url).json()["status"] == "pending"


def test_someone_elses_upload_is_not_there(stranger_api, user):
    assert stranger_api.get(state_url(user)).status_code == 404


@pytest.mark.usefixtures("db")
def test_an_upload_is_nobodys_without_a_login(client):
    assert client.get("/api/photos/uploads/abababab-abab-abab-abab-abababababab/").status_code == 401


def test_malformed_and_unknown_uploads_are_not_there(api):
    assert api.get("/api/photos/uploads/not-an-id/").status_code == 404
    assert api.get("/api/photos/uploads/abababab-abab-abab-abab-abababababab/").status_code == 404
