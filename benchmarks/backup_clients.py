"""What is wrong with backups that were made while four clients uploaded, edited and deleted; there may be nothing.

On a site as `make run` serves it, once on SQLite and once on PostgreSQL. Every backup must be whole and verify, and be
restored into an empty site: there every row must have its file with its SHA-256, and rows must agree with each other.
The figure counts rows without a file, files that differ, rows that disagree, and backups that are not whole. Afterwards
the files of photos deleted meanwhile must be gone within seconds: what is left of them counts as well.
"""

import contextlib
import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from backup_sites import (
    ENGINES,
    BackupSite,
    database,
    megabytes,
    new_site,
    postgresql,
    remove_photos,
    temporary_folder,
    watched,
)
from common import Site, finish, photos, running_site, with_own_bytes

PHOTOS, POSES, PHOTO_BYTES = 2_000, 4_000, 250_000
BACKUPS = 3
PAUSE_S = 0.01
SWEPT_WITHIN_S = 60
SEED = 6

_FILLED = """
import json
from poses.models import Photo, Pose
photos = [str(pk) for pk in Photo.objects.values_list("pk", flat=True)]
print(json.dumps([photos, [str(pk) for pk in Pose.objects.values_list("pk", flat=True)]]))
"""
_KEPT = """
import json
from poses.models import Removal
print(json.dumps(Removal.objects.exclude(status="completed").count()))
"""
_FOREIGN_KEYS = """
import json
from django.db import connection
with connection.cursor() as cursor:
    if connection.vendor == "postgresql":
        broken = "count(*) FILTER (WHERE NOT convalidated)"
        cursor.execute(f"SELECT count(*), {broken} FROM pg_constraint WHERE contype = 'f'")
        print(json.dumps(cursor.fetchone()))
    else:
        keys = sum(len(connection.introspection.get_relations(cursor, name)) for name in
            connection.introspection.table_names(cursor))
        cursor.execute("PRAGMA foreign_key_check")
        print(json.dumps([keys, len(cursor.fetchall())]))
"""
_LOOK = """
import hashlib, json, pathlib
from django.conf import settings
from django.db.models import Count, F, Max
from poses.models import Photo, Pose, PoseRevision
from poses.services.stored_files import all_file_rows
folder = pathlib.Path(settings.DATA_DIR, "photos")
found = dict.fromkeys(("rows", "without a file", "files that differ", "poses that disagree"), 0)
for rows in all_file_rows():
    for some in rows.all():
        for row in some:
            found["rows"] += 1
            for name in row.names:
                path = folder / name
                if not path.is_file() or not path.stat().st_size:
                    found["without a file"] += 1
                elif (sha256 := row.sha256_of(name)) and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                    found["files that differ"] += 1
numbered = Pose.objects.annotate(count=Count("revisions"), last=Max("revisions__number"))
found["poses that disagree"] = (
    Pose.objects.exclude(current__pose=F("pk")).count()
    + numbered.exclude(count=F("last"), current__number=F("last")).count()
    + Photo.objects.filter(status="completed").annotate(people=Count("poses")).exclude(people=F("people_found")).count()
)
found["edited poses"] = PoseRevision.objects.filter(number__gt=1).values("pose").distinct().count()
named = {name for rows in all_file_rows() for some in rows.all() for row in some for name in row.names}
found["files without a row"] = sum(
    str(path.relative_to(folder)) not in named for path in folder.glob("**/*") if path.is_file()
)
print(json.dumps(found))
"""


