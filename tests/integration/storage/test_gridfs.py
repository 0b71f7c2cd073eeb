"""GridFS alone: races, forks, a server that goes and comes back, and what a failed save leaves."""

import hashlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bson import ObjectId
from django.core.files.base import ContentFile
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from core.storage import gridfs as gridfs_storage
from core.storage import mongodb
from core.storage.errors import StorageFull, StorageUnavailable
from core.storage.gridfs import GridFSStorage
from tests.servers import ROOT, MongoDB

from .conftest import leftover_chunks

LARGE = os.urandom(6_000_000)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[MongoDB]:
    """A server to stop and start."""
    server = MongoDB(tmp_path / "mongodb")
    yield server
    mongodb.close_clients()
    server.stop()


def _content(number: int) -> bytes:
    return f"content {number}".encode() * 50_000


def _save(storage: GridFSStorage, number: int) -> str:
    return storage.save("ab/photo.jpg", ContentFile(_content(number)))


def _read(storage: GridFSStorage, name: str) -> bytes:
    with storage.open(name) as opened:
        return bytes(opened.read())


def test_of_threads_that_save_one_name_each_gets_a_file_of_its_own(gridfs):
    with ThreadPoolExecutor(8) as threads:
        names = list(threads.map(lambda number: _save(gridfs, number), range(16)))
    assert len(set(names)) == 16
    assert [_read(gridfs, name) for name in names] == [_content(number) for number in range(16)]
    assert sorted(gridfs.names()) == sorted(names)


_OTHER_PROCESS = """
import sys
import django
django.setup()
from django.core.files.base import ContentFile
from core.storage.gridfs import GridFSStorage
storage = GridFSStorage(uri=sys.argv[1], database=sys.argv[2])
sys.stdin.readline()
for number in range(int(sys.argv[3]), int(sys.argv[3]) + 4):
    print(storage.save("ab/photo.jpg", ContentFile(f"content {number}".encode() * 50_000)))
"""


def test_of_processes_that_save_one_name_each_gets_a_file_of_its_own(gridfs):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "posesite.settings.testing"}
    commands = [[sys.executable, "-c", _OTHER_PROCESS, gridfs.uri, gridfs.database, str(first)] for first in (0, 4, 8)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) for command in commands]
    for process in processes:  # each waits for its line until it has come so far
        process.stdin.write("go\n")
        process.stdin.flush()
    names = [name for process in processes for name in process.communicate(timeout=60)[0].split()]
    assert len(set(names)) == 12
    assert [_read(gridfs, name) for name in names] == [_content(number) for number in range(12)]


def test_a_forked_child_has_a_client_of_its_own(gridfs):
    before = _save(gridfs, 1)
    mine = mongodb.client(gridfs.uri)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            is_own = mongodb.client(gridfs.uri) is not mine
            name = gridfs.save("child.jpg", ContentFile(_read(gridfs, before)))
            os.write(writing, f"{is_own} {name}".encode())
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(reading, 100) == b"True child.jpg"
    os.close(reading)
    os.close(writing)
    assert _read(gridfs, "child.jpg") == _content(1)
    assert mongodb.client(gridfs.uri) is mine


def test_threads_share_one_client(gridfs):
    with ThreadPoolExecutor(8) as threads:
        clients = set(threads.map(lambda number: id(mongodb.client(gridfs.uri)), range(50)))
    assert len(clients) == 1


def test_a_server_that_is_down_is_told_within_five_seconds_and_found_when_it_comes(own_server):
    storage = GridFSStorage(uri=own_server.uri, database="photos")
    for act in (lambda: _save(storage, 1), lambda: storage.open("photo.jpg"), lambda: storage.delete("photo.jpg")):
        started = time.monotonic()
        with pytest.raises(StorageUnavailable) as caught:
            act()
        assert time.monotonic() - started < 5
        assert caught.value.retry_after_s
    own_server.start()
    name = _save(storage, 1)
    own_server.restart()
    assert _read(storage, name) == _content(1)


@pytest.mark.parametrize("way", ["stop", "pause"])
def test_a_server_that_goes_while_a_file_is_read_is_told_within_five_seconds(own_server, way):
    own_server.start()
    storage = GridFSStorage(uri=own_server.uri, database="photos")
    name = storage.save("photo.bin", ContentFile(LARGE))
    with storage.open(name) as opened:
        assert opened.read(100_000) == LARGE[:100_000]
        getattr(own_server, way)()
        opened.seek(5_000_000)
        started = time.monotonic()
        with pytest.raises(StorageUnavailable):
            opened.read(100_000)
        assert time.monotonic() - started < 5
    own_server.resume() if way == "pause" else own_server.start()
    assert hashlib.sha256(_read(storage, name)).digest() == hashlib.sha256(LARGE).digest()


