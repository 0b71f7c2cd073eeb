"""A verified backup of the site over a plain dump and `zip -0` of the same data, and the way back.

2,000 photos and 100,000 poses on each pair of {SQLite, PostgreSQL} and {local, GridFS, S3}. Plain is SQLite's online
backup or `pg_dump -Fc`, files fetched one by one by the plain client where they do not lie there already, then
`zip -0 -r` of both; it is not verified. On each pair the backup is also restored onto nothing at all: every row and
every file's SHA-256 must be as before, else the figure is infinite. The servers of GridFS and S3 are test servers in
Python on the same cores.
"""

import contextlib
import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backup_sites import (
    ENGINES,
    STORAGES,
    BackupSite,
    megabytes,
    new_site,
    photo_of,
    postgresql,
    row_digests,
    sqlite_path,
    temporary_folder,
    watched,
    wipe_database,
)
from common import finish, median

PHOTOS, POSES, PHOTO_BYTES = 2_000, 100_000, 250_000
ROUNDS = 3  # once where servers in Python take most of the time
LONGEST_RATIO = 1.5

Steps = dict[str, float]


class Photos:
    """The storage of photos, through its plain client alone."""

    def __init__(self, kind: str, site: BackupSite) -> None:
        self.kind = kind
        self.folder = site.data / "photos"
        self.values = site.environment
        self._client: Any = None

    def fetch(self, names: list[str], folder: Path) -> None:
        """Copies the files into a folder, one by one."""
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("wb") as file, contextlib.closing(self._opened(name)) as opened:
                shutil.copyfileobj(opened, file, 1 << 20)

    def wipe(self) -> None:
        """Removes every file."""
        if self.kind == "local":
            shutil.rmtree(self.folder, ignore_errors=True)
        elif self.kind == "mongodb":
            for collection in (self._bucket().files, self._bucket().chunks):
                collection.drop()
        else:
            for page in self._s3().get_paginator("list_objects_v2").paginate(Bucket=self.values["S3_BUCKET"]):
                keys = [{"Key": each["Key"]} for each in page.get("Contents", [])]
                self._s3().delete_objects(Bucket=self.values["S3_BUCKET"], Delete={"Objects": keys, "Quiet": True})

    def _opened(self, name: str) -> Any:
        if self.kind == "local":
            return (self.folder / name).open("rb")
        if self.kind == "mongodb":
            return self._gridfs().open_download_stream_by_name(name)
        return self._s3().get_object(Bucket=self.values["S3_BUCKET"], Key=name)["Body"]

    def _bucket(self) -> Any:
        import pymongo

        if self._client is None:
            self._client = pymongo.MongoClient(self.values["MONGODB_URI"])
        return self._client["posesite"]["photos"]

    def _gridfs(self) -> Any:
        import gridfs

        return gridfs.GridFSBucket(self._bucket().database, "photos")

    def _s3(self) -> Any:
        import boto3

        if self._client is None:
            self._client = boto3.client(
                "s3",
                endpoint_url=self.values["S3_ENDPOINT_URL"],
                region_name="us-east-1",
                aws_access_key_id=self.values["S3_ACCESS_KEY_ID"],
                aws_secret_access_key=self.values["S3_SECRET_ACCESS_KEY"],
            )
        return self._client


def main() -> None:
    """Arguments, for trying: photos, poses, rounds."""
    given = [int(argument) for argument in sys.argv[1:]]
    photos, poses, rounds = (*given, *(PHOTOS, POSES, ROUNDS)[len(given) :])
    names, hashes = _files_of(photos)
    ratios = {}
    with _servers() as (folder, server_url, values):
        is_filled = False
        for engine in ENGINES:
            with new_site(engine, folder / engine, server_url, values) as site:
                site.fill(photos=photos, poses=poses, photo_bytes=PHOTO_BYTES)
                if not is_filled:  # the photos of both databases are the same
                    for kind in STORAGES[1:]:
                        _copy_into(kind, site, names)
                is_filled = True
                for kind in STORAGES:
                    at = site.with_settings(PHOTO_STORAGE=kind)
                    ratios[engine, kind] = _measure(at, kind, folder, hashes, rounds if kind == "local" else 1)
                shutil.rmtree(site.data / "photos")
    for (engine, kind), ratio in ratios.items():
        print(f"{engine} and {kind}: {ratio:.2f} times the plain way")
    finish("backup", max(ratios.values()), at_most=LONGEST_RATIO)


def _measure(site: BackupSite, kind: str, folder: Path, hashes: dict[str, str], rounds: int) -> float:
    """Backs up, wipes, restores, compares; then goes on backing up, by turns with the plain way."""
    photos = Photos(kind, site)
    before = row_digests(site)
    ours, steps = [], []
    plain: list[Steps] = []
    seconds, step = _ours(site)
    made = site.last_backup()
    wipe_database(site)
    photos.wipe()
    started = time.perf_counter()
    site.manage("restore", str(made), "--into-empty", "--no-input")
    restored = time.perf_counter() - started
    after = row_digests(site)
    differing = [table for table in before.keys() | after.keys() if before.get(table) != after.get(table)]
    for number in range(rounds):
        if number:
            seconds, step = _ours(site)
        ours.append(seconds)
        steps.append(step)
        plain.append(_plain(site, photos, list(hashes), folder / "plain", None if number else hashes, differing))
    sums = [sum(each.values()) for each in plain]
    ratio = median(ours) / median(sums)
    size = site.last_backup().stat().st_size
    print(
        f"{site.engine} and {kind}: ours {median(ours):.1f} s ({_parts(steps)}; {megabytes(size)}), plain"
        f" {median(sums):.1f} s ({_parts(plain)}), ratio {ratio:.2f}; restored in {restored:.1f} s,"
        f" {len(before)} tables and {len(hashes)} files compared, {len(differing)} differ"
        f"{''.join(f' {name}' for name in differing[:5])}",
        flush=True,
    )
    print(f"  ours {_list(ours)}, plain {_list(sums)}; manage.py version alone {_start(site):.1f} s", flush=True)
    for left in site.backups.glob("*.zip"):
        left.unlink()
    return float("inf") if differing else ratio


