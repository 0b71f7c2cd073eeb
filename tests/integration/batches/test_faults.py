"""A small version of `benchmarks/batch_faults.py`: real workers on a batch, killed for real."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.frail_site import FrailSite

from .conftest import ImageServer, image

IMAGES = 16
DEADLY = 5
START = """
import io
from accounts.models import User
from batches.imaging.settings import CompressionSettings
from batches.services.creating import create_batch
from batches.services.options import BatchOptions
from poses.services.options import DetectionOptions
owner = User.objects.create_user("faults@example.org", "correct-horse-battery")
lines = ["serial,product,urls", *(f"{number},P,{url}" for number, url in enumerate(URLS))]
create_batch(owner=owner, stream=io.BytesIO("\\n".join(lines).encode()), name="faults.csv", is_started=True,
             options=BatchOptions(compression=CompressionSettings(), detection=DetectionOptions.given(),
                                  base_url="http://127.0.0.1", email="faults@example.org"))
"""


@pytest.fixture
def site(tmp_path: Path, images: ImageServer) -> Iterator[FrailSite]:
    site = FrailSite(
        tmp_path,
        OUTBOUND_ALLOWED_NETWORKS="127.0.0.0/8",
        OUTBOUND_ALLOWED_PORTS=str(images.port),
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    )
    site.manage("migrate")
    yield site
    site.kill()


def start(site: FrailSite, urls: list[str]) -> None:
    site.manage("shell", "-c", f"URLS = {urls!r}\n{START}")


def count(site: FrailSite, table: str, where: str = "1") -> int:
    ((found,),) = site.rows(f"SELECT count(*) FROM {table} WHERE {where}")
    return int(str(found))


def wait_until(site: FrailSite, is_met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not is_met():
        if time.monotonic() > deadline:
            stand = site.rows("SELECT status, error_code, attempts FROM batches_batchimage")
            raise AssertionError(f"{stand}\n{site.log.read_text()}")
        time.sleep(0.1)


def is_told(site: FrailSite) -> bool:
    return count(site, "batches_delivery", "status = 'completed'") == 1


@pytest.mark.mediapipe
def test_a_batch_in_a_power_cut_is_finished_once(site, images):
    start(site, [images.url(f"{number}.jpg") for number in range(IMAGES)])
    site.start()
    wait_until(site, lambda: count(site, "batches_batchimage", "status = 'completed'") >= 2)
    site.kill()
    assert count(site, "batches_batch", "status = 'completed'") == 0
    site.start()
    wait_until(site, lambda: is_told(site))
    assert site.rows("SELECT state, count(*) FROM batches_batchrow GROUP BY state") == [("done", IMAGES)]
    tables = ("poses_photo", "poses_detection", "batches_output")
    assert [count(site, table) for table in tables] == [IMAGES] * 3
    assert count(site, "batches_delivery") == count(site, "batches_deliverytry") == 1


@pytest.mark.mediapipe
def test_an_image_that_kills_its_worker_fails_and_the_rest_is_done_once(site, images):
    urls = [images.url(f"{number}.jpg") for number in range(IMAGES)]
    urls[DEADLY] = images.put("deadly.jpg", image("deadly", width=333))
    start(site, urls)
    site.start()
    wait_until(site, lambda: is_told(site))
    assert count(site, "batches_batchrow", "state = 'done'") == IMAGES - 1
    assert site.rows("SELECT error_code FROM batches_batchrow WHERE state = 'failed'") == [("crashed",)]
    assert count(site, "poses_photo") == count(site, "batches_output") == IMAGES - 1
