"""The admin's action "Detect again"."""

import pytest
from django.contrib.messages import get_messages

from poses.models import Detection, LogEntry, Photo
from poses.models.photo import photo_storage
from tests.conftest import person

from .admin_rows import PHOTOS, staff_with, uploaded


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


def test_confirmed_it_detects_the_chosen_photos_with_their_own_options(admin_client, admin_user, user, fake_detector):
    chosen, other = uploaded(user, 1), uploaded(user, 2)
    Photo.objects.filter(pk=chosen.pk).update(people_wanted=2, min_confidence=0.3)
    fake_detector.people = (person(x=0.3, size=0.2), person(x=0.7, size=0.2), person(y=0.9, size=0.1))
    response = admin_client.post(PHOTOS, form_of(chosen, confirmed="yes"))
    assert response.headers["Location"] == PHOTOS
    assert words_of(response) == ["Detected again: 1 photo."]
    latest = chosen.detections.first()
    assert (latest.people_wanted, latest.min_confidence, latest.people_found) == (2, 0.3, 2)
    assert chosen.detections.count() == 2
    assert other.detections.count() == 1
    assert LogEntry.objects.filter(photo=chosen, action="detect", actor=admin_user).count() == 1


def test_a_photo_whose_file_is_gone_is_reported_and_the_rest_is_done(admin_client, user, fake_detector):
    first, gone, last = (uploaded(user, number) for number in range(3))
    photo_storage().delete(gone.file.name)
    response = admin_client.post(PHOTOS, form_of(first, gone, last, confirmed="yes"))
    assert response.status_code == 302
    words = words_of(response)
    assert words[:2] == ["Detected again: 2 photos.", "Not detected: 1 photo."]
    assert len(words) == 3
    assert words[2].startswith(f"{gone.title}: ")
    assert "gone" in words[2]
    assert [photo.detections.count() for photo in (first, gone, last)] == [2, 1, 2]


def test_a_storage_that_fails_is_reported(admin_client, user, fake_detector, monkeypatch):
    photo = uploaded(user)

    def fail(file):
        raise PermissionError

    monkeypatch.setattr("poses.services.photo_files.read", fail)
    words = words_of(admin_client.post(PHOTOS, form_of(photo, confirmed="yes")))
    assert words == ["Not detected: 1 photo.", f"{photo.title}: The stored file cannot be read."]
    assert photo.detections.count() == 1


def test_a_broken_file_and_a_failing_detector_are_reported(admin_client, user, fake_detector):
    broken, failing = (uploaded(user, number) for number in range(2))
    (photo_storage().open(broken.file.name, "wb")).close()
    fake_detector.detect = lambda *args, **kwargs: 1 / 0
    words = words_of(admin_client.post(PHOTOS, form_of(broken, failing, confirmed="yes")))
    assert words[0] == "Not detected: 2 photos."
    assert len(words) == 3
    assert any(word.startswith(f"{broken.title}:") and "damaged" in word for word in words)
    failing.refresh_from_db()
    assert (failing.status, failing.error_code) == ("failed", "detection_failed")
    assert Detection.objects.count() == 2


def test_a_photo_whose_model_is_gone_is_detected_with_the_sites_own(admin_client, user, fake_detector, settings):
    photo = uploaded(user)
    Photo.objects.filter(pk=photo.pk).update(model_name="gone_model")
    words = words_of(admin_client.post(PHOTOS, form_of(photo, confirmed="yes")))
    assert words == ["Detected again: 1 photo."]
    photo.refresh_from_db()
    assert photo.model_name == settings.POSE_MODEL


def test_who_may_only_view_photos_is_not_offered_it_and_gets_nothing_done(client, make_user, user, fake_detector):
    photo = uploaded(user)
    client.force_login(staff_with(make_user, "view_photo"))
    assert "detect_again" not in client.get(PHOTOS).content.decode()
    client.post(PHOTOS, form_of(photo, confirmed="yes"))
    assert fake_detector.calls == 1
    assert photo.detections.count() == 1


def test_who_may_change_photos_may_do_it_and_still_edits_no_field(client, make_user, user, fake_detector):
    photo = uploaded(user)
    client.force_login(staff_with(make_user, "view_photo", "change_photo"))
    assert words_of(client.post(PHOTOS, form_of(photo, confirmed="yes"))) == ["Detected again: 1 photo."]
    assert photo.detections.count() == 2
    assert client.post(f"{PHOTOS}{photo.id}/change/", {}).status_code == 403


@pytest.mark.parametrize("fields", [{"is_active": False}, {"is_staff": False}])
def test_a_member_who_was_locked_out_meanwhile_gets_nothing_done(client, admin_user, user, fake_detector, fields):
    photo = uploaded(user)
    client.force_login(admin_user)
    type(admin_user).objects.filter(pk=admin_user.pk).update(**fields)
    response = client.post(PHOTOS, form_of(photo, confirmed="yes"))
    assert response.headers["Location"].startswith("/admin/login/")
    assert fake_detector.calls == 1
    assert photo.detections.count() == 1
