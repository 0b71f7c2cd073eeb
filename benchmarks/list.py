"""p95 of the photo list and detail with 100,000 poses over 1,000."""

import contextlib
import json
import statistics
import time
from collections.abc import Iterator

from common import Site, finish, running_site

SMALL, LARGE = 1_000, 100_000
REQUESTS = 300
ROUNDS = 3

# Rows of one owner, made by the database's own bulk inserts; keypoints as a detection stores them.
PREPARE = """
import datetime, uuid
from django.utils import timezone
from accounts.models import User
from poses.engine import landmarks
from poses.models import Detection, Photo, Pose, PoseRevision
COUNT = {count}
owner = User.objects.create_user({email!r}, {password!r})
point = dict(x=0.512345, y=0.498765, z=-0.123456, visibility=0.987654, presence=0.998765)
keypoints = [dict(name=name, **point) for name in landmarks.NAMES]
box = dict(x=0.1, y=0.1, width=0.5, height=0.8)
start = timezone.now() - datetime.timedelta(days=30)
for first in range(0, COUNT, 1000):
    photos, detections, poses, revisions = [], [], [], []
    for number in range(first, first + 1000):
        at = start + datetime.timedelta(seconds=number)
        photo = Photo(owner=owner, file="none.jpg", thumbnail="none.jpg", sha256=f"{{number:064x}}", size_bytes=80000,
            width=640, height=480, content_type="image/jpeg", original_name=f"photo-{{number}}.jpg", source="api",
            model_name="pose_landmarker_full", people_wanted=5, min_confidence=0.5, status="completed",
            lease_until=None, people_found=1, created_at=at)
        detection = Detection(photo=photo, model_name="pose_landmarker_full", model_sha256="0" * 64,
            mediapipe_version="1", people_wanted=5, min_confidence=0.5, people_found=1, milliseconds=12)
        photo.detection = detection
        pose = Pose(photo=photo, person=0, detection=detection, score=0.9, created_at=at)
        revision = PoseRevision(pose=pose, number=1, source="model", keypoints=keypoints, world_keypoints=keypoints,
            score=0.9, box=box, detection=detection)
        pose.current = revision
        photos.append(photo), detections.append(detection), poses.append(pose), revisions.append(revision)
    from django.db import transaction
    with transaction.atomic():
        for model, rows in ((Photo, photos), (Detection, detections), (Pose, poses), (PoseRevision, revisions)):
            model.objects.bulk_create(rows)
from django.db import connection
connection.cursor().execute("ANALYZE")
"""


def main() -> None:
    with _filled(SMALL) as small, _filled(LARGE) as large:
        figures: dict[str, list[float]] = {"list": [], "detail": [], "deep page": []}
        for _ in range(ROUNDS):
            for name, times in figures.items():
                few, many = (_p95(site, name) for site in (small, large))
                print(f"{name}: p95 {few * 1000:.1f} ms with {SMALL:,} poses, {many * 1000:.1f} ms with {LARGE:,}")
                times.append(many / few)
    finish("list", max(statistics.median(ratios) for ratios in figures.values()), at_most=1.5)


@contextlib.contextmanager
def _filled(count: int) -> Iterator[Site]:
    from common import BENCH_EMAIL, BENCH_PASSWORD

    with running_site(PREPARE.format(count=count, email=BENCH_EMAIL, password=BENCH_PASSWORD)) as site:
        yield site


def _p95(site: Site, name: str) -> float:
    connection = site.connection()
    paths = _paths(site, name)
    times = []
    for number in range(REQUESTS):
        started = time.perf_counter()
        site.get(connection, paths[number % len(paths)])
        times.append(time.perf_counter() - started)
    connection.close()
    return statistics.quantiles(times[10:], n=20)[-1]


def _paths(site: Site, name: str) -> list[str]:
    """The first page; the tenth page; the photos of the tenth page."""
    connection = site.connection()
    if name == "list":
        return ["/api/photos/"]
    path = "/api/photos/"
    for _ in range(10):
        page = json.loads(site.get(connection, path))
        following = page["next"]
        path = following[following.index("/api/") :]
    if name == "deep page":
        return [path]
    return [f"/api/photos/{photo['id']}/" for photo in page["results"]]


if __name__ == "__main__":
    main()
