"""What the tests of the pose app share."""

import io
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from poses.models import Photo
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.conftest import FakeDetector, jpeg


@pytest.fixture
def api(user: User) -> APIClient:
    """The API as the user sees it."""
    return api_of(user)


@pytest.fixture
def stranger_api(stranger: User) -> APIClient:
    """The API as someone else sees it."""
    return api_of(stranger)


def api_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def make_photo(user: User, fake_detector: FakeDetector) -> Callable[..., Photo]:
    """Uploads a photo for a user; each call makes bytes of its own."""
    count = 0

    def make(owner: User | None = None, *, name: str = "photo.jpg", content: bytes | None = None) -> Photo:
        nonlocal count
        count += 1
        uploaded = upload_photo(
            owner=owner or user,
            stream=io.BytesIO(content or jpeg(comment=f"number {count}")),
            name=name,
            source=Photo.Source.API,
            options=DetectionOptions.given(),
        )
        return uploaded.photo

    return make


@pytest.fixture
def photo(make_photo: Callable[..., Photo]) -> Photo:
    """One photo of the user with one person."""
    return make_photo()


def stored_files(settings: object) -> list[str]:
    """Every file in the photo storage."""
    folder = settings.STORAGES["photos"]["OPTIONS"]["location"]
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
