"""Uploading and viewing photos in MongoDB and S3 over local files.

Both are test servers written in Python, on the same cores as the site's own work: a real server does better than this.
"""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from common import finish, median, photos, site_environment, with_own_bytes

KINDS = ("local", "mongodb", "s3")
PHOTOS = 25
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="posesite-bench-") as folder, _servers(pathlib.Path(folder)):
        owner, client = _site()
        uploads: dict[str, list[float]] = {kind: [] for kind in KINDS}
        views: dict[str, list[float]] = {kind: [] for kind in KINDS}
        pictures = photos()
        number = 0
        for round_number in range(ROUNDS + 1):
            for kind in KINDS:
                contents = []
                for _ in range(PHOTOS):
                    number += 1
                    contents.append(with_own_bytes(pictures[number % len(pictures)], number))
                with _using(kind):
                    made, seconds = _timed(lambda batch=contents: [_upload(owner, jpeg) for jpeg in batch])
                    paths = [f"/api/photos/{photo}/image/" for photo in made]
                    _, view_seconds = _timed(lambda several=paths: [_view(client, path) for path in several])
                if round_number:  # the first connects and warms up
                    uploads[kind].append(seconds)
                    views[kind].append(view_seconds)
    for name, times in (("upload", uploads), ("view", views)):
        local = median(times["local"])
        for kind in KINDS:
            each = median(times[kind])
            print(f"{name} {kind}: {each / PHOTOS * 1000:.2f} ms a photo, {each / local:.2f} times local files")
    print("the servers are test servers in Python on the same cores: a floor")
    finish("storage", median(views["mongodb"]) / median(views["local"]), at_most=5)


@contextlib.contextmanager
def _servers(folder: pathlib.Path) -> Iterator[None]:
    """Both servers, and a site in this process that knows them."""
    from tests.servers import S3, MongoDB

    mongodb, s3 = MongoDB(folder / "mongodb"), S3(folder / "s3")
    environment = site_environment(
        folder / "data",
        BROKER_URL="memory://localhost",
        MONGODB_URI=mongodb.uri,
        S3_BUCKET="photos",
        S3_ENDPOINT_URL=s3.url,
        S3_ACCESS_KEY_ID=s3.ACCESS_KEY,
        S3_SECRET_ACCESS_KEY=s3.SECRET_KEY,
    )
    os.environ.clear()
    os.environ.update(environment)
    (folder / "data").mkdir()
    mongodb.start()
    s3.start()
    try:
        yield
    finally:
        mongodb.stop()
        s3.stop()


def _site() -> tuple[Any, Any]:
    """A user and a client that is logged in as that user."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from accounts.models import User

    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench@example.org")
    client = Client(headers={"host": "localhost"})
    client.force_login(owner)
    return owner, client


@contextlib.contextmanager
def _using(kind: str) -> Iterator[None]:
    from django.conf import settings
    from django.test import override_settings

    chosen = {**settings.STORAGES, "photos": settings.PHOTO_STORAGES[kind]}
    with override_settings(STORAGES=chosen, PHOTO_STORAGE=kind):
        yield


def _upload(owner: Any, jpeg: bytes) -> str:
    """As the API does for what is detected in the background: gate, thumbnail, two files, the row."""
    from poses.models import Photo
    from poses.services.options import DetectionOptions
    from poses.services.uploading import upload_photo

    return str(
        upload_photo(
            owner=owner,
            stream=io.BytesIO(jpeg),
            name="photo.jpg",
            source=Photo.Source.API,
            options=DetectionOptions.given(),
            is_queued=True,
        ).photo.pk
    )


def _view(client: Any, path: str) -> None:
    response = client.get(path)
    body = response.getvalue()
    if response.status_code != 200 or body[:2] != b"\xff\xd8":
        raise RuntimeError(f"{path} answered {response.status_code}")


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
