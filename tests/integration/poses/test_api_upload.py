"""POST /api/photos/."""

import errno
import hashlib
import io
import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.db.transaction import Atomic
from PIL import Image
from rest_framework.test import APIClient

from poses.engine import landmarks
from poses.engine.errors import ModelUnavailable
from poses.models import Detection, LogEntry, Photo, Pose, PoseRevision
from poses.services import engine
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.conftest import jpeg, person

from .conftest import stored_files

URL = "/api/photos/"


def post(api: APIClient, content: bytes, name: str = "squat.jpg", **fields: object):
    return api.post(URL, {"image": SimpleUploadedFile(name, content), **fields}, format="multipart")


def test_an_upload_answers_33_named_keypoints_and_stores_everything(api, user, fake_detector, settings):
    content = jpeg(64, 48)
    response = post(api, content)

    assert response.status_code == 201, response.content
    body = response.json()
    assert body["status"] == "completed"
    assert body["people_found"] == 1
    assert (body["width"], body["height"], body["name"]) == (64, 48, "squat.jpg")
    [pose] = body["poses"]
    assert pose["person"] == 0
    assert pose["revision"] == 1
    assert pose["source"] == "model"
    assert [point["name"] for point in pose["keypoints"]] == list(landmarks.NAMES)
    assert set(pose["keypoints"][0]) == {"name", "x", "y", "z", "visibility", "presence"}
    assert len(pose["world_keypoints"]) == 33
    assert set(pose["model"]) == {"name", "sha256", "mediapipe"}

    photo = Photo.objects.get()
    assert str(photo.id) == body["id"]
    assert photo.owner == user
    assert photo.sha256 == hashlib.sha256(content).hexdigest()
    assert photo.detection == Detection.objects.get()
    assert len(photo.detection.model_sha256) == 64
    assert Pose.objects.get().current == PoseRevision.objects.get()
    actions = [entry.action for entry in LogEntry.objects.order_by("id")]
    assert actions == ["upload", "detect"]
    assert len(stored_files(settings)) == 2
    assert photo.file.name.endswith(f"{photo.id.hex}.jpg")


def test_the_same_bytes_again_answer_the_photo_that_exists(api, fake_detector, settings):
    first = post(api, jpeg())
    second = post(api, jpeg(), name="other-name.jpg")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert fake_detector.calls == 1
    assert Photo.objects.count() == 1
    assert len(stored_files(settings)) == 2


def test_the_same_bytes_are_detected_again_when_asked(api, fake_detector):
    post(api, jpeg())
    response = post(api, jpeg(), rerun="true", people="3")
    assert response.status_code == 200
    assert response.json()["poses"][0]["revision"] == 2
    assert fake_detector.calls == 2
    assert Photo.objects.get().people_wanted == 3
    assert Detection.objects.count() == 2


def test_two_owners_of_the_same_bytes_have_a_photo_each(api, stranger_api, fake_detector):
    assert post(api, jpeg()).status_code == 201
    assert post(stranger_api, jpeg()).status_code == 201
    assert Photo.objects.count() == 2


def test_nobody_found_is_a_completed_photo_without_poses(api, fake_detector):
    fake_detector.people = ()
    body = post(api, jpeg()).json()
    assert (body["status"], body["people_found"], body["poses"]) == ("completed", 0, [])
    assert LogEntry.objects.get(action="detect").message.startswith("Nobody found")


def test_as_many_people_as_asked_for_are_found(api, fake_detector):
    fake_detector.people = tuple(person(x=0.2 * number) for number in range(1, 5))
    body = post(api, jpeg(), people="3").json()
    assert [pose["person"] for pose in body["poses"]] == [0, 1, 2]
    assert Photo.objects.get().people_found == 3


def png(size: tuple[int, int]) -> bytes:
    target = io.BytesIO()
    Image.new("1", size).save(target, "PNG")
    return target.getvalue()


REFUSED = {
    "empty_file": (b"", 400),
    "file_too_large": (jpeg() + b"\0" * (25 * 1024 * 1024), 413),
    "not_an_image": (b"just text, whatever its name says", 400),
    "too_many_pixels": (png((10_000, 5_001)), 400),
    "bad_dimensions": (png((15, 400)), 400),
    "corrupt_image": (jpeg(640, 480)[:-200], 400),
    "too_complex": (jpeg(64, 64, progressive=True)[:-2] + b"\xff\xda\x00\x02" * 65 + b"\xff\xd9", 400),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_the_gate_refuses_is_a_4xx_with_its_code_and_leaves_no_row_and_no_file(code, api, fake_detector, settings):
    content, status = REFUSED[code]
    response = post(api, content)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert list(response.json()["fields"]) == ["image"]
    assert not Photo.objects.exists()
    assert not LogEntry.objects.exists()
    assert stored_files(settings) == []
    assert fake_detector.calls == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("people", "0"), ("people", "11"), ("people", "many"), ("min_confidence", "1.1"), ("min_confidence", "nan")],
)
def test_options_out_of_range_name_their_field(field, value, api, fake_detector):
    response = post(api, jpeg(), **{field: value})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    assert not Photo.objects.exists()


