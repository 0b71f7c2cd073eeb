"""The page of one photo: what it shows, to whom, and what its forms do."""

import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.work import claims
from poses.engine import landmarks
from poses.engine.errors import EngineError
from poses.models import LogEntry, Photo, Pose, PoseRevision
from poses.models.photo import photo_storage
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.conftest import FakeDetector, jpeg, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def add_photo(user, fake_detector):
    """Uploads a photo on which the given number of people is found."""
    count = 0

    def add(people: int = 1, *, owner=user, name: str = "walk.jpg", detector=None, **options: float) -> Photo:
        nonlocal count
        count += 1
        found = [person(x=0.1 + 0.1 * number, size=0.08) for number in range(people)]
        return upload_photo(
            owner=owner,
            stream=io.BytesIO(jpeg(64 + count)),
            name=name,
            source=Photo.Source.WEB,
            options=DetectionOptions.given(people=10, **options),
            detector=detector or FakeDetector(*found),
        ).photo

    return add


def page(photo: Photo, name: str = "photo") -> str:
    return reverse(f"poses:{name}", args=[photo.id])


class BrokenDetector:
    def detect(self, pixels, *, model, settings):
        raise EngineError("model_broken", "The pose model cannot be loaded.")


def test_the_page_shows_photo_skeleton_table_and_facts(client, user, add_photo):
    client.force_login(user)
    photo = add_photo()
    response = client.get(page(photo))
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("<h1") == 1
    assert f"/api/photos/{photo.id}/display/" in html
    assert html.count('class="point ') == landmarks.COUNT
    assert len(re.findall(r"<tr data-index=", html)) == landmarks.COUNT
    assert "1 person. 33 of 33 points visible." in html
    assert photo.detection.model_sha256[:8] in html
    assert photo.detection.mediapipe_version in html


def test_the_scripts_get_the_landmarks_and_each_keypoint_with_its_state(client, user, fake_detector, add_photo):
    client.force_login(user)
    photo = add_photo(detector=FakeDetector(person(visibility=0.4)))
    context = client.get(page(photo)).context
    assert context["landmarks_json"]["names"] == landmarks.NAMES
    data = context["photo_json"]
    assert (data["width"], data["height"]) == (photo.width, photo.height)
    [someone] = data["people"]
    assert [point["name"] for point in someone["keypoints"]] == list(landmarks.NAMES)
    assert {point["state"] for point in someone["keypoints"]} == {"occluded"}
    assert len(someone["world"]) == landmarks.COUNT


def test_the_words_for_the_skeleton_name_uncertain_points(client, user, add_photo):
    client.force_login(user)
    photo = add_photo()
    revision = PoseRevision.objects.get(pose__photo=photo)
    revision.keypoints[landmarks.INDEX["right_knee"]]["visibility"] = 0.2
    revision.keypoints[landmarks.INDEX["nose"]].update(visibility=0.2, presence=0.1)
    revision.save()
    response = client.get(page(photo))
    assert "1 person. 31 of 33 points visible; uncertain: right knee; absent: nose." in response.content.decode()


def test_the_name_of_the_file_is_shown_as_text(client, user, add_photo):
    client.force_login(user)
    html = client.get(page(add_photo(name="<b>walk</b>&.jpg"))).content.decode()
    assert "<b>walk" not in html
    assert "&lt;b&gt;walk" in html


def test_nobody_found_says_so_and_offers_lower_thresholds(client, user, add_photo):
    client.force_login(user)
    html = client.get(page(add_photo(0))).content.decode()
    assert "Nobody found" in html
    assert "Try 30 %" in html
    assert "Try 10 %" in html
    assert "data-skeleton" not in html


def test_thresholds_that_were_tried_are_not_offered_again(client, user, add_photo):
    client.force_login(user)
    html = client.get(page(add_photo(0, min_confidence=0.3))).content.decode()
    assert "Try 30 %" not in html
    assert "Try 10 %" in html


def test_a_failed_photo_tells_the_reason_and_offers_again(client, user, add_photo):
    client.force_login(user)
    photo = add_photo(detector=BrokenDetector())
    assert photo.status == Photo.Status.FAILED
    html = client.get(page(photo)).content.decode()
    assert "Detection failed" in html
    assert "The pose model cannot be loaded." in html
    assert "model_broken" in html
    assert page(photo, "photo_detect") in html


def queue(photo: Photo) -> None:
    Photo.objects.filter(pk=photo.pk).update(**claims.queued())


def begin(photo: Photo) -> None:
    claims.take(photo, lease=timedelta(seconds=30))


def ask(client, photo: Photo, **query: str):
    return client.get(page(photo, "photo_progress"), query, headers={"HX-Request": "true"})