@pytest.mark.parametrize("way", ["stop", "pause"])
def test_a_server_that_goes_while_a_file_is_saved_is_told_within_five_seconds(own_server, way):
    own_server.start()
    storage = GridFSStorage(uri=own_server.uri, database="photos")
    _save(storage, 1)
    gone_at = 0.0

    class Source(ContentFile):
        def read(self, size: int = -1) -> bytes:
            nonlocal gone_at
            if self.tell() > 3_000_000 and not gone_at:
                getattr(own_server, way)()
                gone_at = time.monotonic()
            return super().read(size)

    with pytest.raises(StorageUnavailable):
        storage.save("large.bin", Source(LARGE))
    assert gone_at
    assert time.monotonic() - gone_at < 5
    own_server.resume() if way == "pause" else own_server.start()
    assert not storage.exists("large.bin")
    assert storage.save("large.bin", ContentFile(LARGE)) == "large.bin"
    # The server could not be told to remove what it had of the file that was cut short.
    now = datetime.now(UTC)
    left = list(storage.leftovers(before=now + timedelta(minutes=1)))
    assert len(left) == 1 or (way == "pause" and left == [])
    assert list(storage.leftovers(before=now - timedelta(minutes=1))) == []
    for leftover in left:
        storage.remove_leftover(leftover)
    assert leftover_chunks(own_server, "photos") == 2 + 23
    assert list(storage.leftovers(before=now + timedelta(minutes=1))) == []


def test_a_save_that_breaks_leaves_no_chunks(mongodb_server):
    storage = GridFSStorage(uri=mongodb_server.uri, database="orphans")
    kept = storage.save("kept.bin", ContentFile(LARGE))
    chunks = leftover_chunks(mongodb_server, "orphans")
    assert chunks == 23

    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 5_000_000:
                assert leftover_chunks(mongodb_server, "orphans") > chunks
                raise OSError("the source is gone")
            return super().read(size)

    with pytest.raises(OSError, match="the source is gone"):
        storage.save("broken.bin", Breaking(LARGE))
    assert leftover_chunks(mongodb_server, "orphans") == chunks
    assert list(storage.names()) == [kept]


def test_deleting_leaves_no_chunks(mongodb_server):
    storage = GridFSStorage(uri=mongodb_server.uri, database="deleted")
    storage.delete(storage.save("photo.bin", ContentFile(LARGE)))
    assert leftover_chunks(mongodb_server, "deleted") == 0


def test_a_server_without_room_says_so_and_keeps_no_chunks(mongodb_server, monkeypatch):
    storage = GridFSStorage(uri=mongodb_server.uri, database="full")
    insert_many = type(storage._chunks).insert_many
    calls = 0

    def full(collection: object, chunks: list[dict[str, object]], **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OperationFailure("available disk space is less than required minimum", 14031)
        return insert_many(collection, chunks, **options)

    monkeypatch.setattr("pymongo.synchronous.collection.Collection.insert_many", full)
    with pytest.raises(StorageFull) as caught:
        storage.save("photo.bin", ContentFile(LARGE))
    assert (caught.value.code, caught.value.status, calls) == ("storage_full", 507, 3)
    assert leftover_chunks(mongodb_server, "full") == 0


def _leave_chunks(storage: GridFSStorage, at: datetime, *, count: int = 1) -> str:
    file_id = ObjectId.from_datetime(at)
    with MongoClient(storage.uri) as client:
        chunks = [{"files_id": file_id, "n": number, "data": b"x"} for number in range(count)]
        client[storage.database].photos.chunks.insert_many(chunks)
    return str(file_id)


def test_chunks_without_a_file_are_found_among_many_files_and_those_alone_are_removed(gridfs, monkeypatch):
    monkeypatch.setattr(gridfs_storage, "_LISTED_AT_ONCE", 3)
    now = datetime.now(UTC)
    older = [_leave_chunks(gridfs, now - timedelta(hours=hours), count=hours) for hours in range(7, 1, -1)]
    names = [gridfs.save(f"{number}.jpg", ContentFile(_content(number))) for number in range(7)]
    newer = [_leave_chunks(gridfs, now + timedelta(hours=hours)) for hours in (1, 2)]
    assert list(gridfs.leftovers(before=now - timedelta(hours=1))) == older
    assert list(gridfs.leftovers(before=now + timedelta(hours=3))) == [*older, *newer]
    for leftover in [*older, str(gridfs._document(names[0])["_id"])]:
        gridfs.remove_leftover(leftover)
    assert list(gridfs.leftovers(before=now + timedelta(hours=3))) == newer
    assert [_read(gridfs, name) for name in names] == [_content(number) for number in range(7)]


def test_names_are_told_a_part_at_a_time_while_files_go(gridfs, monkeypatch):
    monkeypatch.setattr(gridfs_storage, "_LISTED_AT_ONCE", 3)
    names = [gridfs.save(f"{number}.jpg", ContentFile(b"photo")) for number in range(8)]
    told = []
    for name in gridfs.names():
        told.append(name)
        gridfs.delete(name)
    assert told == names


def test_a_file_that_lacks_a_chunk_is_not_there(gridfs):
    name = gridfs.save("photo.bin", ContentFile(LARGE))
    with MongoClient(gridfs.uri) as client:
        bucket = client[gridfs.database].photos
        document = bucket.files.find_one({"filename": name})
        bucket.chunks.delete_many({"files_id": document["_id"]})
    with gridfs.open(name) as opened, pytest.raises(FileNotFoundError, match="not whole"):
        opened.read()


def test_a_stored_file_is_not_opened_for_writing(gridfs):
    with pytest.raises(ValueError, match="not changed in place"):
        gridfs.open("photo.jpg", "wb")
