"""`/api/photos/<id>/mirror/`."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from core.work import claims
from poses.engine import mirror
from poses.models import MirrorCheck, Photo, Pose, PoseRevision
from poses.models.photo import photo_storage
from tests import broker
from tests.conftest import person
from tests.integration.poses.conftest import api_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere():
    broker.messages()
    yield
    broker.messages()


@pytest.fixture
def checked_off_by_two(photo, fake_detector) -> None:
    """From now on the model finds everyone two pixels further right, on a mirrored photo."""
    fake_detector.people = (mirror.unmirrored(person(x=0.5 + 2 / 64)),)


def address(photo: Photo) -> str:
    return f"/api/photos/{photo.pk}/mirror/"


@pytest.mark.usefixtures("checked_off_by_two")
def test_it_answers_distances_mean_and_disagreement_for_each_person(api, photo):
    answer = api.post(address(photo))
    assert answer.status_code == 200
    body = answer.json()
    pose = Pose.objects.get()
    assert (body["status"], body["error"]) == ("completed", None)
    (one,) = body["poses"]
    assert (one["id"], one["person"], one["revision"]) == (str(pose.pk), 0, 1)
    assert one["distances_px"] == pytest.approx([2.0] * 33, abs=0.001)
    assert one["mean_px"] == pytest.approx(2.0, abs=0.001)
    assert one["least_sure"] == "nose"
    assert one["disagreement"] == pytest.approx(pose.mirror_disagreement)
    assert PoseRevision.objects.get().mirror_px == one["distances_px"]
    assert api.get(address(photo)).json() == body


def test_before_anybody_asks_there_is_nothing(api, photo):
    body = api.get(address(photo)).json()
    assert (body["status"], body["error"]) == (None, None)
    (one,) = body["poses"]
    assert [one[name] for name in ("distances_px", "mean_px", "least_sure", "disagreement")] == [None] * 4


def test_who_is_not_found_on_the_mirrored_photo_has_no_numbers(api, photo, fake_detector):
    fake_detector.people = ()
    body = api.post(address(photo)).json()
    assert body["status"] == "completed"
    assert body["poses"][0]["distances_px"] is None


@pytest.mark.usefixtures("checked_off_by_two")
def test_without_waiting_it_is_queued_and_the_address_tells_what_came_of_it(api, photo, fake_detector):
    calls = fake_detector.calls
    answer = api.post(f"{address(photo)}?wait=false")
    assert (answer.status_code, answer["Location"]) == (202, address(photo))
    assert answer.json()["status"] == "pending"
    assert fake_detector.calls == calls
    assert broker.work_through() == 1
    body = api.get(answer["Location"]).json()
    assert body["status"] == "completed"
    assert body["poses"][0]["mean_px"] == pytest.approx(2.0, abs=0.001)


def test_a_check_that_failed_in_the_background_says_why(api, photo):
    photo_storage().delete(photo.file.name)
    api.post(f"{address(photo)}?wait=false")
    broker.work_through()
    body = api.get(address(photo)).json()
    assert (body["status"], body["error"]["code"]) == ("failed", "file_missing")


@pytest.mark.parametrize("query", ["", "?wait=false"])
def test_a_check_under_way_is_409(api, photo, query):
    claims.take(MirrorCheck.objects.create(photo=photo, **claims.queued()), lease=timedelta(minutes=2))
    answer = api.post(f"{address(photo)}{query}")
    assert (answer.status_code, answer.json()["code"]) == (409, "busy")
    assert MirrorCheck.objects.get().status == "running"


@pytest.mark.parametrize("query", ["", "?wait=false"])
def test_a_photo_with_nobody_on_it_is_409(api, make_photo, fake_detector, query):
    fake_detector.people = ()
    answer = api.post(f"{address(make_photo())}{query}")
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody_found")
    assert not MirrorCheck.objects.exists()


def test_a_word_for_wait_is_400(api, photo):
    answer = api.post(f"{address(photo)}?wait=perhaps")
    assert answer.status_code == 400
    assert "wait" in answer.json()["fields"]
    assert not MirrorCheck.objects.exists()


def test_a_model_that_breaks_is_500_with_a_code(api, photo, monkeypatch):
    from poses.services import engine

    class Broken:
        def detect(self, pixels, *, model, settings):
            raise RuntimeError

    monkeypatch.setattr(engine, "detector", Broken)
    answer = api.post(address(photo))
    assert (answer.status_code, answer.json()["code"]) == (500, "detection_failed")
    assert PoseRevision.objects.get().mirror_px is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_callers_are_401(photo, method):
    assert getattr(APIClient(), method)(address(photo)).status_code == 401
    assert not MirrorCheck.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_someone_elses_photo_is_404(stranger_api, photo, method):
    assert getattr(stranger_api, method)(address(photo)).status_code == 404
    assert not MirrorCheck.objects.exists()


def test_who_may_only_view_may_read_and_not_ask(make_user, photo):
    viewer = make_user("viewer@example.org")
    viewer.user_permissions.add(Permission.objects.get(codename="view_photo"))
    api = api_of(viewer)
    assert api.get(address(photo)).status_code == 200
    assert api.post(address(photo)).status_code == 404
    assert not MirrorCheck.objects.exists()


@pytest.mark.parametrize("codename", ["change_photo", "change_pose", "approve_pose"])
def test_who_may_change_photos_or_correct_or_approve_poses_may_ask(make_user, photo, codename):
    member = make_user("member@example.org")
    member.user_permissions.set(Permission.objects.filter(codename__in=["view_photo", codename]))
    assert api_of(member).post(address(photo)).status_code == 200
    assert MirrorCheck.objects.get().asked_by == member


@pytest.mark.parametrize("key", ["not-an-id", "00000000-0000-4000-8000-000000000000"])
def test_ids_that_are_none_are_404(api, db, key):
    assert api.post(f"/api/photos/{key}/mirror/").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_405(api, photo, method):
    assert getattr(api, method)(address(photo)).status_code == 405
