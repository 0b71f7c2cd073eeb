"""Seconds until 300 photos are finished after a part of the site was killed in their middle; the worst of all runs.

Each fault is run three times, in a process and with servers of its own: the worker, everything, Redis, PostgreSQL.
Every photo must then be detected once. Last, a photo that kills its worker must fail and leave the others unharmed.
"""

import contextlib
import io
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from common import ROOT, finish, free_port, photos, site_environment, with_own_bytes

PHOTOS = 300
RUNS = 3
WARM_UP = 20
PATIENCE_S = 180
DEADLY_WIDTH = 333


class Site:
    """A site in a folder of its own, as `manage.py serve` runs it, and the row's view of it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.log = folder / "log"
        self.port = free_port()
        made = site_environment(folder / "data", **environment)
        os.environ.clear()
        os.environ.update(made)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("setup", verbosity=0, stdout=io.StringIO())
        self.serving: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Web server, worker and beat under their supervisor."""
        command = [sys.executable, "manage.py", "serve", "--skip-setup", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.serving = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def stop(self) -> None:
        """In good order."""
        if self.serving is not None:
            self.serving.terminate()
            self.serving.wait(60)

    def family(self, word: str = "") -> list[int]:
        """The supervisor's children whose command has the word in it, and all their descendants."""
        assert self.serving is not None
        return [
            descendant
            for child in children(self.serving.pid)
            if word in Path(f"/proc/{child}/cmdline").read_text()
            for descendant in (child, *descendants(child))
        ]


def children(process: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def descendants(process: int) -> list[int]:
    return [found for child in children(process) for found in (child, *descendants(child))]


def kill(processes: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


class Nobody:
    """A detector that finds nobody at once: storing is not what is measured."""

    def detect(self, *args: object, **options: object) -> tuple[()]:
        """See Detector."""
        return ()


def store(count: int, *, deadly: int = 0) -> None:
    """Photos, each with bytes of its own; the first `deadly` of them as wide as kills a frail worker."""
    from PIL import Image

    from accounts.models import User
    from poses.models import Photo
    from poses.services.options import DetectionOptions
    from poses.services.uploading import upload_photo

    target = io.BytesIO()
    Image.new("RGB", (DEADLY_WIDTH, 200), "teal").save(target, "JPEG")
    owner = User.objects.create_user("faults@example.org", "a-password-of-the-benchmark")
    pictures = itertools.chain(itertools.repeat(target.getvalue(), deadly), itertools.cycle(photos()))
    for number in range(count):
        content = with_own_bytes(next(pictures), number)
        upload_photo(
            owner=owner,
            stream=io.BytesIO(content),
            name=str(number),
            source=Photo.Source.API,
            options=DetectionOptions.given(),
            detector=Nobody(),
        )


def queue(limit: int) -> None:
    """Has photos detected as if for the first time."""
    from poses.models import Detection, Photo, Pose
    from poses.services.detecting import queue_again

    Photo.objects.update(detection=None)
    Pose.objects.all().delete()
    Detection.objects.all().delete()
    keys = Photo.objects.order_by("original_name").values_list("pk")[:limit]
    queue_again(photos=Photo.objects.filter(pk__in=list(keys.values_list("pk", flat=True))), actor=None)


def counts() -> tuple[int, int]:
    """Photos that are unfinished, and detections that are kept; asked again while the database is down."""
    from django.db import DatabaseError, connection

    from poses.models import Detection, Photo

    while True:
        try:
            return Photo.objects.filter(lease_until__isnull=False).count(), Detection.objects.count()
        except DatabaseError:
            connection.close()
            time.sleep(0.1)


def wait_until(is_met: Callable[[int, int], bool], site: Site) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_met(*counts()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{counts()} after {PATIENCE_S} s\n{site.log.read_text()[-3000:]}")
        time.sleep(0.05)


def measure(site: Site, fault: Callable[[], None]) -> dict[str, float]:
    """Kills in the middle, waits until nothing is unfinished, and counts."""
    from django.db.models import Count

    from poses.models import Detection, Photo

    site.start()
    store(PHOTOS)
    queue(WARM_UP)
    wait_until(lambda unfinished, _: not unfinished, site)
    queue(PHOTOS)
    wait_until(lambda _, detections: detections >= PHOTOS // 3, site)
    before, _ = counts()
    fault()
    restarted_at = time.monotonic()
    wait_until(lambda unfinished, _: not unfinished, site)
    seconds = time.monotonic() - restarted_at
    time.sleep(1)  # whatever is still under way would write now
    twice = Detection.objects.values("photo").annotate(times=Count("pk")).filter(times__gt=1).count()
    return {
        "seconds": seconds,
        "unfinished": before,
        "completed": Photo.objects.filter(status="completed", detection__isnull=False).count(),
        "twice": twice,
    }


def fault_worker(folder: Path) -> dict[str, float]:
    """The worker and its processes; the supervisor starts it again."""
    site = Site(folder)
    try:
        return measure(site, lambda: kill(site.family("celery\0--quiet\0--app\0posesite\0worker")))
    finally:
        site.stop()


def fault_everything(folder: Path) -> dict[str, float]:
    """Supervisor, web server, worker and beat; started again by hand."""
    site = Site(folder)

    def power_cut() -> None:
        assert site.serving is not None
        kill([site.serving.pid, *descendants(site.serving.pid)])
        site.serving.wait()
        site.start()

    try:
        return measure(site, power_cut)
    finally:
        site.stop()


def fault_redis(folder: Path) -> dict[str, float]:
    """The broker, with its append-only file; down for three seconds."""
    from tests.servers import Redis

    redis = Redis(folder / "redis")
    redis.start()
    site = Site(folder, BROKER_URL=redis.url)

    def restart() -> None:
        redis.stop()
        time.sleep(3)
        redis.start()

    try:
        return measure(site, restart)
    finally:
        site.stop()
        redis.stop()


def fault_postgresql(folder: Path) -> dict[str, float]:
    """The database, every process of it; down for three seconds."""
    from tests.servers import PostgreSQL

    database = PostgreSQL(folder / "postgresql")
    database.start()
    site = Site(folder, DATABASE_URL=database.url)

    def restart() -> None:
        assert database.process is not None
        kill(descendants(database.process.pid))
        database.stop()
        time.sleep(3)
        database.start()

    try:
        return measure(site, restart)
    finally:
        site.stop()
        database.stop()


def deadly_photo(folder: Path) -> dict[str, float]:
    """A photo that kills its worker, among the others."""
    from core.serving import programs

    site = Site(folder)
    store(PHOTOS, deadly=1)
    environment = {**os.environ, "FRAIL_WIDTH": str(DEADLY_WIDTH)}
    started = []
    with site.log.open("ab") as log:
        for program in (programs.worker(), programs.beat()):
            command = [part.replace("posesite", "tests.frail_worker") for part in program.command]
            started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
    try:
        queue(PHOTOS)
        began_at = time.monotonic()
        wait_until(lambda unfinished, _: not unfinished, site)
        seconds = time.monotonic() - began_at
    finally:
        for process in started:
            process.terminate()
            process.wait(60)
    from poses.models import Photo

    failed = list(Photo.objects.filter(status="failed").values_list("error_code", "attempts"))
    return {
        "seconds": seconds,
        "completed": Photo.objects.filter(status="completed", detection__isnull=False).count(),
        "failed": failed == [("crashed", 3)],
    }


FAULTS = {
    "worker": fault_worker,
    "everything": fault_everything,
    "redis": fault_redis,
    "postgresql": fault_postgresql,
    "deadly": deadly_photo,
}


def run(name: str) -> dict[str, float]:
    """One fault in a process of its own, for Django's settings are made once a process."""
    done = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stdout}\n{done.stderr}")
    outcome: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return outcome


def main() -> None:
    worst, is_whole = 0.0, True
    for name in ("worker", "everything", "redis", "postgresql"):
        outcomes = [run(name) for _ in range(RUNS)]
        for outcome in outcomes:
            print(
                f"{name}: killed with {outcome['unfinished']:.0f} of {PHOTOS} unfinished; {outcome['completed']:.0f} "
                f"completed, {outcome['twice']:.0f} twice, {outcome['seconds']:.1f} s after the restart"
            )
            is_whole &= outcome["completed"] == PHOTOS and not outcome["twice"]
        worst = max(worst, *(outcome["seconds"] for outcome in outcomes))
    deadly = run("deadly")
    print(
        f"deadly photo: {deadly['completed']:.0f} of {PHOTOS - 1} others completed, "
        f"it failed after 3 attempts: {bool(deadly['failed'])}, all over after {deadly['seconds']:.0f} s"
    )
    is_whole &= deadly["completed"] == PHOTOS - 1 and bool(deadly["failed"])
    finish("faults", worst if is_whole else float("inf"), at_most=60)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory(prefix="posesite-faults-") as made:
            Path(made).chmod(0o755)
            print(json.dumps(FAULTS[sys.argv[1]](Path(made))))
    else:
        main()
