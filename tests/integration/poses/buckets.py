"""What the tests of the bucket share: a bucket that the site uses, events, and servers of both kinds."""

import contextlib
import hashlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from core.storage.base import PhotoStorage
from core.storage.photos import storage_named
from tests import broker
from tests.conftest import jpeg
from tests.integration.storage.conftest import mongodb_server, s3_server
from tests.servers import BUCKET, S3, MongoDB

__all__ = ["bucket", "deliver", "mongodb_server", "s3_server", "use"]

TOKEN = "the-bucket's-own-token"
EVENTS = "/api/storage/events/"


def set_up(settings: Any, name: str, options: dict[str, Any]) -> None:
    """Tells the site of a storage, without using it."""
    configuration = {**settings.PHOTO_STORAGES[name], "OPTIONS": options}
    settings.PHOTO_STORAGES = {**settings.PHOTO_STORAGES, name: configuration}


def use(settings: Any, name: str) -> PhotoStorage:
    """Makes a storage that is set up the one in use."""
    settings.PHOTO_STORAGE = name
    settings.STORAGES = {**settings.STORAGES, "photos": settings.PHOTO_STORAGES[name]}
    return storage_named(name)


def set_up_both(settings: Any, mongodb: MongoDB, s3: S3) -> None:
    """Sets up an empty database and an empty bucket."""
    set_up(settings, "mongodb", {"uri": mongodb.uri, "database": f"tests_{uuid.uuid4().hex}"})
    empty(s3.client())
    set_up(settings, "s3", s3.options)


def empty(client: Any) -> None:
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])


@pytest.fixture
def bucket(s3_server: S3, settings: Any) -> Any:
    """An empty bucket that the site uses and takes events of; the client is that of its owner."""
    client = s3_server.client()
    empty(client)
    set_up(settings, "s3", s3_server.options)
    use(settings, "s3")
    settings.STORAGE_EVENTS_TOKEN = TOKEN
    return client


@pytest.fixture
def deliver(client: Any, django_capture_on_commit_callbacks: Any) -> Iterator[Callable[..., Any]]:
    """Posts a body as the bucket does; what it queues is sent."""
    broker.messages()

    def post(body: Any, *, authorization: str | None = f"Bearer {TOKEN}", **headers: str) -> Any:
        if authorization is not None:
            headers["Authorization"] = authorization
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(EVENTS, body, content_type="application/json", headers=headers)

    yield post
    broker.messages()


def put(client: Any, user: User, content: bytes | None = None, *, name: str = "", **metadata: str) -> str:
    """An object in the user's folder; its key."""
    key = f"uploads/{user.pk}/{name or uuid.uuid4().hex}"
    client.put_object(Bucket=BUCKET, Key=key, Body=jpeg() if content is None else content, Metadata=metadata)
    return key


def record(key: str, content: bytes | None = None, **values: Any) -> dict[str, Any]:
    """One event as AWS writes it; `values` are other fields, `key` already as it is written there."""
    content = jpeg() if content is None else content
    return {
        "eventVersion": "2.1",
        "eventSource": values.get("source", "aws:s3"),
        "awsRegion": "us-east-1",
        "eventTime": "2026-01-02T03:04:05.678Z",
        "eventName": values.get("event", "ObjectCreated:Put"),
        "userIdentity": {"principalId": "AWS:AIDA"},
        "requestParameters": {"sourceIPAddress": "192.0.2.1"},
        "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURIY8"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads",
            "bucket": {
                "name": values.get("bucket", BUCKET),
                "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                "arn": "arn:aws:s3:::photos",
            },
            "object": {
                "key": key,
                "size": values.get("size", len(content)),
                "eTag": values.get("etag", hashlib.md5(content).hexdigest()),
                "sequencer": values.get("sequencer", "0055AED6DCD90281E5"),
            },
        },
    }


def events(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}


def minio(key: str, content: bytes | None = None, **values: Any) -> dict[str, Any]:
    """A notification as MinIO writes it: names with a prefix, the key escaped as in a form."""
    event = values.pop("event", "s3:ObjectCreated:Put")
    one = record(key, content, source="minio:s3", event=event, **values)
    one["s3"]["object"] |= {"contentType": "image/jpeg", "userMetadata": {"content-type": "image/jpeg"}}
    one["source"] = {"host": "192.0.2.1", "port": "", "userAgent": "MinIO"}
    return {"EventName": event, "Key": f"{BUCKET}/{key}", "Records": [one]}


def ceph(key: str, content: bytes | None = None, **values: Any) -> dict[str, Any]:
    """A notification as Ceph's gateway writes it: the key as it is."""
    one = record(key, content, source="ceph:s3", **values)
    one["s3"]["object"] |= {"versionId": "", "metadata": [], "tags": []}
    return {"Records": [one | {"eventId": "1575221657.102001.80dcc8ac", "opaqueData": "me@example.org"}]}


def work() -> None:
    """Works through everything that was queued, as a worker would."""
    while broker.work_through():
        pass


def bytes_of(client: Any, key: str) -> bytes | None:
    """An object's content; None where there is none."""
    try:
        answer = client.get_object(Bucket=BUCKET, Key=key)
    except client.exceptions.NoSuchKey:
        return None
    with contextlib.closing(answer["Body"]) as body:
        return bytes(body.read())
