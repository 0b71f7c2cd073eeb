"""S3 alone: an endpoint that is dead, what it refuses, and links."""

import hashlib
import http.client
import io
import multiprocessing
import socket
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile

from core.storage.errors import StorageFull, StorageUnavailable
from core.storage.s3 import S3Storage
from tests.servers import BUCKET, S3

from .cutting import cut_off

LARGE = b"0123456789" * 300_000


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[S3]:
    """A server to stop and start."""
    server = S3(tmp_path / "s3")
    yield server
    server.stop()


def _read(storage: S3Storage, name: str) -> bytes:
    with storage.open(name) as opened:
        return bytes(opened.read())


def test_an_endpoint_that_is_down_is_told_within_five_seconds_and_found_when_it_comes(own_server):
    storage = S3Storage(**own_server.options)
    acts = (
        lambda: storage.save("photo.jpg", ContentFile(b"photo")),
        lambda: storage.open("photo.jpg"),
        lambda: storage.delete("photo.jpg"),
        lambda: list(storage.names()),
    )
    for act in acts:
        started = time.monotonic()
        with pytest.raises(StorageUnavailable):
            act()
        assert time.monotonic() - started < 5
    own_server.start()
    assert storage.save("photo.jpg", ContentFile(b"photo")) == "photo.jpg"
    own_server.restart()
    assert storage.save("photo.jpg", ContentFile(b"photo")) == "photo.jpg"
    assert _read(storage, "photo.jpg") == b"photo"


def test_an_endpoint_that_takes_connections_and_says_nothing_is_told_within_five_seconds(s3_server):
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        storage = S3Storage(**s3_server.options | {"endpoint_url": endpoint})
        started = time.monotonic()
        with pytest.raises(StorageUnavailable):
            storage.save("photo.jpg", ContentFile(b"photo"))
        assert time.monotonic() - started < 5


def test_an_endpoint_that_goes_while_a_file_is_read_is_told_within_five_seconds(own_server):
    own_server.start()
    storage = S3Storage(**own_server.options)
    storage.save("photo.bin", ContentFile(LARGE))
    with storage.open("photo.bin") as opened:
        own_server.pause()
        started = time.monotonic()
        with pytest.raises(StorageUnavailable):
            opened.read(10)
        assert time.monotonic() - started < 5
    own_server.resume()
    assert _read(storage, "photo.bin") == LARGE


def test_an_endpoint_of_several_dead_addresses_is_told_within_five_seconds(s3_server, monkeypatch):
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = first.getsockname()[1]
        addresses = [("127.0.0.1", port), ("127.0.0.2", port), ("127.0.0.3", port)]
        for address in addresses[1:]:
            stack.enter_context(socket.create_server(address, backlog=0))
        for address in addresses * 3:  # what does not fit the queue any more gets no answer at all
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]
        monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: found)
        storage = S3Storage(**s3_server.options | {"endpoint_url": f"http://several.example.org:{port}"})
        started = time.monotonic()
        with pytest.raises(StorageUnavailable):
            storage.exists("photo.jpg")
        assert 2 < time.monotonic() - started < 5


def test_an_object_whose_end_does_not_come_is_no_shorter_object(s3, s3_server):
    s3.save("photo.bin", ContentFile(LARGE))
    assert s3.received("photo.bin", at_most_bytes=len(LARGE) + 1)[1] == LARGE
    assert s3.received("photo.bin", at_most_bytes=10)[1] == LARGE[:10]
    with cut_off(s3_server.port, after_bytes=1_000_000) as port:
        storage = S3Storage(**s3_server.options | {"endpoint_url": f"http://127.0.0.1:{port}"})
        with pytest.raises(StorageUnavailable):
            storage.received("photo.bin", at_most_bytes=len(LARGE) + 1)
        with storage.open("photo.bin") as opened, pytest.raises(StorageUnavailable):
            opened.read()


@pytest.mark.parametrize(
    ("status", "code"),
    [(507, "XMinioStorageFull"), (507, ""), (403, "QuotaExceeded"), (400, "XMinioAdminBucketQuotaExceeded")],
)
def test_a_bucket_without_room_is_full(s3, monkeypatch, status, code):
    def refuse(*args: object, **kwargs: object) -> None:
        answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(answer, "PutObject")

    monkeypatch.setattr("storages.backends.s3.S3Storage._save", refuse)
    with pytest.raises(StorageFull) as caught:
        s3.save("photo.jpg", ContentFile(b"photo"))
    assert (caught.value.code, caught.value.status) == ("storage_full", 507)


def test_a_bucket_that_is_not_there_is_unavailable(s3_server):
    storage = S3Storage(**s3_server.options | {"bucket_name": "elsewhere"})
    acts = (
        storage.check,
        lambda: storage.save("photo.jpg", ContentFile(b"photo")),
        lambda: storage.open("photo.jpg"),
        lambda: storage.size("photo.jpg"),
        lambda: storage.received("photo.jpg", at_most_bytes=10),
    )
    for act in acts:
        with pytest.raises(StorageUnavailable):
            act()