@pytest.mark.parametrize("name", ["heavy", "../../etc/passwd", "a\0b"])
def test_an_unknown_model_is_answered_with_those_available(name, api, fake_detector):
    response = post(api, jpeg(), model=name)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["model"]
    if name == "heavy":
        assert response.json()["code"] == "model_unknown"
        assert "pose_landmarker_full" in response.json()["message"]
    assert not Photo.objects.exists()


def test_without_any_model_the_answer_is_503_with_the_remedy(api, fake_detector, settings, tmp_path):
    settings.POSE_MODELS_DIR = tmp_path
    response = post(api, jpeg())
    assert response.status_code == 503
    assert "fetch_model" in response.json()["message"]
    assert not Photo.objects.exists()


def test_a_missing_file_names_its_field(api):
    response = api.post(URL, {}, format="multipart")
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["image"]


def test_json_instead_of_a_form_is_400_with_the_field(api):
    response = api.post(URL, {"image": "x"}, format="json")
    assert response.status_code == 400
    assert response.json()["code"] == "unsupported_media_type"
    assert list(response.json()["fields"]) == ["Content-Type"]


def test_a_request_of_too_many_fields_is_400_in_json(api):
    response = api.post(URL, {f"field{number}": "x" for number in range(1200)}, format="multipart")
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


def test_a_full_disk_is_507_and_leaves_nothing(api, fake_detector, settings, monkeypatch):
    def full(descriptor: int, flags: int) -> bool:
        os.write(descriptor, b"what fitted")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.filesystem.locks.lock", full)
    response = post(api, jpeg(640, 480))
    assert (response.status_code, response.json()["code"]) == (507, "storage_full")
    assert not Photo.objects.exists()
    assert stored_files(settings) == []


def test_a_broken_form_is_400(api):
    response = api.post(URL, b"--x\r\nbroken", content_type="multipart/form-data; boundary=y")
    assert response.status_code == 400


def test_anonymous_uploads_are_refused_and_nothing_is_stored(db, settings):
    response = post(APIClient(), jpeg())
    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"
    assert not Photo.objects.exists()


def test_both_spellings_of_the_url_work(api, fake_detector):
    image = SimpleUploadedFile("a.jpg", jpeg())
    assert api.post("/api/photos", {"image": image}, format="multipart").status_code == 201


def test_the_file_name_is_kept_as_text_and_never_as_a_path(api, fake_detector, settings):
    body = post(api, jpeg(), name='../../evil"<b>\x07.php').json()
    assert body["name"].endswith('evil"<b>.php')
    assert all(name.endswith(".jpg") and "evil" not in name for name in stored_files(settings))


def test_a_detector_that_breaks_makes_the_photo_failed_with_a_reason(api, monkeypatch, fake_detector):
    def broken(*args: object, **kwargs: object) -> None:
        raise ModelUnavailable("model_broken", "The pose model cannot be loaded.")

    monkeypatch.setattr(fake_detector, "detect", broken)
    body = post(api, jpeg()).json()
    assert body["status"] == "failed"
    assert body["error"] == {"code": "model_broken", "message": "The pose model cannot be loaded."}
    assert LogEntry.objects.get(action="detect").status == "failure"


def test_what_native_code_raises_is_logged_and_not_shown(api, monkeypatch, fake_detector, caplog):
    def broken(*args: object, **kwargs: object) -> None:
        raise ValueError("secret path /x")

    monkeypatch.setattr(fake_detector, "detect", broken)
    body = post(api, jpeg()).json()
    assert body["error"]["code"] == "detection_failed"
    assert "/x" not in body["error"]["message"]
    assert "/x" not in LogEntry.objects.get(action="detect").message
    assert "secret path" in caplog.text


def test_files_go_when_the_row_cannot_be_written(api, fake_detector, monkeypatch, settings):
    def broken(**kwargs: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("poses.services.uploading.log", broken)
    with pytest.raises(RuntimeError, match="disk full"):
        post(api, jpeg())
    assert not Photo.objects.exists()
    assert stored_files(settings) == []


def test_an_upload_takes_few_queries(api, fake_detector, django_assert_max_num_queries):
    engine.model_named(None)
    with django_assert_max_num_queries(14):
        assert post(api, jpeg()).status_code == 201


def test_an_upload_whose_commit_was_not_answered_keeps_its_files(user, settings, monkeypatch, fake_detector):
    def committed_but_not_answered(*args: object) -> None:
        real_exit(*args)
        if LogEntry.objects.filter(action="upload").exists():
            raise OperationalError("the connection is gone")

    real_exit = Atomic.__exit__
    given = {"stream": io.BytesIO(jpeg()), "name": "photo.jpg", "options": DetectionOptions.given()}
    with monkeypatch.context() as broken:
        broken.setattr(Atomic, "__exit__", committed_but_not_answered)
        with pytest.raises(OperationalError):
            upload_photo(owner=user, source=Photo.Source.API, **given)
    photo = Photo.objects.get()
    assert sorted((photo.file.name, photo.thumbnail.name)) == stored_files(settings)
