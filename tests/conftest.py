"""What every test may use."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from accounts.models import User
from poses.engine import landmarks
from poses.engine.detector import DetectionSettings, MediaPipeDetector
from poses.engine.geometry import bounding_box, mean_visibility
from poses.engine.models import Model
from poses.engine.people import Keypoint, Person, WorldLandmark
from poses.services import engine

PASSWORD = "correct-horse-battery"


def person(*, x: float = 0.5, y: float = 0.5, size: float = 0.3, visibility: float = 0.9) -> Person:
    """A made-up person: 33 points on a small grid around (x, y), all different."""
    keypoints = tuple(
        Keypoint(
            name=name,
            x=x + size * ((index % 6) / 5 - 0.5),
            y=y + size * ((index // 6) / 5 - 0.5),
            z=-0.1 + index / 100,
            visibility=visibility,
            presence=0.95,
        )
        for index, name in enumerate(landmarks.NAMES)
    )
    world = tuple(
        WorldLandmark(point.name, point.x - 0.5, point.y - 0.5, point.z, point.visibility, point.presence)
        for point in keypoints
    )
    return Person(keypoints, world, mean_visibility(keypoints), bounding_box(keypoints))


class FakeDetector:
    """Finds the people it was given, up to the number asked for; `calls` counts."""

    def __init__(self, *people: Person) -> None:
        self.people = people
        self.calls = 0

    def detect(
        self, pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", *, model: Model, settings: DetectionSettings
    ) -> tuple[Person, ...]:
        self.calls += 1
        return self.people[: settings.people]


@pytest.fixture(autouse=True)
def _data_in_a_folder_of_its_own(settings, tmp_path: Path) -> None:
    local = {"BACKEND": "core.storage.local.LocalStorage", "OPTIONS": {"location": tmp_path / "photos"}}
    settings.PHOTO_STORAGES = {**settings.PHOTO_STORAGES, "local": local}
    settings.STORAGES = {**settings.STORAGES, "photos": local}


@pytest.fixture
def fake_detector(monkeypatch) -> FakeDetector:
    """The site's detector, replaced by one that finds one made-up person in no time."""
    fake = FakeDetector(person())
    monkeypatch.setattr(engine, "detector", lambda: fake)
    return fake


@pytest.fixture(scope="session")
def real_detector() -> Iterator[MediaPipeDetector]:
    """MediaPipe itself, made once a test process."""
    detector = MediaPipeDetector()
    yield detector
    detector.close()


@pytest.fixture
def make_user(db) -> Callable[..., User]:
    def make(email: str = "ada@example.org", **fields: object) -> User:
        return User.objects.create_user(email, PASSWORD, **fields)

    return make


@pytest.fixture
def user(make_user) -> User:
    return make_user("ada@example.org", name="Ada Lovelace")


@pytest.fixture
def stranger(make_user) -> User:
    return make_user("eve@example.org", name="Eve")


@pytest.fixture
def admin_user(db) -> User:
    return User.objects.create_superuser("root@example.org", PASSWORD, name="Root")


def jpeg(width: int = 64, height: int = 48, *, colour: str = "teal", **options: object) -> bytes:
    """A small plain JPEG."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(target, "JPEG", **options)
    return target.getvalue()
