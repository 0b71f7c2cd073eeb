"""What the figures share: photos, the stock yardstick, the site as `make run` serves it, and the closing line."""

import contextlib
import http.client
import io
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# Set before NumPy is loaded: threads that wait by spinning would take time from both sides of a ratio.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from poses.engine import models  # noqa: E402

MODELS = pathlib.Path(os.environ.get("POSE_MODELS_DIR", ROOT / "var" / "models"))
THREADS = len(os.sched_getaffinity(0))


def finish(name: str, figure: float, *, at_least: float | None = None, at_most: float | None = None) -> None:
    """Prints the last line and exits with 0 only if the goal holds."""
    holds = (at_least is None or figure >= at_least) and (at_most is None or figure <= at_most)
    goal = f">= {at_least}" if at_least is not None else f"<= {at_most}"
    print(f"{name} {figure:.3f} goal {goal} {'ok' if holds else 'short'}")
    sys.exit(0 if holds else 1)


def photos() -> list[bytes]:
    """COCO-size JPEGs (640 pixels on the longer side), each with one person, from the test packages' photos."""
    import matplotlib
    import skimage

    portrait = pathlib.Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg")
    sources = [Image.open(portrait).convert("RGB"), Image.fromarray(skimage.data.astronaut())]
    pictures = []
    for source in sources:
        for zoom in (1.0, 0.9, 0.8):
            width, height = source.size
            crop = source.crop((0, 0, round(width * zoom), round(height * zoom)))
            scale = 640 / max(crop.size)
            pictures.append(crop.resize((round(crop.width * scale), round(crop.height * scale))))
    return [_jpeg(picture) for picture in pictures]


def _jpeg(picture: Image.Image, quality: int = 88) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()


def large_photos() -> list[bytes]:
    """12-megapixel JPEGs, each with one person: the same six pictures, enlarged as a phone's photo is large."""
    pictures = [Image.open(io.BytesIO(jpeg)) for jpeg in photos()]
    enlarged = []
    for picture in pictures:
        scale = (12_000_000 / (picture.width * picture.height)) ** 0.5
        size = (round(picture.width * scale), round(picture.height * scale))
        enlarged.append(_jpeg(picture.resize(size, Image.Resampling.BICUBIC)))
    return enlarged


def with_own_bytes(jpeg: bytes, number: int) -> bytes:
    """The same picture in a file of its own: a comment segment after the first marker."""
    comment = f"benchmark {number}".encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def stock_landmarker() -> Any:
    """MediaPipe as it comes: the unpruned bundle, one person, default confidences."""
    from mediapipe.tasks.python import BaseOptions
    from mediapipe.tasks.python.vision import PoseLandmarker, PoseLandmarkerOptions

    bundle = models.find_model(MODELS, models.UNPRUNED).path
    return PoseLandmarker.create_from_options(
        PoseLandmarkerOptions(base_options=BaseOptions(model_asset_path=str(bundle)), num_poses=1)
    )