def seen(response) -> str:
    """What the page's own part says it has shown."""
    return re.search(r"\?seen=([\w-]+)", response.content.decode()).group(1)


def test_a_waiting_photo_says_so_and_offers_to_start(client, user, add_photo):
    client.force_login(user)
    photo = add_photo(0)
    queue(photo)
    html = client.get(page(photo)).content.decode()
    assert "Not looked at yet" in html
    assert "Waiting for its turn." in html
    assert page(photo, "photo_progress") in html
    assert page(photo, "photo_detect") in html


def test_a_photo_being_worked_on_says_so_and_cannot_be_started_again(client, user, add_photo):
    client.force_login(user)
    photo = add_photo()
    begin(photo)
    html = client.get(page(photo)).content.decode()
    assert "Finding people…" in html
    assert "What was found before stays until then." in html
    assert page(photo, "photo_detect") not in html


def test_a_finished_photo_asks_for_nothing(client, user, add_photo):
    client.force_login(user)
    html = client.get(page(add_photo())).content.decode()
    assert "hx-get" not in html
    assert "htmx" not in html


def test_progress_is_told_where_it_differs(client, user, add_photo):
    client.force_login(user)
    photo = add_photo(0)
    queue(photo)
    known = seen(client.get(page(photo)))
    assert ask(client, photo, seen=known).status_code == 204
    begin(photo)
    response = ask(client, photo, seen=known)
    assert "Finding people…" in response.content.decode()
    assert "HX-Refresh" not in response
    assert ask(client, photo, seen=seen(response)).status_code == 204


def test_a_photo_that_waits_for_long_is_asked_for_more_rarely(client, user, add_photo):
    client.force_login(user)
    photo = add_photo(0)
    queue(photo)
    assert 'hx-trigger="every 1s"' in ask(client, photo).content.decode()
    Photo.objects.update(queued_at=timezone.now() - timedelta(minutes=2))
    assert 'hx-trigger="every 5s"' in ask(client, photo).content.decode()


def test_the_end_loads_a_page_without_people_anew_and_is_offered_where_people_are_shown(client, user, add_photo):
    client.force_login(user)
    photo = add_photo(2)
    assert ask(client, photo, seen="running-1")["HX-Refresh"] == "true"
    response = ask(client, photo, seen="running-1", people="")
    html = response.content.decode()
    assert "HX-Refresh" not in response
    assert "The new detection has ended: 2 people." in html
    assert "hx-get" not in html


def test_the_end_of_a_detection_that_failed_says_why(client, user, add_photo):
    client.force_login(user)
    photo = add_photo(detector=BrokenDetector())
    html = ask(client, photo, seen="running-1", people="").content.decode()
    assert "The new detection failed: The pose model cannot be loaded." in html


def test_a_photo_that_was_deleted_meanwhile_says_so(client, user, stranger, add_photo):
    photo = add_photo()
    for member, is_deleted in ((stranger, False), (user, True)):
        client.force_login(member)
        if is_deleted:
            Photo.objects.all().delete()
        html = ask(client, photo, seen="running-1").content.decode()
        assert "This photo was deleted." in html
        assert "hx-get" not in html