def _ours(site: BackupSite) -> tuple[float, Steps]:
    """The seconds of the whole command, its start included."""
    steps: Steps = {}

    def note(step: str | None, seconds: float) -> None:
        name = step or "start and end"
        steps[name] = steps.get(name, 0.0) + seconds

    with watched(site, "SELECT max(step) FROM backups_backup WHERE status = 'running'", note):
        started = time.perf_counter()
        site.manage("backup", "--no-email")
        seconds = time.perf_counter() - started
    return seconds, steps


def _plain(
    site: BackupSite,
    photos: Photos,
    names: list[str],
    folder: Path,
    hashes: dict[str, str] | None,
    differing: list[str],
) -> Steps:
    """The seconds of dump, fetch and zip. With `hashes` what was fetched is compared, which is not measured."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    steps = {}
    started = time.perf_counter()
    if site.engine == "postgresql":
        with (folder / "data" / "database.dump").open("wb") as dump:
            subprocess.run(["pg_dump", "-Fc", site.url], stdout=dump, check=True)
    else:
        _sqlite_backup(sqlite_path(site), folder / "data" / "database.sqlite3")
    steps["dump"] = time.perf_counter() - started
    if photos.kind == "local":
        (folder / "data" / "photos").symlink_to(photos.folder)  # zip follows it
    else:
        started = time.perf_counter()
        photos.fetch(names, folder / "data" / "photos")
        steps["fetch"] = time.perf_counter() - started
    started = time.perf_counter()
    if shutil.which("zip"):
        subprocess.run(["zip", "-0", "-r", "-q", "../backup.zip", "."], cwd=folder / "data", check=True)
    else:
        print("  there is no zip: Python's zipfile, stored", flush=True)
        command = [sys.executable, "-c", _ZIPFILE, str(folder / "backup.zip")]
        subprocess.run(command, cwd=folder / "data", check=True)
    steps["zip"] = time.perf_counter() - started
    for name, sha256 in (hashes or {}).items():
        found = folder / "data" / "photos" / name
        if not found.is_file() or hashlib.sha256(found.read_bytes()).hexdigest() != sha256:
            differing.append(name)
    shutil.rmtree(folder)
    return steps


_ZIPFILE = """
import pathlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as made:
    for path in pathlib.Path(".").glob("**/*"):
        made.write(path)
"""


def _sqlite_backup(path: Path, target: Path) -> None:
    if shutil.which("sqlite3"):
        subprocess.run(["sqlite3", str(path), f".backup '{target}'"], check=True)
    else:
        code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))"
        subprocess.run([sys.executable, "-c", code, str(path), str(target)], check=True)


def _files_of(photos: int) -> tuple[list[str], dict[str, str]]:
    """The names of the files, and their SHA-256."""
    hashes = {}
    for number in range(photos):
        key, content, thumbnail = photo_of(number, PHOTO_BYTES)
        stem = f"{key.hex[:2]}/{key.hex}"
        hashes[f"{stem}.jpg"] = hashlib.sha256(content).hexdigest()
        hashes[f"{stem}.thumbnail.jpg"] = hashlib.sha256(thumbnail).hexdigest()
    return list(hashes), hashes


@contextlib.contextmanager
def _servers() -> Iterator[tuple[Path, str, dict[str, str]]]:
    """A folder, PostgreSQL's URL, and the settings of the two storages that are servers."""
    with contextlib.ExitStack() as opened:
        folder = opened.enter_context(temporary_folder())
        server_url = opened.enter_context(postgresql(folder / "server"))
        from tests.servers import BUCKET, S3, MongoDB

        mongodb, s3 = MongoDB(folder / "mongodb"), S3(folder / "s3")
        for server in (mongodb, s3):
            server.start()
            opened.callback(server.stop)
        yield (
            folder,
            server_url,
            {
                "MONGODB_URI": mongodb.uri,
                "S3_BUCKET": BUCKET,
                "S3_ENDPOINT_URL": s3.url,
                "S3_ACCESS_KEY_ID": s3.ACCESS_KEY,
                "S3_SECRET_ACCESS_KEY": s3.SECRET_KEY,
            },
        )


_COPY = """
from concurrent.futures import ThreadPoolExecutor
from django.core.files.base import ContentFile
from core.storage.photos import storage_named
source, target = storage_named("local"), storage_named({kind!r})
def copy(name):
    with source.open(name) as opened:
        assert target.save(name, ContentFile(opened.read())) == name
with ThreadPoolExecutor(4) as threads:
    print(len(list(threads.map(copy, source.names()))))
"""


def _copy_into(kind: str, site: BackupSite, names: list[str]) -> None:
    started = time.perf_counter()
    if site.shell(_COPY.format(kind=kind)) != len(names):
        raise RuntimeError(f"not every file went to {kind}")
    print(f"{len(names)} files went to {kind} in {time.perf_counter() - started:.1f} s", flush=True)


def _start(site: BackupSite) -> float:
    started = time.perf_counter()
    site.manage("version")
    return time.perf_counter() - started


def _parts(steps: list[Steps]) -> str:
    return ", ".join(f"{name} {median([each.get(name, 0.0) for each in steps]):.1f}" for name in steps[0])


def _list(seconds: list[float]) -> str:
    return " ".join(f"{each:.1f}" for each in seconds)


if __name__ == "__main__":
    main()