class Clients:
    """Four of them, from `start` to `stop`; what they were answered is counted."""

    def __init__(self, site: Site, photo_ids: list[str], pose_ids: list[str]) -> None:
        self.site = site
        self.answers: Counter[str] = Counter()
        self.pose_ids = pose_ids
        self.photo_ids = photo_ids
        random.Random(SEED).shuffle(self.photo_ids)
        self.numbers = itertools.count()
        self.pictures = photos()
        self.stopped = threading.Event()
        works = (self.upload, self.edit, self.delete, self.all_three)
        self.threads = [threading.Thread(target=self._repeat, args=(work, number)) for number, work in enumerate(works)]

    def start(self) -> None:
        """Returns at once."""
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Returns once all have their last answer."""
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def upload(self, connection: http.client.HTTPConnection, chance: random.Random) -> None:
        """A photo with a person, found at once."""
        self.photo_ids.append(self._uploaded(connection)["id"])

    def edit(self, connection: http.client.HTTPConnection, chance: random.Random) -> None:
        """Moves the nose of some pose, be it deleted by now."""
        pose = chance.choice(self.pose_ids)
        status, answer = self._asked(connection, "GET", f"/api/poses/{pose}/")
        if status == http.client.OK:
            self._move_nose(connection, pose, answer["revision"], chance)

    def delete(self, connection: http.client.HTTPConnection, chance: random.Random) -> None:
        """One of the photos, the older ones first."""
        if self.photo_ids:
            self._asked(connection, "DELETE", f"/api/photos/{self.photo_ids.pop(0)}/")
        time.sleep(PAUSE_S)  # else there is soon nothing left

    def all_three(self, connection: http.client.HTTPConnection, chance: random.Random) -> None:
        """One after the other, on one photo."""
        photo = self._uploaded(connection)
        for pose in photo.get("poses", []):
            self._move_nose(connection, pose["id"], pose["revision"], chance)
        if chance.random() < 0.5:
            self._asked(connection, "DELETE", f"/api/photos/{photo['id']}/")

    def _repeat(self, work: Callable[[http.client.HTTPConnection, random.Random], None], number: int) -> None:
        connection, chance = self.site.connection(), random.Random(f"{SEED} {number}")
        while not self.stopped.is_set():
            try:
                work(connection, chance)
            except Exception as error:
                self.answers[f"error {error!r:.200}"] += 1
                connection.close()

    def _uploaded(self, connection: http.client.HTTPConnection) -> dict[str, Any]:
        number = next(self.numbers)
        answer = self.site.upload(connection, with_own_bytes(self.pictures[number % len(self.pictures)], number))
        self.answers["POST 201"] += 1
        uploaded: dict[str, Any] = json.loads(answer)
        return uploaded

    def _move_nose(
        self, connection: http.client.HTTPConnection, pose: str, revision: int, chance: random.Random
    ) -> None:
        nose = {"name": "nose", "x": round(chance.random(), 6), "y": round(chance.random(), 6)}
        self._asked(connection, "PATCH", f"/api/poses/{pose}/", {"expected_revision": revision, "keypoints": [nose]})

    def _asked(
        self, connection: http.client.HTTPConnection, method: str, path: str, document: Any = None
    ) -> tuple[int, Any]:
        body = None if document is None else json.dumps(document)
        connection.request(method, path, body, {**self.site.headers(), "Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        self.answers[f"{method} {response.status}"] += 1
        return response.status, json.loads(answer) if answer[:1] == b"{" else None


def main() -> None:
    count = 0
    with temporary_folder() as folder, postgresql(folder / "server") as server_url:
        for engine in ENGINES:
            with contextlib.ExitStack() as opened:
                values = {}
                if engine == "postgresql":
                    values["DATABASE_URL"] = opened.enter_context(database(server_url))
                running = opened.enter_context(running_site(**values))
                count += _wrong(running, engine, folder, server_url)
    finish("backup_clients", count, at_most=0)


def _wrong(running: Site, engine: str, folder: Path, server_url: str) -> int:
    site = BackupSite(engine, running.environment)
    site.fill(photos=PHOTOS, poses=POSES, photo_bytes=PHOTO_BYTES)
    clients = Clients(running, *site.shell(_FILLED))
    clients.start()
    wrong, made = 0, []
    try:
        time.sleep(1)
        for _ in range(BACKUPS):
            before, started = clients.answers.copy(), time.perf_counter()
            kept: list[int] = []
            with watched(site, "SELECT count(*) FROM poses_removal", partial(_append, kept)):
                ended = site.run("backup", "--manual", "--no-email")  # a manual one stays when the next is made
            seconds, during = time.perf_counter() - started, clients.answers - before
            if ended.returncode:
                wrong += 1
                print(f"  the backup ended with {ended.returncode}: {ended.stdout}{ended.stderr}", flush=True)
                continue
            made.append(site.last_backup())
            size = megabytes(made[-1].stat().st_size)
            print(
                f"{engine}: {size} in {seconds:.1f} s; meanwhile {_said(during)}; up to {max(kept)} files were kept",
                flush=True,
            )
    finally:
        clients.stop()
    stopped = time.perf_counter()
    if len(set(made)) != BACKUPS:
        print(f"  {len(set(made))} backups of {BACKUPS}")
    wrong += _left(site, stopped)
    unexpected = {name for name in clients.answers if name.split()[-1] not in ("200", "201", "204", "404", "409")}
    print(f"{engine}: not as expected: {_said({name: clients.answers[name] for name in unexpected}) or 'no answer'}")
    keys = site.shell(_FOREIGN_KEYS)[0]
    for number, path in enumerate(made):
        wrong += _wrong_with(path, engine, folder / f"{engine}-{number}", server_url, keys)
    return wrong


def _left(site: BackupSite, stopped: float) -> int:
    """Files of deleted photos that are there when the site has had time to remove them."""
    while site.shell(_KEPT) and time.perf_counter() - stopped < SWEPT_WITHIN_S:
        time.sleep(0.5)
    seconds, found = time.perf_counter() - stopped, site.shell(_LOOK)
    print(
        f"{site.engine}: {seconds:.1f} s later nothing waits, {found['files without a row']} files of no row",
        flush=True,
    )
    if found["without a file"] or found["files that differ"] or found["poses that disagree"]:
        print(f"  the site itself: {_said(found)}")
    return int(found["files without a row"] + site.shell(_KEPT))


def _wrong_with(path: Path, engine: str, folder: Path, server_url: str, keys: int) -> int:
    """What is wrong with a backup, restored into an empty site."""
    with new_site(engine, folder, server_url, migrate=False) as site:
        if (ended := site.run("verify_backup", str(path))).returncode:
            print(f"  {path.name} does not verify: {ended.stderr}", flush=True)
            return 1
        if (ended := site.run("restore", str(path), "--into-empty", "--no-input")).returncode:
            print(f"  {path.name} cannot be restored: {ended.stdout}{ended.stderr}", flush=True)
            return 1
        found, (restored_keys, broken) = site.shell(_LOOK), site.shell(_FOREIGN_KEYS)
        found["broken foreign keys"] = broken + abs(keys - restored_keys)
        print(f"{engine}: {path.name} restored: {_said(found)}", flush=True)
        if not found["rows"]:
            raise RuntimeError("nothing was restored")
        names = ("without a file", "files that differ", "poses that disagree", "broken foreign keys")
        remove_photos(site)
        return int(sum(found[name] for name in (*names, "files without a row")))


def _append(values: list[int], value: int, seconds: float) -> None:
    values.append(value)


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


if __name__ == "__main__":
    main()
