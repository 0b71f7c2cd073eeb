"""Sites whose backups are measured: their databases and storages, and photos and poses as the site itself stores them.

`python backup_sites.py fill …` is what `BackupSite.fill` runs in a process of the site.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from common import BENCH_EMAIL, BENCH_PASSWORD, ROOT, site_environment

ENGINES = ("sqlite", "postgresql")
STORAGES = ("local", "mongodb", "s3")
PHOTO_BYTES, THUMBNAIL_BYTES = 250_000, 15_000
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class BackupSite:
    """A site in a folder of its own that no server runs for."""

    engine: str
    environment: dict[str, str]

    @property
    def data(self) -> Path:
        """What the site has for itself."""
        return Path(self.environment["DATA_DIR"])

    @property
    def backups(self) -> Path:
        """Where its backups go."""
        return Path(self.environment.get("BACKUP_DIR") or self.data / "backups")

    @property
    def url(self) -> str:
        """Of a PostgreSQL database; empty on SQLite."""
        return self.environment.get("DATABASE_URL", "")

    def with_settings(self, **values: str) -> "BackupSite":
        """The same site, set up otherwise."""
        return BackupSite(self.engine, {**self.environment, **values})

    def command(self, *arguments: str) -> list[str]:
        """How one of its commands is run."""
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs one of its commands, however it ends."""
        return subprocess.run(
            self.command(*arguments), env=self.environment, check=False, capture_output=True, text=True
        )

    def manage(self, *arguments: str) -> str:
        """Runs one of its commands, which must succeed; what it says."""
        done = self.run(*arguments)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def shell(self, code: str) -> Any:
        """Runs Python in a process of the site; what it prints last, as JSON."""
        return json.loads(self.manage("shell", "-v0", "-c", code).splitlines()[-1])

    def backup(self) -> Path:
        """Makes a backup that must be whole; its file, which is the last one made."""
        self.manage("backup", "--no-email")
        return self.last_backup()

    def last_backup(self) -> Path:
        """The youngest file that has a backup's name."""
        return max(self.backups.glob("[0-9]*-backup.zip"), key=lambda path: path.stat().st_mtime_ns)

    def fill(
        self, *, photos: int, poses: int, photo_bytes: int = PHOTO_BYTES, start: int = 0, files: bool = True
    ) -> None:
        """Adds photos, the first of them number `start`, with poses shared out over them, and their files.

        A number is a photo: it has the same id and the same bytes in every site, so that databases may share files.
        """
        options = {"photos": photos, "poses": poses, "photo_bytes": photo_bytes, "start": start, "files": files}
        command = [sys.executable, __file__, "fill", json.dumps(options)]
        done = subprocess.run(command, env=self.environment, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """One that the user of a database server may pass through."""
    with tempfile.TemporaryDirectory(prefix="posesite-bench-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A server of its own; the URL of its first database."""
    sys.path.insert(0, str(ROOT))
    from tests.servers import PostgreSQL

    server = PostgreSQL(folder)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@contextlib.contextmanager
def database(server_url: str) -> Iterator[str]:
    """A new, empty database on the server, dropped afterwards."""
    name = f"posesite_bench_{secrets.token_hex(4)}"
    url = server_url.rpartition("/")[0] + f"/{name}"
    try:
        empty_database(url)
        yield url
    finally:
        with _connected(server_url) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def empty_database(url: str) -> None:
    """Drops the database, if it is there, and makes it anew."""
    server, _, name = url.rpartition("/")
    with _connected(f"{server}/postgres") as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')


@contextlib.contextmanager
def new_site(
    engine: str, folder: Path, server_url: str, values: Mapping[str, str] | None = None, *, migrate: bool = True
) -> Iterator[BackupSite]:
    """A site with an empty database and these settings; `migrate` makes its tables."""
    with contextlib.ExitStack() as opened:
        settings = {"BROKER_URL": "memory://localhost", **(values or {})}
        if engine == "postgresql":
            settings["DATABASE_URL"] = opened.enter_context(database(server_url))
        folder.mkdir(parents=True, exist_ok=True)
        site = BackupSite(engine, site_environment(folder, **settings))
        if migrate:
            site.manage("migrate", "-v0")
        yield site


def wipe_database(site: BackupSite) -> None:
    """As on a new machine: no tables, or no file at all."""
    if site.engine == "postgresql":
        empty_database(site.url)
        return
    for ending in ("", "-wal", "-shm"):
        Path(f"{sqlite_path(site)}{ending}").unlink(missing_ok=True)


def sqlite_path(site: BackupSite) -> Path:
    """The database's file, where the site has it by default."""
    return site.data / "posesite.sqlite3"


def row_digests(site: BackupSite) -> dict[str, str]:
    """The SHA-256 of every table, its rows in the order of the primary key; and of the sequences, where there are any.

    But not of what backups write down about themselves.
    """
    return _postgresql_digests(site.url) if site.engine == "postgresql" else _sqlite_digests(sqlite_path(site))


def _sqlite_digests(path: Path) -> dict[str, str]:
    digests = {}
    with contextlib.closing(_read_only(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in sorted(tables):
            if table.startswith("backups_"):
                continue
            columns = connection.execute(f"SELECT name FROM pragma_table_info('{table}') WHERE pk ORDER BY pk")
            keys = ", ".join(f'"{name}"' for (name,) in columns) or "1, 2"
            digest = hashlib.sha256()
            for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY {keys}'):
                if table != "sqlite_sequence" or not row[0].startswith("backups_"):
                    digest.update(repr(row).encode())
            digests[table] = digest.hexdigest()
    return digests


def _postgresql_digests(url: str) -> dict[str, str]:
    digests = {}
    with _connected(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        for (table,) in tables:
            if table.startswith("backups_"):
                continue
            keys = connection.execute(
                "SELECT string_agg(quote_ident(attname), ', ') FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
                " AND attnum = ANY (indkey) WHERE indisprimary AND indrelid = %s::regclass",
                [f'"{table}"'],
            ).fetchone()[0]
            digests[table] = _digest_of_copy(connection, f'SELECT * FROM "{table}" ORDER BY {keys}')
        sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE sequencename !~ '^backups_' ORDER BY 1"
        digests["(sequences)"] = _digest_of_copy(connection, sequences)
    return digests


def _digest_of_copy(connection: Any, query: str) -> str:
    digest = hashlib.sha256()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copied:
        for piece in copied:
            digest.update(piece)
    return digest.hexdigest()


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def _connected(url: str) -> Any:
    import psycopg

    return psycopg.connect(url, autocommit=True)


@contextlib.contextmanager
def watched(site: BackupSite, query: str, note: Callable[[Any, float], None]) -> Iterator[None]:
    """Asks the database for a value ten times a second meanwhile; `note` gets it and the seconds since the last."""
    stop = threading.Event()

    def watch() -> None:
        with contextlib.closing(_connected(site.url) if site.url else _read_only(sqlite_path(site))) as connection:
            last = time.perf_counter()
            while not stop.wait(0.1):
                [value] = connection.execute(query).fetchone()
                now = time.perf_counter()
                note(value, now - last)
                last = now

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def photo_of(number: int, photo_bytes: int) -> tuple[uuid.UUID, bytes, bytes]:
    """A photo's id, its upload (a fifth more or less than `photo_bytes`) and its thumbnail, all by its number."""
    numbers = np.random.default_rng(number)
    size = int(photo_bytes * numbers.uniform(0.8, 1.2))
    thumbnail = int(min(THUMBNAIL_BYTES, photo_bytes) * numbers.uniform(0.8, 1.2))
    return uuid.UUID(bytes=numbers.bytes(16), version=4), numbers.bytes(size), numbers.bytes(thumbnail)


def _fill(*, photos: int, poses: int, photo_bytes: int, start: int, files: bool) -> None:
    """In a process of the site: rows in one transaction, files before it as the site does it."""
    import django

    django.setup()
    from django.db import connection, transaction

    from accounts.models import User

    owner = User.objects.filter(email=BENCH_EMAIL).first() or User.objects.create_user(BENCH_EMAIL, BENCH_PASSWORD)
    with ThreadPoolExecutor(4) as threads:
        numbers = range(start, start + photos)
        rows = list(threads.map(lambda number: _stored(number, photo_bytes, owner, files), numbers, chunksize=1))
        with transaction.atomic():
            _insert_rows(rows, poses)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _stored(number: int, photo_bytes: int, owner: Any, has_files: bool) -> Any:
    from datetime import UTC, datetime, timedelta

    from django.core.files.base import ContentFile

    from poses.models import Photo
    from poses.models.photo import photo_storage

    key, content, thumbnail = photo_of(number, photo_bytes)
    stem = f"{key.hex[:2]}/{key.hex}"
    if has_files:
        photo_storage().save(f"{stem}.jpg", ContentFile(content))
        photo_storage().save(f"{stem}.thumbnail.jpg", ContentFile(thumbnail))
    return Photo(
        id=key,
        owner=owner,
        file=f"{stem}.jpg",
        thumbnail=f"{stem}.thumbnail.jpg",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        width=640,
        height=480,
        content_type="image/jpeg",
        original_name=f"photo-{number}.jpg",
        source=Photo.Source.API,
        model_name="pose_landmarker_full",
        people_wanted=5,
        min_confidence=0.5,
        status=Photo.Status.COMPLETED,
        lease_until=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
    )


def _insert_rows(photos: list[Any], poses: int) -> None:
    from poses.models import Detection, Photo, Pose, PoseRevision

    detections, pose_rows, revision_rows = [], [], []
    numbers = np.random.default_rng(poses)
    keypoints = _Keypoints()
    for place, photo in enumerate(photos):
        people = poses // len(photos) + (place < poses % len(photos))
        detection = Detection(
            photo=photo,
            model_name=photo.model_name,
            model_sha256="0" * 64,
            mediapipe_version="1",
            people_wanted=max(people, 1),
            min_confidence=0.5,
            people_found=people,
            milliseconds=12,
        )
        photo.people_found = people
        detections.append(detection)
        for person in range(people):
            pose, revision = (uuid.UUID(bytes=numbers.bytes(16), version=4) for _ in range(2))
            pose_rows.append((pose, photo.pk, person, revision, detection.pk))
            revision_rows.append((revision, pose, detection.pk))
    shared = {"score": 0.9, "box": {"x": 0.1, "y": 0.1, "width": 0.5, "height": 0.8}}
    Photo.objects.bulk_create(photos, batch_size=_ROWS_AT_ONCE)
    Detection.objects.bulk_create(detections, batch_size=_ROWS_AT_ONCE)
    for photo, detection in zip(photos, detections, strict=True):
        photo.detection = detection
    Photo.objects.bulk_update(photos, ["detection"], batch_size=_ROWS_AT_ONCE)
    _write(Pose(score=0.9), ("id", "photo", "person", "current", "detection"), iter(pose_rows))
    _write(
        PoseRevision(number=1, source="model", keypoints=[], world_keypoints=[], **shared),
        ("id", "pose", "detection", "keypoints", "world_keypoints"),
        ((*row, keypoints.text(), keypoints.text()) for row in revision_rows),
    )


class _Keypoints:
    """33 keypoints with random numbers of six decimals, as the text of the JSON that the site stores."""

    def __init__(self) -> None:
        from poses.engine import landmarks

        point = '{{"name": "{}", "x": 0.%d, "y": 0.%d, "z": -0.%d, "visibility": 0.%d, "presence": 0.%d}}'
        self._text = f"[{', '.join(point.format(name) for name in landmarks.NAMES)}]"
        self._numbers = np.random.default_rng(1)

    def text(self) -> str:
        """Of one pose."""
        numbers = self._numbers.integers(100_000, 1_000_000, 33 * 5)
        return self._text % tuple((numbers + (numbers % 10 == 0)).tolist())


def _write(template: Any, names: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """Writes rows that are as the template but for the named columns; JSON is given as text.

    By COPY or executemany: that many rows take the ORM minutes.
    """
    from django.db import connection

    fields = list(template._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    prepared = [field.get_db_prep_save(field.pre_save(template, add=True), connection) for field in fields]
    places = [next(place for place, field in enumerate(fields) if field.name == name) for name in names]

    def whole(row: tuple[Any, ...]) -> list[Any]:
        values = list(prepared)
        for place, value in zip(places, row, strict=True):
            values[place] = value.hex if isinstance(value, uuid.UUID) else value
        return values

    table = template._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copied:
                for row in rows:
                    copied.write_row(whole(row))
        else:
            marks = ", ".join(["%s"] * len(fields))
            each: Any = map(whole, rows)
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', each)


def remove_photos(site: BackupSite) -> None:
    """Removes every local file of the site's photos."""
    shutil.rmtree(site.data / "photos", ignore_errors=True)


def megabytes(size_bytes: float) -> str:
    """For people."""
    return f"{size_bytes / 1e6:.0f} MB"


if __name__ == "__main__":
    if sys.argv[1:2] != ["fill"]:
        sys.exit("a helper of the figures of backups; run one of those")
    os.chdir(ROOT)
    _fill(**json.loads(sys.argv[2]))
