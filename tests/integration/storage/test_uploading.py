"""The site on each storage: a photo comes, is shown and goes; and what is answered when the storage is down or full."""

import errno
import os
import time
import urllib.request
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from rest_framework.test import APIClient

from core.storage.photos import photo_storages
from poses.models import Photo
from poses.services import photo_files
from tests.conftest import FakeDetector, jpeg

URL = "/api/photos/"


@pytest.fixture
def api(user, fake_detector: FakeDetector) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def upload(api: APIClient, content: bytes | None = None) -> Any:
    return api.post(URL, {"image": SimpleUploadedFile("photo.jpg", content or jpeg())}, format="multipart")


def test_a_photo_comes_is_shown_and_goes(storage, api, django_capture_on_commit_callbacks):
    content = jpeg(640, 480)
    response = upload(api, content)
    assert response.status_code == 201
    url = f"{URL}{response.json()['id']}/"
    shown = api.get(f"{url}image/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(shown) == content
    assert api.get(f"{url}thumbnail/").status_code == 200
    assert api.get(f"{url}overlay.png").status_code == 200
    assert len(list(storage.names())) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(url).status_code == 204
    assert list(storage.names()) == []


def test_a_large_photo_is_sent_in_pieces(storage, api):
    photo = Photo.objects.get(pk=upload(api).json()["id"])
    content = os.urandom(3_500_000)
    storage.delete(photo.file.name)
    assert storage.save(photo.file.name, ContentFile(content)) == photo.file.name
    response = api.get(f"{URL}{photo.pk}/image/")
    assert response.streaming
    pieces = list(response.streaming_content)
    assert len(pieces) == 4
    assert b"".join(pieces) == content
    assert response["Content-Length"] == "3500000"
    assert response["X-Content-Type-Options"] == "nosniff"
    response.close()


def test_a_photo_whose_file_is_gone_is_404(storage, api):
    photo = Photo.objects.get(pk=upload(api).json()["id"])
    storage.delete(photo.file.name)
    assert api.get(f"{URL}{photo.pk}/image/").status_code == 404


def test_a_photo_whose_bucket_is_gone_is_503(api, settings, s3, s3_server):
    configuration = settings.PHOTO_STORAGES["s3"] | {"OPTIONS": s3_server.options}
    settings.STORAGES = {**settings.STORAGES, "photos": configuration}
    photo = upload(api).json()["id"]
    elsewhere = {**configuration, "OPTIONS": s3_server.options | {"bucket_name": "elsewhere"}}
    settings.STORAGES = {**settings.STORAGES, "photos": elsewhere}
    response = api.get(f"{URL}{photo}/image/")
    assert (response.status_code, response.json()["code"]) == (503, "storage_unavailable")


@pytest.fixture(params=["mongodb", "s3"])
def dead_storage(request, settings, s3_server):
    """Where nobody listens."""
    configured = photo_storages(_Nothing(), settings.DATA_DIR)
    if request.param == "mongodb":
        options = {"uri": "mongodb://127.0.0.1:9", "database": "posesite"}
    else:
        options = s3_server.options | {"endpoint_url": "http://127.0.0.1:9"}
    return configured[request.param] | {"OPTIONS": options}


class _Nothing:
    """An environment in which nothing is set."""

    def str(self, name: str, default: str) -> str:
        return default

    def bool(self, name: str, default: bool) -> bool:
        return default


def test_while_the_storage_is_down_an_upload_is_503_and_leaves_no_row(api, settings, dead_storage):
    settings.STORAGES = {**settings.STORAGES, "photos": dead_storage}
    started = time.monotonic()
    response = upload(api)
    assert time.monotonic() - started < 5
    assert (response.status_code, response.json()["code"]) == (503, "storage_unavailable")
    assert int(response["Retry-After"]) > 0
    assert not Photo.objects.exists()


def test_while_the_storage_is_down_a_picture_is_503(api, settings, dead_storage):
    photo = upload(api).json()["id"]
    settings.STORAGES = {**settings.STORAGES, "photos": dead_storage}
    for name in ("image/", "display/", "thumbnail/", "overlay.png"):
        response = api.get(f"{URL}{photo}/{name}")
        assert (response.status_code, response.json()["code"]) == (503, "storage_unavailable")
        assert "Retry-After" in response
    assert api.get(f"{URL}{photo}/").status_code == 200


def test_while_the_storage_is_down_deletions_still_work_and_wait_for_one_file_alone(
    api, settings, dead_storage, django_capture_on_commit_callbacks, caplog
):
    photos = [upload(api, jpeg(64 + number)).json()["id"] for number in range(3)]
    assert len(set(photos)) == 3
    names = [name for row in Photo.objects.values_list("file", "thumbnail") for name in row]
    settings.STORAGES = {**settings.STORAGES, "photos": dead_storage}
    started = time.monotonic()
    for photo in photos:
        with django_capture_on_commit_callbacks(execute=True):
            assert api.delete(f"{URL}{photo}/").status_code == 204
    assert time.monotonic() - started < 5
    assert not Photo.objects.exists()
    assert sorted(record.args[0] for record in caplog.records if "cannot remove" in record.message) == sorted(names)


def test_a_storage_that_is_back_is_asked_again(api, settings, dead_storage, monkeypatch):
    monkeypatch.setattr(photo_files, "_LEFT_ALONE_S", 0.0)
    settings.STORAGES = {**settings.STORAGES, "photos": dead_storage}
    photo_files.remove("one.jpg")
    asked = []
    monkeypatch.setattr(type(storages["photos"]), "delete", lambda storage, name: asked.append(name))
    photo_files.remove("two.jpg", "three.jpg")
    assert asked == ["two.jpg", "three.jpg"]


@pytest.mark.parametrize(
    ("number", "status", "code"), [(errno.ENOSPC, 507, "storage_full"), (errno.EIO, 503, "storage_unavailable")]
)
def test_a_disk_that_fails_in_the_middle_leaves_no_file_and_no_row(api, monkeypatch, number, status, code):
    def fail(content: ContentFile, chunk_size: int | None = None):
        yield b"what fitted"
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(ContentFile, "chunks", fail, raising=False)
    response = upload(api)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Photo.objects.exists()
    assert list(storages["photos"].names()) == []


def test_where_links_are_given_a_browser_is_sent_to_the_bucket_after_the_check(api, settings, s3, s3_server, make_user):
    configuration = settings.PHOTO_STORAGES["s3"] | {"OPTIONS": s3_server.options | {"has_links": True}}
    settings.STORAGES = {**settings.STORAGES, "photos": configuration}
    content = jpeg()
    url = f"{URL}{upload(api, content).json()['id']}/"
    for name in ("image/", "display/", "thumbnail/"):
        response = api.get(url + name)
        assert response.status_code == 302
        assert response["Location"].startswith(s3_server.url)
        assert response["Cache-Control"] == "private, max-age=300"
    with urllib.request.urlopen(api.get(f"{url}image/")["Location"]) as answer:
        assert answer.read() == content
        assert answer.headers["Content-Type"] == "image/jpeg"
    stranger = APIClient()
    stranger.force_authenticate(make_user("mallory@example.org"))
    assert stranger.get(f"{url}image/").status_code == 404
    assert api.get(f"{url}overlay.png").status_code == 200


class _Cause(Exception):
    def __init__(self, **codes: object) -> None:
        super().__init__("the server said so")
        self.__dict__.update(codes)


@pytest.mark.parametrize(
    ("cause", "status", "code"),
    [
        (_Cause(sqlite_errorcode=13), 507, "storage_full"),
        (_Cause(sqlstate="53100"), 507, "storage_full"),
        (_Cause(sqlite_errorcode=14), 503, "database_unavailable"),
        (_Cause(sqlstate="57P01"), 503, "database_unavailable"),
        (_Cause(sqlstate=None), 503, "database_unavailable"),
    ],
)
def test_a_database_that_is_down_or_full_is_answered_as_such(api, monkeypatch, caplog, cause, status, code):
    def fail(*args: object, **kwargs: object) -> None:
        raise OperationalError("the server said so") from cause

    monkeypatch.setattr("poses.models.querysets.PhotoQuerySet.visible_to", fail)
    response = api.get(URL)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert ("Retry-After" in response) == (status == 503)
    assert "the server said so" in caplog.text
    assert "the server said so" not in response.content.decode()


@pytest.mark.parametrize("cause", [_Cause(sqlite_errorcode=1), _Cause(sqlstate="40P01")])
def test_other_troubles_with_the_database_stay_500(api, monkeypatch, cause):
    def fail(*args: object, **kwargs: object) -> None:
        raise OperationalError("no such column") from cause

    monkeypatch.setattr("poses.models.querysets.PhotoQuerySet.visible_to", fail)
    api.raise_request_exception = False
    assert api.get(URL).status_code == 500
