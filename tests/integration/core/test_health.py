"""/healthz and /readyz, with parts that are really down."""

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from celery import Celery
from django.db import connections

import poses.health  # registers its parts
from core.health import DEGRADED, Trouble, parts, register
from core.health.report import reporter
from core.storage.base import PhotoStorage
from core.storage.errors import StorageUnavailable
from core.work import folder_broker
from tests.integration.storage.conftest import s3_server
from tests.servers import BUCKET

__all__ = ["s3_server"]

NEEDED = {"database", "storage", "model"}


class DeadStorage(PhotoStorage):
    """A server that does not answer."""

    def exists(self, name: str) -> bool:
        raise StorageUnavailable


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(parts, "_parts", dict(parts._parts))
    monkeypatch.setattr(parts, "_states", {})
    reporter.forget()
    yield
    reporter.forget()


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def broker(monkeypatch):
    """Sets the broker that messages are sent to."""

    def use(url: str, **options: object) -> None:
        app = Celery("of-the-tests", broker=url, set_as_current=False)
        app.conf.broker_transport_options = options
        monkeypatch.setattr("core.health.checks.current_app", app)

    return use


def asked(client) -> tuple[int, dict]:
    reporter.forget()
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_the_process_answers_without_asking_anything(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_every_part_is_named_with_its_state_and_time(client, db):
    status, report = asked(client)
    assert status == 200
    assert report["state"] == "ok"
    assert set(report["parts"]) >= {*NEEDED, "broker"}
    assert {part["state"] for part in report["parts"].values()} == {"ok"}
    assert all(0 <= part["milliseconds"] < 4000 for part in report["parts"].values())


def test_it_is_never_cached_and_only_read(client, db):
    assert "no-store" in client.get("/readyz")["Cache-Control"]
    assert client.post("/readyz").status_code == 405


@pytest.mark.parametrize("url", ["redis://:s3cret@127.0.0.1:{port}/0", "amqp://me:s3cret@127.0.0.1:{port}//"])
def test_a_broker_that_is_down_degrades_the_site(client, db, broker, closed_port, url):
    broker(url.format(port=closed_port))
    started = time.monotonic()
    status, report = asked(client)
    assert time.monotonic() - started < 5
    assert status == 200
    assert report["state"] == "degraded"
    assert report["parts"]["broker"]["state"] == "down"
    assert report["parts"]["broker"]["reason"]
    assert report["parts"]["database"]["state"] == "ok"
    assert "s3cret" not in json.dumps(report)
    assert str(closed_port) not in json.dumps(report)


def test_a_broker_of_files_whose_folder_cannot_be_made_is_down(client, db, broker, tmp_path):
    (tmp_path / "broker").write_text("a file in its place")
    folder_broker.register()
    broker("folder://localhost", **folder_broker.options(tmp_path / "broker"))
    status, report = asked(client)
    assert (status, report["state"]) == (200, "degraded")
    assert report["parts"]["broker"]["reason"] == "cannot be written to"


def test_a_database_server_that_is_down_is_503_within_five_seconds(client, db, monkeypatch, closed_port):
    down = connections.settings["default"] | {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "127.0.0.1",
        "PORT": str(closed_port),
        "NAME": "of-the-site",
        "USER": "somebody",
        "PASSWORD": "s3cret",
        "OPTIONS": {},
    }
    monkeypatch.setitem(connections.settings, "default", down)
    started = time.monotonic()
    status, report = asked(client)
    assert time.monotonic() - started < 5
    assert status == 503
    assert report["state"] == "down"
    assert report["parts"]["database"]["state"] == "down"
    assert report["parts"]["database"]["reason"] == "cannot be reached"
    assert report["parts"]["storage"]["state"] == "ok"
    assert not [word for word in ("s3cret", "somebody", "of-the-site", "127.0.0.1") if word in json.dumps(report)]


@pytest.mark.parametrize(
    ("name", "reason"), [("no/folder/here.sqlite3", "cannot be reached"), ("empty", "is not migrated")]
)
def test_a_database_file_that_is_not_the_sites_is_503(client, db, monkeypatch, tmp_path, name, reason):
    other = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / name, "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "default", connections.settings["default"] | other)
    status, report = asked(client)
    assert status == 503
    assert report["parts"]["database"]["reason"] == reason


def test_a_storage_folder_that_does_not_exist_yet_is_made(client, db, settings, tmp_path):
    assert not (tmp_path / "photos").exists()
    assert asked(client)[0] == 200
    assert list((tmp_path / "photos").iterdir()) == []


@pytest.mark.parametrize("location", ["/proc/photos", "{here}/a-file/photos"])
def test_a_storage_folder_that_cannot_be_written_to_is_503(client, db, settings, tmp_path, location):
    (tmp_path / "a-file").touch()
    options = {"location": location.format(here=tmp_path)}
    settings.STORAGES = {
        **settings.STORAGES,
        "photos": {"BACKEND": "core.storage.local.LocalStorage", "OPTIONS": options},
    }
    status, report = asked(client)
    assert (status, report["state"]) == (503, "down")
    assert report["parts"]["storage"]["reason"] == "cannot be written to"
    assert options["location"] not in json.dumps(report)


def test_a_storage_server_that_is_down_is_503(client, db, settings):
    settings.STORAGES = {**settings.STORAGES, "photos": {"BACKEND": f"{__name__}.DeadStorage"}}
    status, report = asked(client)
    assert (status, report["state"]) == (503, "down")
    assert report["parts"]["storage"]["reason"] == "cannot be reached"


@pytest.mark.parametrize(("name", "code"), [(BUCKET, 200), ("elsewhere", 503)])
def test_a_bucket_that_does_not_exist_is_503(client, db, settings, s3_server, name, code):
    configuration = settings.PHOTO_STORAGES["s3"] | {"OPTIONS": s3_server.options | {"bucket_name": name}}
    settings.STORAGES = {**settings.STORAGES, "photos": configuration}
    status, report = asked(client)
    assert status == code
    assert report["parts"]["storage"].get("reason") == (None if code == 200 else "cannot be reached")


def test_a_disk_that_is_almost_full_degrades_the_site(client, db, monkeypatch):
    monkeypatch.setattr(poses.health, "_NEEDED_BYTES", 1 << 62)
    status, report = asked(client)
    assert (status, report["state"]) == (200, "degraded")
    assert report["parts"]["storage"]["state"] == "degraded"
    assert report["parts"]["storage"]["reason"] == "is almost full"


def test_a_missing_model_is_503(client, db, settings, tmp_path):
    settings.POSE_MODELS_DIR = tmp_path
    status, report = asked(client)
    assert (status, report["state"]) == (503, "down")
    assert report["parts"]["model"]["reason"] == "is missing"


def test_a_part_that_hangs_is_down_in_time_and_is_not_asked_twice_meanwhile(client, db, monkeypatch):
    monkeypatch.setattr("core.health.report.ALL_ANSWER_WITHIN_S", 0.3)
    over, calls = threading.Event(), []

    def hang() -> None:
        calls.append(1)
        over.wait(30)

    register("slow", hang, needed=False)
    try:
        for _ in range(3):
            started = time.monotonic()
            _, report = asked(client)
            assert time.monotonic() - started < 3
            assert report["parts"]["slow"]["reason"] == "no answer in time"
        assert len(calls) == 1
    finally:
        over.set()


def test_what_else_goes_wrong_in_a_check_is_said_in_general_words_and_logged_once(client, db, caplog):
    def broken() -> None:
        raise RuntimeError("at 10.1.2.3 with password s3cret")

    register("odd", broken)
    with caplog.at_level(logging.WARNING, "core.health.parts"):
        first, second = asked(client), asked(client)
    assert first[0] == second[0] == 503
    assert first[1]["parts"]["odd"]["reason"] == "does not work"
    assert "s3cret" not in json.dumps(first[1])
    [record] = [record for record in caplog.records if record.name == "core.health.parts"]
    assert record.message == "odd is down: does not work"
    assert record.exc_info
    assert "s3cret" in str(record.exc_info[1])


def test_details_are_shown_and_a_part_can_be_degraded(client, db):
    def old() -> None:
        raise Trouble("is old", state=DEGRADED)

    register("backup", old)
    register("worker", lambda: {"seen": 3})
    status, report = asked(client)
    assert (status, report["state"]) == (200, "degraded")
    assert report["parts"]["worker"]["seen"] == 3


def test_asking_often_asks_the_parts_once(client, db):
    calls = []
    register("counted", lambda: calls.append(1))
    codes = [client.get("/readyz").status_code for _ in range(5)]
    assert codes == [200] * 5
    assert len(calls) == 1


def test_whoever_comes_while_a_slow_part_is_asked_gets_the_last_report(client, db, monkeypatch):
    _, before = asked(client)
    monkeypatch.setattr("core.health.report._KEPT_FOR_S", 0.0)
    begun, over = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        over.wait(30)

    register("slow", slow)
    other = threading.Thread(target=reporter.report)
    other.start()
    try:
        assert begun.wait(10)
        started = time.monotonic()
        assert client.get("/readyz").json() == before
        assert time.monotonic() - started < 1
    finally:
        over.set()
        other.join()


def test_no_database_connection_is_left_behind(client, db):
    """Each check has a thread of its own, and a connection that outlived it would never be used again."""
    left = []

    def uses_the_database() -> None:
        connection = connections["default"]
        connection.ensure_connection()
        left.append(connection)

    register("database", uses_the_database)
    assert asked(client)[0] == 200
    parts._running["database"]._thread.join(10)
    assert [connection.connection for connection in left] == [None]