def test_a_bucket_that_was_seen_is_not_asked_for_with_every_object_that_is_missing(s3, monkeypatch):
    asked = []
    s3.connection.meta.client.meta.events.register(
        "before-call.s3", lambda model, **kwargs: asked.append(model.name), unique_id=uuid.uuid4().hex
    )
    for _ in range(3):
        with pytest.raises(FileNotFoundError):
            s3.size("photo.jpg")
    assert asked == ["HeadObject", "HeadBucket", "HeadObject", "HeadObject"]


def test_objects_are_private_and_carry_their_hash_and_type(s3, s3_server):
    s3.save("photo.jpg", ContentFile(LARGE))
    head = s3_server.client().head_object(Bucket=BUCKET, Key="photo.jpg")
    assert head["Metadata"] == {"sha256": hashlib.sha256(LARGE).hexdigest()}
    assert head["ContentType"] == "image/jpeg"
    grants = s3_server.client().get_object_acl(Bucket=BUCKET, Key="photo.jpg")["Grants"]
    assert [grant for grant in grants if "URI" in grant["Grantee"]] == []


def test_the_hash_of_what_a_client_put_there_is_made_from_its_bytes(s3, s3_server):
    s3_server.client().put_object(Bucket=BUCKET, Key="theirs.jpg", Body=LARGE)
    assert s3.sha256("theirs.jpg") == hashlib.sha256(LARGE).hexdigest()


def test_a_source_that_cannot_be_read_twice_is_saved_all_the_same(s3):
    class Once(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *args: int) -> int:
            raise io.UnsupportedOperation

    assert s3.save("photo.jpg", Once(LARGE)) == "photo.jpg"
    assert _read(s3, "photo.jpg") == LARGE
    assert s3.sha256("photo.jpg") == hashlib.sha256(LARGE).hexdigest()


def test_a_large_file_is_sent_in_parts(s3, monkeypatch):
    monkeypatch.setattr(s3.transfer_config, "multipart_threshold", 6 << 20)
    content = LARGE * 4
    s3.save("video.bin", ContentFile(content))
    assert s3.sha256("video.bin") == hashlib.sha256(content).hexdigest()
    assert _read(s3, "video.bin") == content


def _child(storage: S3Storage) -> None:
    storage.save("child.jpg", ContentFile(_read(storage, "photo.jpg")))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_has_connections_of_its_own(s3):
    s3.save("photo.jpg", ContentFile(LARGE))
    mine = s3.connection
    child = multiprocessing.get_context("fork").Process(target=_child, args=(s3,))
    child.start()
    child.join(30)
    assert child.exitcode == 0
    assert s3.connection is mine
    assert _read(s3, "child.jpg") == LARGE


def test_a_link_gives_the_object_under_the_sites_name_and_type(s3):
    s3.save("ab/photo.bin", ContentFile(LARGE))
    link = s3.presigned_get("ab/photo.bin", "image/jpeg", "shown.jpg", 60)
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == LARGE
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Disposition"] == 'inline; filename="shown.jpg"'
        assert answer.headers["Cache-Control"].startswith("private")
    assert parse_qs(urlsplit(link).query)["X-Amz-Expires"] == ["60"]


def test_links_are_given_only_where_the_site_is_set_so(s3_server):
    about = {"content_type": "image/jpeg", "filename": "photo.jpg"}
    assert S3Storage(**s3_server.options).link("photo.jpg", **about) is None
    assert S3Storage(**s3_server.options).link_origin == ""
    public = S3Storage(**s3_server.options | {"public_endpoint_url": "https://pictures.example.org"}, has_links=True)
    assert public.link_origin == "https://pictures.example.org"
    assert str(public.link("photo.jpg", **about)).startswith("https://pictures.example.org/photos/photo.jpg?")


@pytest.mark.parametrize(
    ("style", "origin"), [("path", "https://s3.example.org"), ("virtual", "https://photos.s3.example.org")]
)
def test_the_origin_of_links_follows_the_addressing_style(s3_server, style, origin):
    options = s3_server.options | {"endpoint_url": "https://s3.example.org", "addressing_style": style}
    assert S3Storage(**options, has_links=True).link_origin == origin


def test_the_origin_of_links_is_known_without_a_key(s3_server, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    storage = S3Storage(**s3_server.options | {"access_key": None, "secret_key": None}, has_links=True)
    with pytest.raises(StorageUnavailable):
        storage.link("photo.jpg", content_type="image/jpeg", filename="photo.jpg")
    assert storage.link_origin == s3_server.url


def test_a_busy_server_is_asked_once_more(s3, monkeypatch):
    request = http.client.HTTPConnection.getresponse
    statuses = []

    def busy_once(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
        response = request(connection)
        if not statuses:
            response.status = 503
        statuses.append(response.status)
        return response

    monkeypatch.setattr("http.client.HTTPConnection.getresponse", busy_once)
    assert not s3.exists("photo.jpg")
    assert statuses == [503, 404]
