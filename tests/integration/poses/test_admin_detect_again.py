"""The admin's action "Detect again"."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages

from core.work import claims
from poses.models import Detection, LogEntry, Photo
from poses.models.photo import photo_storage
from tests import broker
from tests.conftest import person

from .admin_rows import PHOTOS, staff_with, uploaded
from .gallery_photos import make_photo


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere():
    broker.messages()
    yield
    broker.messages()


def form_of(*photos: Photo, **more: str) -> dict[str, object]:
    return {"action": "detect_again", "_selected_action": [str(photo.pk) for photo in photos], **more}


def words_of(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_it_asks_once_and_names_the_number(admin_client, user, fake_detector):
    photos = [uploaded(user, number) for number in range(2)]
    response = admin_client.post(PHOTOS, form_of(*photos))
    html = response.content.decode()
    assert response.status_code == 200
    assert "on 2 photos" in html
    assert html.count('name="_selected_action"') == 2
    assert fake_detector.calls == 2
    assert Detection.objects.count() == 2


def test_confirmed_it_queues_the_chosen_photos_with_their_own_options(
    admin_client, admin_user, user, fake_detector, django_capture_on_commit_callbacks
):
    chosen, other = uploaded(user, 1), uploaded(user, 2)
    Photo.objects.filter(pk=chosen.pk).update(people_wanted=2, min_confidence=0.3)
    fake_detector.people = (person(x=0.3, size=0.2), person(x=0.7, size=0.2), person(y=0.9, size=0.1))
    with django_capture_on_commit_callbacks(execute=True):
        response = admin_client.post(PHOTOS, form_of(chosen, confirmed="yes"))
    assert response.headers["Location"] == PHOTOS
    assert words_of(response) == ["Queued to be detected again: 1 photo."]
    assert fake_detector.calls == 2
    assert Photo.objects.get(pk=chosen.pk).status == "pending"
    assert broker.work_through() == 1
    latest = chosen.detections.first()
    assert (latest.people_wanted, latest.min_confidence, latest.people_found) == (2, 0.3, 2)
    assert chosen.detections.count() == 2
    assert other.detections.count() == 1
    assert LogEntry.objects.filter(photo=chosen, action="detect", actor=admin_user).count() == 1


def test_photos_that_are_being_worked_on_are_left_alone_and_counted(admin_client, user, fake_detector):
    free, busy = uploaded(user, 1), uploaded(user, 2)
    claims.take(busy, lease=timedelta(seconds=30))
    words = words_of(admin_client.post(PHOTOS, form_of(free, busy, confirmed="yes")))
    assert words == ["Queued to be detected again: 1 photo.", "Being worked on right now and left alone: 1 photo."]
    assert Photo.objects.get(pk=busy.pk).claim == busy.claim
    assert Photo.objects.get(pk=free.pk).status == "pending"


def test_a_page_of_a_hundred_is_queued_in_a_few_queries(admin_client, user, django_assert_max_num_queries):
    photos = [make_photo(user, f"{number}.jpg") for number in range(100)]
    with django_assert_max_num_queries(25):
        response = admin_client.post(f"{PHOTOS}?all=", form_of(*photos, confirmed="yes"))
    assert words_of(response) == ["Queued to be detected again: 100 photos."]
    assert Photo.objects.filter(status="pending").count() == 100


def test_a_photo_whose_file_is_gone_fails_and_the_rest_is_done(
    admin_client, user, fake_detector, django_capture_on_commit_callbacks
):
    first, gone, last = (uploaded(user, number) for number in range(3))
    photo_storage().delete(gone.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(PHOTOS, form_of(first, gone, last, confirmed="yes"))
    broker.work_through()
    assert [photo.detections.count() for photo in (first, gone, last)] == [2, 1, 2]
    gone.refresh_from_db()
    assert (gone.status, gone.error_code) == ("failed", "file_missing")


def test_a_photo_whose_model_is_gone_is_detected_with_the_sites_own(
    admin_client, user, fake_detector, settings, django_capture_on_commit_callbacks
):
    photo = uploaded(user)
    Photo.objects.filter(pk=photo.pk).update(model_name="gone_model")
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(PHOTOS, form_of(photo, confirmed="yes"))
    broker.work_through()
    photo.refresh_from_db()
    assert (photo.status, photo.model_name) == ("completed", settings.POSE_MODEL)


def test_who_may_only_view_photos_is_not_offered_it_and_gets_nothing_done(client, make_user, user, fake_detector):
    photo = uploaded(user)
    client.force_login(staff_with(make_user, "view_photo"))
    assert "detect_again" not in client.get(PHOTOS).content.decode()
    client.post(PHOTOS, form_of(photo, confirmed="yes"))
    assert Photo.objects.get().status == "completed"


def test_who_may_change_photos_may_do_it_and_still_edits_no_field(client, make_user, user, fake_detector):
    photo = uploaded(user)
    client.force_login(staff_with(make_user, "view_photo", "change_photo"))
    words = words_of(client.post(PHOTOS, form_of(photo, confirmed="yes")))
    assert words == ["Queued to be detected again: 1 photo."]
    assert Photo.objects.get().status == "pending"
    assert client.post(f"{PHOTOS}{photo.id}/change/", {}).status_code == 403


@pytest.mark.parametrize("fields", [{"is_active": False}, {"is_staff": False}])
def test_a_member_who_was_locked_out_meanwhile_gets_nothing_done(client, admin_user, user, fake_detector, fields):
    photo = uploaded(user)
    client.force_login(admin_user)
    type(admin_user).objects.filter(pk=admin_user.pk).update(**fields)
    response = client.post(PHOTOS, form_of(photo, confirmed="yes"))
    assert response.headers["Location"].startswith("/admin/login/")
    assert Photo.objects.get().status == "completed"