def test_a_notice_of_the_gate_is_put_in_words(client, user, add_photo):
    client.force_login(user)
    photo = add_photo()
    assert "Only its first frame" not in client.get(page(photo)).content.decode()
    Photo.objects.filter(pk=photo.pk).update(notice="first_frame_only")
    assert "Only its first frame" in client.get(page(photo)).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_people(
    client, user, add_photo, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(user)
    one, eight = add_photo(1), add_photo(8)
    assert Pose.objects.filter(photo=eight).count() == 8
    with django_assert_max_num_queries(12) as queries:
        client.get(page(one))
    with django_assert_num_queries(len(queries)):
        client.get(page(eight))


def test_the_neighbours_are_the_owners_photos_by_time(client, user, stranger, add_photo):
    client.force_login(user)
    now = timezone.now()
    old, middle, new = add_photo(), add_photo(), add_photo()
    others = add_photo(owner=stranger)
    for hours, photo in ((5, old), (3, middle), (1, new), (2, others)):
        Photo.objects.filter(pk=photo.pk).update(created_at=now - timedelta(hours=hours))
    around = client.get(page(middle)).context["neighbours"]
    assert (around.newer, around.older) == (new, old)
    assert client.get(page(new)).context["neighbours"].newer is None
    assert client.get(page(old)).context["neighbours"].older is None


def test_photos_of_one_moment_are_neighbours_too(client, user, add_photo):
    client.force_login(user)
    photos = sorted((add_photo() for _ in range(3)), key=lambda photo: photo.id)
    Photo.objects.update(created_at=timezone.now())
    around = client.get(page(photos[1])).context["neighbours"]
    assert (around.newer, around.older) == (photos[2], photos[0])


@pytest.mark.parametrize("name", ["photo", "photo_delete", "photo_progress"])
def test_an_anonymous_visitor_is_sent_to_log_in(client, add_photo, name):
    response = client.get(page(add_photo(), name))
    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:login"))


@pytest.mark.parametrize("name", ["photo_detect", "photo_delete"])
def test_an_anonymous_post_changes_nothing(client, add_photo, name):
    photo = add_photo()
    assert client.post(page(photo, name)).status_code == 302
    assert PoseRevision.objects.filter(pose__photo=photo).count() == 1


@pytest.mark.parametrize(
    ("name", "method"),
    [
        *(("photo", "get"), ("photo_delete", "get"), ("photo_delete", "post")),
        *(("photo_detect", "post"), ("photo_progress", "get")),
    ],
)
def test_a_strangers_photo_does_not_exist(client, stranger, fake_detector, add_photo, name, method):
    photo = add_photo()
    client.force_login(stranger)
    assert getattr(client, method)(page(photo, name)).status_code == 404
    assert Photo.objects.filter(pk=photo.pk).exists()
    assert fake_detector.calls == 0


def test_staff_who_may_view_photos_see_everyones(client, admin_user, add_photo):
    client.force_login(admin_user)
    assert client.get(page(add_photo())).status_code == 200


@pytest.mark.parametrize("path", ["/photos/none/", "/photos/123/", "/photos/0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10/"])
def test_a_malformed_or_unknown_id_is_404(client, user, path):
    client.force_login(user)
    assert client.get(path).status_code == 404


def test_wrong_methods_are_refused(client, user, add_photo):
    client.force_login(user)
    photo = add_photo()
    assert client.post(page(photo)).status_code == 405
    assert client.get(page(photo, "photo_detect")).status_code == 405
    assert client.put(page(photo, "photo_delete")).status_code == 405
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_asking_to_delete_shows_a_page_and_deletes_nothing(client, user, add_photo):
    client.force_login(user)
    photo = add_photo()
    response = client.get(page(photo, "photo_delete"))
    assert "Delete this photo?" in response.content.decode()
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_deleting_removes_rows_and_files_and_returns_to_the_gallery(
    client, user, add_photo, django_capture_on_commit_callbacks
):
    client.force_login(user)
    photo = add_photo()
    files = [photo.file.name, photo.thumbnail.name]
    assert all(photo_storage().exists(name) for name in files)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(page(photo, "photo_delete"), follow=True)
    assert response.redirect_chain[-1][0] == reverse("poses:gallery")
    assert "walk.jpg was deleted." in response.content.decode()
    assert not Photo.objects.exists()
    assert not PoseRevision.objects.exists()
    assert not any(photo_storage().exists(name) for name in files)
    assert LogEntry.objects.filter(action=LogEntry.Action.DELETE, actor=user).count() == 1


def test_a_lower_threshold_detects_again_and_keeps_what_was_not_asked(client, user, fake_detector, add_photo):
    client.force_login(user)
    photo = add_photo(0)
    response = client.post(page(photo, "photo_detect"), {"threshold": "30"}, follow=True)
    assert response.redirect_chain == [(page(photo), 302)]
    assert "1 person on this photo, with a threshold of 30 %." in response.content.decode()
    photo.refresh_from_db()
    assert (photo.people_found, photo.min_confidence, photo.people_wanted) == (1, 0.3, 10)
    assert fake_detector.calls == 1


def test_nobody_found_again_is_said(client, user, fake_detector, add_photo):
    client.force_login(user)
    fake_detector.people = ()
    response = client.post(page(add_photo(0), "photo_detect"), {"threshold": "10"}, follow=True)
    assert "Still nobody found with a threshold of 10 %." in response.content.decode()


@pytest.mark.parametrize(
    "fields", [{"threshold": "101"}, {"threshold": "x"}, {"people": "0"}, {"people": "11"}, {"model": "none"}]
)
def test_options_out_of_range_are_refused_with_the_page(client, user, fake_detector, add_photo, fields, monkeypatch):
    monkeypatch.setattr("poses.views.detect_form.available_models", lambda: {"a": None, "b": None})
    client.force_login(user)
    photo = add_photo(0)
    response = client.post(page(photo, "photo_detect"), fields)
    assert response.status_code == 400
    assert set(response.context["detect_form"].errors) == set(fields)
    assert fake_detector.calls == 0


def test_detecting_again_without_the_stored_file_says_so(client, user, fake_detector, add_photo):
    client.force_login(user)
    photo = add_photo()
    photo_storage().delete(photo.file.name)
    response = client.post(page(photo, "photo_detect"), follow=True)
    assert "file is gone from the storage" in response.content.decode()
    assert fake_detector.calls == 0
