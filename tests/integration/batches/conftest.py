"""What the tests of batches share: a server of images on this machine, batches of its URLs, and a worker's day."""

import csv
import io
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

import batches.tasks  # noqa: F401  # registers the tasks, as a worker does at its start
from accounts.models import User
from batches import queue
from batches.imaging.settings import CompressionSettings
from batches.models import Batch, BatchImage
from batches.services import shifts
from batches.services.creating import create_batch
from batches.services.options import BatchOptions
from poses.services.options import DetectionOptions
from tests import broker
from tests.integration.poses.conftest import api_of, stored_files

__all__ = ["api_of", "stored_files"]

URL = "/api/batches/"
HEADER = ("Serial Number", "Product Name", "Input Image Urls")
NOBODYS = "0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10"


class ImageServer(ThreadingHTTPServer):
    """Serves an image of its own bytes under every path that ends in .jpg, and what `put` was given under others."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = self.server_address[1]
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []

    def url(self, path: str = "photo.jpg") -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def put(self, path: str, content: bytes = b"", *, status: int = 200) -> str:
        """The URL at which that is answered from now on."""
        self.answers[f"/{path}"] = (status, content)
        return self.url(path)

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        return (200, image(path)) if path.endswith(".jpg") else (404, b"")


class _Handler(BaseHTTPRequestHandler):
    server: ImageServer

    def do_GET(self) -> None:
        status, content = self.server.answer(self.path)
        self.send_response(status)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Quiet."""


def image(name: str, *, width: int = 96, height: int = 64, kind: str = "JPEG") -> bytes:
    """A picture that differs from name to name and that a lower quality makes smaller."""
    seed = int.from_bytes(name.encode()[-8:], "big")
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    target = io.BytesIO()
    options = {"quality": 95} if kind == "JPEG" else {}
    Image.fromarray(pixels).save(target, kind, **options)
    return target.getvalue()


@pytest.fixture(scope="session")
def _running_server() -> Iterator[ImageServer]:
    with ImageServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def images(_running_server: ImageServer, settings) -> ImageServer:
    """The server, which the site may ask."""
    settings.OUTBOUND_ALLOWED_NETWORKS = (ip_network("127.0.0.0/8"),)
    settings.OUTBOUND_ALLOWED_PORTS = frozenset({_running_server.port})
    _running_server.answers.clear()
    _running_server.asked.clear()
    return _running_server


def table(*rows: Sequence[object], header: Sequence[str] = HEADER) -> bytes:
    """A CSV; a list in a cell is written with commas in between."""
    target = io.StringIO(newline="")
    cells = ([",".join(cell) if isinstance(cell, list) else cell for cell in row] for row in rows)
    csv.writer(target).writerows([header, *cells])
    return target.getvalue().encode()


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere() -> Iterator[None]:
    broker.messages()
    yield
    broker.messages()


@pytest.fixture
def api(user: User) -> APIClient:
    """The API as the user sees it."""
    return api_of(user)


@pytest.fixture
def stranger_api(stranger: User) -> APIClient:
    """The API as someone else sees it."""
    return api_of(stranger)


@pytest.fixture
def make_batch(user: User, images: ImageServer, fake_detector) -> Callable[..., Batch]:
    """A batch of so many rows with an image each, or of the CSV in `content`; started unless it is a draft."""
    count = 0

    def make(
        rows: int = 2,
        *,
        content: bytes | None = None,
        owner: User | None = None,
        is_started: bool = True,
        compresses: bool = True,
        finds_people: bool = True,
        **options: object,
    ) -> Batch:
        nonlocal count
        count += 1
        given = [(number, f"Product {number}", [images.url(f"{count}/{number}.jpg")]) for number in range(1, rows + 1)]
        return create_batch(
            owner=owner or user,
            stream=io.BytesIO(table(*given) if content is None else content),
            name=f"batch {count}.csv",
            options=BatchOptions(
                compression=CompressionSettings() if compresses else None,
                detection=DetectionOptions.given() if finds_people else None,
                base_url="http://testserver",
                **options,
            ),
            is_started=is_started,
        ).batch

    return make


@pytest.fixture
def work_through(django_capture_on_commit_callbacks) -> Callable[[], None]:
    """Does all there is to do, as workers would: shifts, single images, results, deliveries.

    Whatever a test's requests have queued is sent anew: their transactions never end.
    """

    def work() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            shifts.feed(timezone.now())
            queue.send_images(list(_pending(BatchImage)))
            queue.send_results(list(_pending(Batch)))
        for _ in range(100):
            with django_capture_on_commit_callbacks(execute=True):
                worked = broker.work_through()
            if not worked:
                return
        raise AssertionError("there is always more to do")

    return work


def _pending(model: type[Batch | BatchImage]) -> object:
    return model.objects.order_by().filter(status="pending").values_list("pk", flat=True)


@pytest.fixture
def finished(make_batch, work_through) -> Batch:
    """A batch of two rows that is done."""
    batch = make_batch()
    work_through()
    batch.refresh_from_db()
    assert batch.status == Batch.Status.COMPLETED
    return batch