def stock_detect(landmarker: Any, pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> Any:
    """MediaPipe's own call."""
    from mediapipe import Image, ImageFormat

    return landmarker.detect(Image(image_format=ImageFormat.SRGB, data=pixels))


def stock_decode(jpeg: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """The fastest plain decode at hand: OpenCV's."""
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    return pixels.astype(np.uint8, copy=False)


class StockLoop:
    """The yardstick: a bare loop of decode and detect, one landmarker a thread."""

    def __init__(self, threads: int = THREADS) -> None:
        self.landmarkers = [stock_landmarker() for _ in range(threads)]

    def seconds(self, jpegs: Sequence[bytes]) -> float:
        """The time for all photos, shared out over the threads."""

        def work(number: int) -> None:
            for jpeg in jpegs[number :: len(self.landmarkers)]:
                stock_detect(self.landmarkers[number], stock_decode(jpeg))

        return in_threads(work, len(self.landmarkers))

    def close(self) -> None:
        """Frees the landmarkers."""
        for landmarker in self.landmarkers:
            landmarker.close()


def in_threads(work: Callable[[int], None], count: int) -> float:
    """Runs `work(0)` to `work(count - 1)`, a thread each; the seconds until the last is done. Errors are raised."""
    errors: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if errors:
        raise errors[0]
    return seconds


@dataclass(frozen=True)
class Site:
    """A running site, a token for its API, and the environment that its processes have."""

    port: int
    token: str
    environment: dict[str, str]

    def run(self, code: str) -> None:
        """Runs Python in a process of the site's."""
        command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", code]
        subprocess.run(command, env=self.environment, check=True)

    def logged_in(self, connection: http.client.HTTPConnection) -> dict[str, str]:
        """The headers of a browser whose user has logged in."""
        connection.request("GET", "/accounts/login/")
        response = connection.getresponse()
        response.read()
        token = _cookies(response)["csrftoken"]
        form = urllib.parse.urlencode(
            {"username": BENCH_EMAIL, "password": BENCH_PASSWORD, "csrfmiddlewaretoken": token}
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={token}"}
        connection.request("POST", "/accounts/login/", form, headers)
        response = connection.getresponse()
        response.read()
        return {"Cookie": f"sessionid={_cookies(response)['sessionid']}"}

    def connection(self) -> http.client.HTTPConnection:
        """A connection that is kept open."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def upload(self, connection: http.client.HTTPConnection, jpeg: bytes) -> bytes:
        """Posts one photo; the answer's body. Raises where it is not 201 Created."""
        boundary = "benchmark-boundary"
        disposition = 'Content-Disposition: form-data; name="image"; filename="photo.jpg"'
        head = f"--{boundary}\r\n{disposition}\r\nContent-Type: image/jpeg\r\n\r\n"
        body = b"".join((head.encode(), jpeg, f"\r\n--{boundary}--\r\n".encode()))
        headers = {**self.headers(), "Content-Type": f"multipart/form-data; boundary={boundary}"}
        connection.request("POST", "/api/photos/", body, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status != 201:
            raise RuntimeError(f"upload answered {response.status}: {answer[:200]!r}")
        return answer

    def get(self, connection: http.client.HTTPConnection, path: str) -> bytes:
        """The body of a page that must answer 200."""
        connection.request("GET", path, headers=self.headers())
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {answer[:200]!r}")
        return answer

    def headers(self) -> dict[str, str]:
        """Of a program that has logged in."""
        return {"Authorization": f"Bearer {self.token}"}


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# What would lead a figure to a site's own data; a file of settings may say the same.
_OF_A_SITE = ("DATABASE_URL", "BROKER_URL", "PHOTO_STORAGE")


def site_environment(folder: str | pathlib.Path, **values: str) -> dict[str, str]:
    """The environment of a site with its data in `folder` and nowhere else."""
    return {
        **{name: value for name, value in os.environ.items() if name not in _OF_A_SITE},
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(folder),
        "POSE_MODELS_DIR": str(MODELS),
        "DJANGO_SETTINGS_MODULE": "posesite.settings.development",
        "LOG_LEVEL": "WARNING",
        "WORKERS": "2",
        "PYTHONPATH": str(ROOT),
        **values,
    }


@contextlib.contextmanager
def running_site(prepare: str | None = None, **values: str) -> Iterator[Site]:
    """The site as `make run` serves it, on a data folder of its own; `prepare` is Python run in it first.

    `values` are settings of its environment.
    """
    with tempfile.TemporaryDirectory(prefix="posesite-bench-") as folder:
        port = free_port()
        environment = site_environment(folder, **values)
        manage = [sys.executable, str(ROOT / "manage.py")]
        if prepare:
            subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
            subprocess.run([*manage, "shell", "-v0", "-c", prepare], env=environment, check=True)
        serve = [*manage, "serve", "--port", str(port)]
        server = subprocess.Popen(serve, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_until_healthy(port)
            yield Site(port, _token(port), environment)
        finally:
            server.terminate()
            server.wait(60)


def _cookies(response: http.client.HTTPResponse) -> dict[str, str]:
    pairs = (value.partition(";")[0].partition("=") for value in response.headers.get_all("Set-Cookie", []))
    return {name: value for name, _, value in pairs}


def _wait_until_healthy(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("the site did not start")


BENCH_EMAIL, BENCH_PASSWORD = "bench@example.org", "a-password-of-the-benchmark"


def _token(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json"}
    account = {"email": BENCH_EMAIL, "name": "Bench", "password": BENCH_PASSWORD}
    connection.request("POST", "/api/auth/register/", json.dumps(account), headers)
    connection.getresponse().read()
    connection.request("POST", "/api/auth/login/", json.dumps(account), headers)
    return str(json.loads(connection.getresponse().read())["access"])


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
