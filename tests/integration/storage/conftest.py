"""The storages of photos, each on a server of its own."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from pymongo import MongoClient

from core.storage import mongodb
from core.storage.base import PhotoStorage
from core.storage.gridfs import GridFSStorage
from core.storage.photos import storage_named
from core.storage.s3 import S3Storage
from tests.servers import S3, MongoDB, real_mongodb_uri

KINDS = ["local", "mongodb", "s3", *(["real mongodb"] if real_mongodb_uri() else [])]


@pytest.fixture(scope="session")
def mongodb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoDB]:
    server = MongoDB(tmp_path_factory.mktemp("mongodb"))
    server.start()
    yield server
    mongodb.close_clients()
    server.stop()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    server = S3(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["mongodb", *(["real mongodb"] if real_mongodb_uri() else [])])
def gridfs(request: pytest.FixtureRequest) -> Iterator[GridFSStorage]:
    """An empty bucket."""
    yield from _gridfs(request, request.param)


def _gridfs(request: pytest.FixtureRequest, kind: str) -> Iterator[GridFSStorage]:
    uri = request.getfixturevalue("mongodb_server").uri if kind == "mongodb" else real_mongodb_uri()
    database = f"tests_{uuid.uuid4().hex}"
    yield GridFSStorage(uri=uri, database=database)
    if kind == "real mongodb":
        with MongoClient(uri) as client:
            client.drop_database(database)


@pytest.fixture
def s3(s3_server: S3) -> S3Storage:
    """An empty bucket."""
    client = s3_server.client()
    for entry in client.list_objects_v2(Bucket="photos").get("Contents", ()):
        client.delete_object(Bucket="photos", Key=entry["Key"])
    return S3Storage(**s3_server.options)


@pytest.fixture(params=KINDS)
def storage(request: pytest.FixtureRequest, settings: Any) -> Iterator[PhotoStorage]:
    """Each kind of storage, empty, and the one that the site uses meanwhile."""
    yield from _in_use(request, settings, request.param)


def _in_use(request: pytest.FixtureRequest, settings: Any, kind: str) -> Iterator[PhotoStorage]:
    name = kind.removeprefix("real ")
    if name == "mongodb":
        source = _gridfs(request, kind)
        gridfs = next(source)
        configuration = settings.PHOTO_STORAGES[name] | {"OPTIONS": {"uri": gridfs.uri, "database": gridfs.database}}
    elif name == "s3":
        source = iter(())
        request.getfixturevalue("s3")
        configuration = settings.PHOTO_STORAGES[name] | {"OPTIONS": request.getfixturevalue("s3_server").options}
    else:
        source = iter(())
        configuration = settings.PHOTO_STORAGES[name]
    settings.PHOTO_STORAGE = name
    settings.PHOTO_STORAGES = {**settings.PHOTO_STORAGES, name: configuration}
    settings.STORAGES = {**settings.STORAGES, "photos": configuration}
    assert type(storages["photos"]) is type(storage_named(name))
    yield storage_named(name)
    next(source, None)


def leftover_chunks(server: MongoDB, database: str) -> int:
    """How many chunks a database has, asked of the server's own file: its protocol finds those of known files only."""
    import sqlite3

    [path] = [path for path in Path(server.folder, "data").iterdir() if path.name == f"{database}.db"]
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT count(*) FROM photos_chunks").fetchone()[0])
