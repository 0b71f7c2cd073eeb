"""A small version of `benchmarks/faults.py`: real workers, killed for real."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.frail_site import DEADLY_WIDTH, FrailSite
from tests.servers import Redis

PHOTOS = 12

STORE = """
import io, sys
from accounts.models import User
from poses.models import Photo
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.conftest import jpeg
owner = User.objects.create_user("faults@example.org", "correct-horse-battery")
def store(number, width):
    upload_photo(owner=owner, stream=io.BytesIO(jpeg(width, 64, comment=str(number))), name=str(number),
                 source=Photo.Source.API, options=DetectionOptions.given(), is_queued=True)
for number in range({photos}):
    store(number, {deadly} if number in {deadly_ones} else 200)
"""
AGAIN = """
from poses.models import Photo
from poses.services.detecting import queue_again
queue_again(photos=Photo.objects.all(), actor=None)
"""


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., FrailSite]]:
    made = []

    def make(**environment: str) -> FrailSite:
        site = FrailSite(tmp_path, **environment)
        made.append(site)
        site.manage("migrate")
        return site

    yield make
    for site in made:
        site.kill()


@pytest.fixture
def site(make_site: Callable[..., FrailSite]) -> FrailSite:
    return make_site()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


def outcome(site: FrailSite) -> tuple[list[tuple[object, ...]], int]:
    """Status, error and attempts of each photo, and the number of detections that were kept."""
    photos = site.rows("SELECT status, error_code, attempts FROM poses_photo")
    ((detections,),) = site.rows("SELECT count(*) FROM poses_detection")
    return photos, detections


def wait_until(site: FrailSite, is_met: Callable[[list[tuple[object, ...]]], bool]) -> list[tuple[object, ...]]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        photos, _ = outcome(site)
        if is_met(photos):
            return photos
        time.sleep(0.1)
    raise AssertionError(f"{photos}\n{site.log.read_text()}")


def is_over(photos: list[tuple[object, ...]]) -> bool:
    return all(status in ("completed", "failed") for status, *_ in photos)


def store(site: FrailSite, *, deadly_ones: tuple[int, ...] = ()) -> None:
    site.manage("shell", "-c", STORE.format(photos=PHOTOS, deadly=DEADLY_WIDTH, deadly_ones=deadly_ones))


@pytest.mark.mediapipe
def test_a_photo_that_kills_its_worker_fails_and_the_rest_is_detected_once(site):
    store(site, deadly_ones=(5,))
    site.start()
    photos = wait_until(site, is_over)
    assert [photo for photo in photos if photo[0] == "failed"] == [("failed", "crashed", 3)]
    assert sum(status == "completed" for status, *_ in photos) == PHOTOS - 1
    assert outcome(site)[1] == PHOTOS - 1


@pytest.mark.mediapipe
def test_what_was_under_way_in_a_power_cut_is_finished_once(site):
    store(site)
    site.start()
    wait_until(site, lambda photos: any(status != "pending" for status, *_ in photos))
    site.kill()
    site.start()
    photos = wait_until(site, is_over)
    assert [status for status, *_ in photos] == ["completed"] * PHOTOS
    assert outcome(site)[1] == PHOTOS


@pytest.mark.mediapipe
def test_a_broker_that_is_killed_and_comes_back_is_found_again(make_site, redis):
    site = make_site(BROKER_URL=redis.url)
    store(site)
    site.start()
    wait_until(site, lambda photos: any(status != "pending" for status, *_ in photos))
    redis.stop()
    time.sleep(1)
    redis.start()
    wait_until(site, is_over)
    site.manage("shell", "-c", AGAIN)
    photos = wait_until(site, is_over)
    assert [status for status, *_ in photos] == ["completed"] * PHOTOS
    assert outcome(site)[1] == 2 * PHOTOS


@pytest.mark.mediapipe
def test_rabbitmq_carries_the_hints_too(make_site):
    try:
        socket.create_connection(("127.0.0.1", 5672), timeout=2).close()
    except OSError:
        pytest.skip("no RabbitMQ listens on 127.0.0.1:5672")
    site = make_site(BROKER_URL="amqp://guest:guest@127.0.0.1:5672//")
    site.start()
    store(site)
    photos = wait_until(site, is_over)
    assert [status for status, *_ in photos] == ["completed"] * PHOTOS
