"""Milliseconds that 95 of 100 pages stay below while two background workers detect without a pause."""

import http.client
import time

from common import BENCH_EMAIL, finish, median, photos, running_site

PHOTOS = 2000
REQUESTS = 400

STORE = """
import hashlib, io, uuid
from accounts.models import User
from poses.models import Photo
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
owner = User.objects.get(email={email!r})
content = open({path!r}, "rb").read()
first = upload_photo(owner=owner, stream=io.BytesIO(content), name="photo.jpg", source=Photo.Source.API,
                     options=DetectionOptions.given()).photo
rows = []
for number in range({count}):
    row = Photo.objects.get(pk=first.pk)
    row.pk, row.detection, row.sha256 = uuid.uuid4(), None, hashlib.sha256(str(number).encode()).hexdigest()
    rows.append(row)
Photo.objects.bulk_create(rows)
"""
QUEUE = """
from poses.models import Photo
from poses.services.detecting import queue_again
print(queue_again(photos=Photo.objects.filter(detection=None), actor=None), "photos queued")
"""
# None left would mean that the workers were idle for a part of it, all of them that they never worked.
CHECK = """
from poses.models import Photo
left = Photo.objects.filter(lease_until__isnull=False).count()
print(left, "still unfinished")
assert 0 < left < {count} - 100, left
"""


def milliseconds(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}")
    return (time.perf_counter() - started) * 1000


def p95(values: list[float]) -> float:
    return sorted(values)[round(0.95 * (len(values) - 1))]


def main() -> None:
    import json
    import tempfile

    with running_site() as site, tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        file.write(photos()[0])
        file.flush()
        site.run(STORE.format(email=BENCH_EMAIL, path=file.name, count=PHOTOS))
        connection = site.connection()
        headers = site.logged_in(connection)
        photo = json.loads(site.get(connection, "/api/photos/"))["results"][-1]["id"]
        paths = ("/", f"/photos/{photo}/", "/api/photos/", f"/api/photos/{photo}/thumbnail/", "/accounts/profile/")

        def measured(requests: int) -> dict[str, list[float]]:
            times: dict[str, list[float]] = {path: [] for path in paths}
            for number in range(requests):
                path = paths[number % len(paths)]
                times[path].append(milliseconds(connection, path, headers))
                time.sleep(0.01)
            return times

        measured(50)
        idle = measured(REQUESTS)
        site.run(QUEUE)
        busy = measured(REQUESTS)
        site.run(CHECK.format(count=PHOTOS))
    for path in paths:
        name = path.replace(photo, "…")
        print(
            f"{name}: idle median {median(idle[path]):.1f}, p95 {p95(idle[path]):.1f} ms; "
            f"busy median {median(busy[path]):.1f}, p95 {p95(busy[path]):.1f} ms"
        )
    finish("pages", p95([value for times in busy.values() for value in times]), at_most=100)


if __name__ == "__main__":
    main()
