"""Photos a second by two background workers, from queue to saved poses, over stock MediaPipe in a bare loop."""

import contextlib
import io
import itertools
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator

from common import ROOT, StockLoop, finish, median, photos, site_environment, with_own_bytes

PHOTOS = 400
ROUNDS = 5


@contextlib.contextmanager
def worker() -> Iterator[None]:
    """The worker that `manage.py serve` runs, as it runs it."""
    from core.serving import programs

    process = subprocess.Popen(programs.worker().command, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def stored(count: int) -> None:
    """Photos without a detection, each with bytes of its own."""
    from accounts.models import User
    from poses.models import Photo
    from poses.services.options import DetectionOptions
    from poses.services.uploading import upload_photo

    owner = User.objects.create_user("bench@example.org", "a-password-of-the-benchmark")
    pictures = itertools.cycle(photos())
    for number in range(count):
        content = with_own_bytes(next(pictures), number)
        upload_photo(
            owner=owner,
            stream=io.BytesIO(content),
            name=f"{number}.jpg",
            source=Photo.Source.API,
            options=DetectionOptions.given(),
        )


def seconds_in_background() -> float:
    """Until every photo is detected for the first time."""
    from poses.models import Detection, Photo, Pose
    from poses.services.detecting import queue_again

    Photo.objects.update(detection=None)
    Pose.objects.all().delete()
    Detection.objects.all().delete()
    started = time.perf_counter()
    queued = queue_again(photos=Photo.objects.all(), actor=None)
    while Photo.objects.filter(lease_until__isnull=False).exists():
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    done = Photo.objects.filter(status="completed", detection__isnull=False, attempts=1).count()
    if not queued == done == Detection.objects.count():
        raise RuntimeError(f"queued {queued}, done {done}, {Detection.objects.count()} detections")
    return seconds


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="posesite-bench-") as folder:
        environment = site_environment(folder)
        os.environ.clear()
        os.environ.update(environment)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        stored(PHOTOS)
        stock = StockLoop()
        jpegs = [with_own_bytes(jpeg, 0) for jpeg in itertools.islice(itertools.cycle(photos()), PHOTOS)]
        site_rates, stock_rates = [], []
        with worker():
            stock.seconds(jpegs[:24])
            seconds_in_background()  # the workers make their models
            for round_number in range(ROUNDS):
                stock_rates.append(PHOTOS / stock.seconds(jpegs))
                site_rates.append(PHOTOS / seconds_in_background())
                print(f"round {round_number + 1}: stock {stock_rates[-1]:.1f}/s, workers {site_rates[-1]:.1f}/s")
        stock.close()
    ratios = [site / stock for site, stock in zip(site_rates, stock_rates, strict=True)]
    print(f"medians: stock {median(stock_rates):.1f}/s, workers {median(site_rates):.1f}/s")
    finish("background", median(ratios), at_least=1.0)


if __name__ == "__main__":
    main()
