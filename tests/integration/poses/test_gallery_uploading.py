"""Adding photos without a script, and the sample."""

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from poses.models import Photo
from poses.views import samples
from tests import broker
from tests.conftest import jpeg

UPLOAD, SAMPLE = "/upload/", "/samples/"


def texts(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def add(client, user, fake_detector):
    client.force_login(user)

    def post(*files: SimpleUploadedFile, **fields: object):
        response = client.post(UPLOAD, {"image": list(files), **fields})
        assert response.status_code == 302
        assert response.url == "/"
        return texts(response)

    return post


def test_a_good_and_a_bad_file_are_each_answered(add, user):
    good = SimpleUploadedFile("good.jpg", jpeg())
    bad = SimpleUploadedFile("notes.txt", b"no photo at all")
    told = add(bad, good)
    assert len(told) == 2
    assert told[0].startswith("notes.txt: ")
    assert told[1] == "1 photo added. People are being looked for."
    photo = Photo.objects.get()
    assert (photo.original_name, photo.owner, photo.source) == ("good.jpg", user, Photo.Source.WEB)


def test_a_second_upload_of_the_same_bytes_is_already_here(add):
    add(SimpleUploadedFile("one.jpg", jpeg()))
    assert add(SimpleUploadedFile("again.jpg", jpeg()))[-1] == "again.jpg: already here."
    assert Photo.objects.count() == 1


def test_a_single_photo_is_detected_at_once(add, fake_detector):
    assert add(SimpleUploadedFile("one.jpg", jpeg())) == ["1 photo added."]
    assert Photo.objects.get().status == "completed"
    assert fake_detector.calls == 1


def test_several_photos_are_stored_and_detected_in_the_background(
    add, fake_detector, django_capture_on_commit_callbacks
):
    broker.messages()
    files = [SimpleUploadedFile(f"{colour}.jpg", jpeg(colour=colour)) for colour in ("red", "tan")]
    with django_capture_on_commit_callbacks(execute=True):
        assert add(*files) == ["2 photos added. People are being looked for."]
    assert set(Photo.objects.values_list("status", flat=True)) == {"pending"}
    assert fake_detector.calls == 0
    assert broker.work_through() == 2
    assert set(Photo.objects.values_list("status", "people_found")) == {("completed", 1)}


def test_options_are_used(add):
    add(SimpleUploadedFile("one.jpg", jpeg()), people="3", min_confidence="0.25")
    photo = Photo.objects.get()
    assert (photo.people_wanted, photo.min_confidence) == (3, 0.25)


@pytest.mark.parametrize(
    "fields", [{"people": "11"}, {"people": "0"}, {"people": "x"}, {"min_confidence": "nan"}, {"min_confidence": "1.5"}]
)
def test_options_out_of_range_store_nothing(add, fields):
    told = add(SimpleUploadedFile("one.jpg", jpeg()), **fields)
    assert len(told) == 1
    assert Photo.objects.count() == 0


def test_no_file_says_so(add):
    assert add() == ["Choose at least one photo."]


@pytest.mark.parametrize("url", [UPLOAD, SAMPLE])
def test_only_post_is_taken(client, user, url):
    client.force_login(user)
    assert client.get(url).status_code == 405


@pytest.mark.parametrize("url", [UPLOAD, SAMPLE])
def test_an_anonymous_post_goes_to_the_login_and_stores_nothing(client, db, url):
    response = client.post(url, {"image": SimpleUploadedFile("one.jpg", jpeg())})
    assert response.status_code == 302
    assert response.url == reverse("accounts:login")
    assert Photo.objects.count() == 0


@pytest.mark.parametrize("url", [UPLOAD, SAMPLE])
def test_a_post_without_a_token_is_refused_with_a_page(user, url):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    response = client.post(url, {"image": SimpleUploadedFile("one.jpg", jpeg())})
    assert response.status_code == 403
    assert "The form has expired" in response.content.decode()
    assert Photo.objects.count() == 0


def test_the_sample_is_added_once_and_opened(client, user, fake_detector):
    client.force_login(user)
    first = client.post(SAMPLE)
    second = client.post(SAMPLE)
    photo = Photo.objects.get()
    assert photo.owner == user
    assert photo.original_name == "Grace Hopper.jpg"
    assert first.status_code == second.status_code == 302
    assert first.url == second.url == f"/photos/{photo.id}/"


def test_a_missing_sample_says_so(client, user, monkeypatch):
    monkeypatch.setattr(samples, "_SAMPLE", "no/such/file.jpg")
    client.force_login(user)
    response = client.post(SAMPLE)
    assert response.url == "/"
    assert texts(response) == ["The sample photo is not installed on this site."]
    assert Photo.objects.count() == 0
