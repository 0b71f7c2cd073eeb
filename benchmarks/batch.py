"""Images a second of a batch on two workers (fetch, compress, find people, store) over a bare loop without any of that.

The yardstick decodes, runs stock MediaPipe and encodes at the same quality on two threads, from memory to memory.
"""

import io
import itertools
import os
import tempfile
import time

import cv2
from background import worker
from common import (
    THREADS,
    finish,
    in_threads,
    median,
    photos,
    site_environment,
    stock_decode,
    stock_detect,
    stock_landmarker,
    with_own_bytes,
)
from image_server import ImageServer, serving

IMAGES = 800
ROUNDS = 5
QUALITY = 50


def seconds_of_stock(landmarkers: list[object], jpegs: list[bytes]) -> float:
    """Decode, detect and encode, shared out over the threads."""

    def work(number: int) -> None:
        for jpeg in jpegs[number :: len(landmarkers)]:
            pixels = stock_decode(jpeg)
            stock_detect(landmarkers[number], pixels)
            cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])

    return in_threads(work, len(landmarkers))


def seconds_of_batch(server: ImageServer, first: int) -> float:
    """From the CSV's arrival to the written output CSV."""
    from accounts.models import User
    from batches.imaging.settings import CompressionSettings
    from batches.models import Batch, BatchImage
    from batches.services.creating import create_batch
    from batches.services.options import BatchOptions
    from poses.services.options import DetectionOptions

    owner, _ = User.objects.get_or_create(email="bench@example.org")
    lines = [f"{number},Product {number},{server.url(f'own/{number}.jpg')}" for number in range(first, first + IMAGES)]
    content = "\n".join(["S. No.,Product Name,Input Image Urls", *lines]).encode()
    options = BatchOptions(
        compression=CompressionSettings(quality=QUALITY),
        detection=DetectionOptions.given(people=1),
        base_url="http://127.0.0.1",
    )
    started = time.perf_counter()
    batch = create_batch(
        owner=owner, stream=io.BytesIO(content), name="bench.csv", options=options, is_started=True
    ).batch
    while not Batch.objects.filter(pk=batch.pk, status="completed").exists():
        time.sleep(0.1)
        if time.perf_counter() - started > 300:
            raise RuntimeError("the batch does not end")
    seconds = time.perf_counter() - started
    done = BatchImage.objects.filter(batch=batch, status="completed", photo__people_found=1, output__isnull=False)
    if done.count() != IMAGES:
        raise RuntimeError(f"{done.count()} of {IMAGES} are done: {batch.images.exclude(error_code='').first()}")
    return seconds


def main() -> None:
    with serving() as server, tempfile.TemporaryDirectory(prefix="posesite-bench-") as folder:
        environment = site_environment(
            folder, OUTBOUND_ALLOWED_NETWORKS="127.0.0.0/8", OUTBOUND_ALLOWED_PORTS=str(server.port)
        )
        os.environ.clear()
        os.environ.update(environment)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        landmarkers = [stock_landmarker() for _ in range(THREADS)]
        jpegs = [with_own_bytes(jpeg, 0) for jpeg in itertools.islice(itertools.cycle(photos()), IMAGES)]
        site_rates, stock_rates = [], []
        with worker():
            seconds_of_stock(landmarkers, jpegs[:24])
            seconds_of_batch(server, 0)  # the workers make their models
            for number in range(1, ROUNDS + 1):
                stock_rates.append(IMAGES / seconds_of_stock(landmarkers, jpegs))
                site_rates.append(IMAGES / seconds_of_batch(server, number * IMAGES))
                print(f"round {number}: stock {stock_rates[-1]:.1f}/s, batch {site_rates[-1]:.1f}/s")
        for landmarker in landmarkers:
            landmarker.close()
    ratios = [site / stock for site, stock in zip(site_rates, stock_rates, strict=True)]
    print(f"medians: stock {median(stock_rates):.1f}/s, batch {median(site_rates):.1f}/s")
    finish("batch", median(ratios), at_least=0.9)


if __name__ == "__main__":
    main()
