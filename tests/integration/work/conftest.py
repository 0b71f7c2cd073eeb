"""Rows to work on: photos, with work that the test says."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from accounts.models import User
from core.work import claims, kinds
from core.work.kinds import Kind
from poses.models import Photo
from tests import broker
from tests.integration.poses.gallery_photos import make_photo

LEASE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere() -> Iterator[None]:
    broker.messages()
    yield
    broker.messages()


@pytest.fixture
def make_row(user: User) -> Callable[..., Photo]:
    """A queued row; `values` are columns of it."""
    count = 0

    def make(**values: object) -> Photo:
        nonlocal count
        count += 1
        photo = make_photo(user, f"row {count}", people=0, status="pending", **values)
        Photo.objects.filter(pk=photo.pk).update(**{**claims.queued(), **values})
        return Photo.objects.get(pk=photo.pk)

    return make


class Work:
    """What a test has done with a row: `seen` counts, `raises` goes wrong in the place of finishing."""

    def __init__(self) -> None:
        self.seen: list[Photo] = []
        self.failed: list[str] = []
        self.raises: Exception | None = None

    def __call__(self, photo: Photo) -> None:
        self.seen.append(photo)
        if self.raises is not None:
            raise self.raises
        claims.finish(photo)


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def kind(monkeypatch, work: Work) -> Kind:
    """The only kind there is."""
    kind = Kind(
        name="test",
        label="Testing",
        model=Photo,
        work=work,
        lease=LEASE,
        retry_permission="poses.retry_photo",
        on_failure=lambda photo: work.failed.append(photo.error_code),
        chunk_size=2,
    )
    monkeypatch.setattr(kinds, "_kinds", {"test": kind})
    return kind
