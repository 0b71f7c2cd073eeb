"""Time a photo when each starts a new Python process, over time a photo through the site."""

import itertools
import pathlib
import subprocess
import sys
import tempfile
import time

from common import MODELS, ROOT, finish, in_threads, median, photos, running_site, with_own_bytes

from poses.engine import models

PROCESSES = 5
CLIENTS = 4
PHOTOS = 160

# What the services that this site replaces do for every photo.
SCRIPT = """
import sys
import cv2
from mediapipe.tasks.python import vision, BaseOptions
import mediapipe as mp
options = vision.PoseLandmarkerOptions(base_options=BaseOptions(model_asset_path=sys.argv[1]))
with vision.PoseLandmarker.create_from_options(options) as landmarker:
    pixels = cv2.imread(sys.argv[2], cv2.IMREAD_COLOR_RGB)
    result = landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels))
print(len(result.pose_landmarks))
"""


def main() -> None:
    pictures = photos()
    seconds = [_in_a_process(jpeg) for jpeg in pictures[:PROCESSES]]
    print(f"a process a photo: median {median(seconds) * 1000:.0f} ms")
    numbers = itertools.count()
    with running_site() as site:
        connections = [site.connection() for _ in range(CLIENTS)]

        def through_site(count: int) -> float:
            jpegs = [with_own_bytes(pictures[n % len(pictures)], n) for n in itertools.islice(numbers, count)]

            def work(client: int) -> None:
                for jpeg in jpegs[client::CLIENTS]:
                    site.upload(connections[client], jpeg)

            return in_threads(work, CLIENTS) / count

        through_site(24)
        site_seconds = [through_site(PHOTOS) for _ in range(3)]
    print(f"through the site: median {median(site_seconds) * 1000:.1f} ms")
    finish("process_per_photo", median(seconds) / median(site_seconds), at_least=80)


def _in_a_process(jpeg: bytes) -> float:
    bundle = models.find_model(MODELS, models.UNPRUNED).path
    with tempfile.TemporaryDirectory() as folder:
        photo = pathlib.Path(folder, "photo.jpg")
        photo.write_bytes(jpeg)
        started = time.perf_counter()
        command = [sys.executable, "-c", SCRIPT, str(bundle), str(photo)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        seconds = time.perf_counter() - started
    if done.stdout.strip() != "1":
        raise RuntimeError(f"the process found {done.stdout.strip()} people")
    return seconds


if __name__ == "__main__":
    main()
