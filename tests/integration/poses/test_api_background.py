"""`?wait=false`: stored now, detected by a worker."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.work import claims, sending, sweeping
from poses.engine.errors import EngineError
from poses.models import Detection, LogEntry, Photo, Pose
from tests import broker
from tests.conftest import jpeg, person
from tests.integration.poses.conftest import stored_files

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere():
    broker.messages()
    yield
    broker.messages()


@pytest.fixture
def upload(api, fake_detector):
    def upload(content: bytes | None = None, *, query: str = "?wait=false", **fields: object):
        image = SimpleUploadedFile("squat.jpg", content or jpeg(), "image/jpeg")
        return api.post(f"/api/photos/{query}", {"image": image, **fields}, format="multipart")

    return upload


def test_it_is_accepted_and_then_detected(api, upload, fake_detector):
    answer = upload(people="3", min_confidence="0.4")
    photo = answer.json()
    assert (answer.status_code, photo["status"], photo["poses"]) == (202, "pending", [])
    assert answer["Location"] == f"/api/photos/{photo['id']}/"
    assert fake_detector.calls == 0
    assert broker.work_through() == 1
    detected = api.get(answer["Location"]).json()
    assert (detected["status"], detected["people_found"], len(detected["poses"])) == ("completed", 1, 1)
    detection = Detection.objects.get()
    assert (detection.people_wanted, detection.min_confidence) == (3, 0.4)
    assert list(LogEntry.objects.order_by("id").values_list("action", "actor")) == [
        ("upload", Photo.objects.get().owner_id),
        ("detect", None),
    ]


def test_a_message_that_comes_twice_detects_once(upload, fake_detector):
    upload()
    (message,) = broker.messages()
    from celery import current_app

    for _ in range(2):
        current_app.tasks[message[0]](*message[1])
    assert (fake_detector.calls, Detection.objects.count()) == (1, 1)


def test_the_request_id_goes_with_the_photo(api, fake_detector):
    image = SimpleUploadedFile("squat.jpg", jpeg(), "image/jpeg")
    headers = {"X-Request-ID": "request-of-a-test"}
    api.post("/api/photos/?wait=false", {"image": image}, format="multipart", headers=headers)
    assert Photo.objects.get().request_id == "request-of-a-test"


def test_a_refused_file_is_refused_at_once_and_nothing_is_queued(upload, settings):
    answer = upload(b"no picture at all")
    assert (answer.status_code, answer.json()["code"]) == (400, "not_an_image")
    assert (Photo.objects.count(), stored_files(settings), broker.messages()) == (0, [], [])


def test_a_word_for_wait_is_a_400_that_names_it(upload):
    answer = upload(query="?wait=perhaps")
    assert answer.status_code == 400
    assert "wait" in answer.json()["fields"]
    assert Photo.objects.count() == 0


def test_a_broker_that_is_down_is_no_matter_and_the_sweep_sends_later(upload, monkeypatch, api):
    def down(*args: object, **kwargs: object) -> None:
        raise ConnectionError("refused")

    with monkeypatch.context() as broken:
        broken.setattr(sending.current_app, "send_task", down)
        answer = upload()
    assert answer.status_code == 202
    Photo.objects.update(lease_until=timezone.now())
    sweeping.sweep(now=timezone.now())
    assert broker.work_through() == 1
    assert api.get(answer["Location"]).json()["status"] == "completed"


def test_the_same_bytes_again_are_the_same_photo_whether_it_waits_or_is_done(upload):
    first = upload().json()["id"]
    waiting = upload()
    assert (waiting.status_code, waiting.json()["id"]) == (202, first)
    broker.work_through()
    done = upload()
    assert (done.status_code, done.json()["id"], done.json()["status"]) == (200, first, "completed")
    assert broker.messages() == []


def test_the_same_bytes_can_be_asked_for_anew(upload, fake_detector):
    upload()
    broker.work_through()
    again = upload(rerun="true", people="7")
    assert (again.status_code, again.json()["status"]) == (202, "pending")
    assert len(again.json()["poses"]) == 1
    broker.work_through()
    assert (fake_detector.calls, Photo.objects.get().people_wanted) == (2, 7)


def test_who_waits_takes_over_what_is_queued(upload, fake_detector):
    upload()
    answer = upload(query="")
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    broker.work_through()
    assert fake_detector.calls == 1


def test_a_photo_is_detected_again_in_the_background(api, photo, fake_detector):
    answer = api.post(f"/api/photos/{photo.id}/detect/?wait=false", {"people": 2})
    assert (answer.status_code, answer.json()["status"], len(answer.json()["poses"])) == (202, "pending", 1)
    fake_detector.people = (person(), person(x=0.2, size=0.1))
    broker.work_through()
    assert api.get(f"/api/photos/{photo.id}/").json()["people_found"] == 2
    queued = LogEntry.objects.get(message="Queued")
    assert (queued.action, queued.actor) == ("detect", photo.owner)


@pytest.mark.parametrize("query", ["", "?wait=false"])
def test_a_photo_that_is_being_detected_is_busy(api, photo, query):
    claims.take(photo, lease=timedelta(minutes=1))
    answer = api.post(f"/api/photos/{photo.id}/detect/{query}")
    assert (answer.status_code, answer.json()["code"]) == (409, "busy")
    assert broker.messages() == []


def test_the_bytes_of_a_photo_that_is_being_detected_are_busy_for_who_waits(upload):
    upload()
    claims.claim(Photo.objects.all(), lease=timedelta(minutes=1))
    answer = upload(query="")
    assert (answer.status_code, answer.json()["code"]) == (409, "busy")


def test_a_photo_deleted_while_it_is_decoded_is_not_busy(api, photo, monkeypatch):
    from poses.services import pictures

    decoded_file = pictures.decoded_file

    def delete_first(photo: Photo):
        decoded = decoded_file(photo)
        Photo.objects.all().delete()
        return decoded

    monkeypatch.setattr(pictures, "decoded_file", delete_first)
    answer = api.post(f"/api/photos/{photo.id}/detect/")
    assert (answer.status_code, answer.json()["code"]) == (409, "superseded")


def test_someone_elses_photo_cannot_be_queued(stranger_api, photo):
    assert stranger_api.post(f"/api/photos/{photo.id}/detect/?wait=false").status_code == 404
    assert Photo.objects.get().status == "completed"


def test_what_the_engine_refuses_in_the_background_fails_the_photo_with_its_reason(api, upload, monkeypatch):
    from poses.services import engine

    class Broken:
        def detect(self, *args: object, **options: object) -> tuple[()]:
            raise EngineError("model_broken", "The pose model cannot be loaded.")

    location = upload()["Location"]
    monkeypatch.setattr(engine, "detector", Broken)
    broker.work_through()
    photo = api.get(location).json()
    assert (photo["status"], photo["error"]["code"]) == ("failed", "model_broken")
    assert LogEntry.objects.filter(status="failure").count() == 1


def test_a_file_that_is_gone_fails_the_photo(api, upload, settings):
    location = upload()["Location"]
    for name in stored_files(settings):
        (settings.STORAGES["photos"]["OPTIONS"]["location"] / name).unlink()
    broker.work_through()
    assert api.get(location).json()["error"]["code"] == "file_missing"


def test_a_photo_deleted_while_it_waits_leaves_nothing(api, upload, settings):
    location = upload()["Location"]
    assert api.delete(location).status_code == 204
    broker.work_through()
    assert (Photo.objects.count(), Pose.objects.count(), stored_files(settings)) == (0, 0, [])
