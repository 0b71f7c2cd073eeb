"""Photos in a bucket of S3: AWS, Ceph, MinIO or any other server of the protocol."""

import hashlib
import math
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError
from django.core.files.base import File
from django.utils.deconstruct import deconstructible
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3File
from storages.backends.s3 import S3Storage as StockS3Storage
from storages.utils import clean_name, is_seekable

from .base import DEFAULT_CONTENT_TYPE, LINK_SECONDS, PhotoStorage
from .errors import StorageFull, StorageUnavailable, reported

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

# Together less than 5 s: a page must not wait longer for an endpoint that is dead. Of an endpoint's addresses each is
# given this time to connect.
_CONNECT_S = 1
_READ_S = 2.5
_RETRY_DELAY_S = 0.2
_FULL = frozenset({"XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "InsufficientStorage"})
_MULTIPART_BYTES = 64 << 20
_PIECE_BYTES = 1 << 20
_KEPT_IN_MEMORY_BYTES = 1 << 20
_BUCKET_IS_BELIEVED_S = 10.0


@contextmanager
def _trouble(operation: str, name: str) -> Iterator[None]:
    """Raises what S3 and the way to it answer as the storage's own errors."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        code = error.response.get("Error", {}).get("Code", "")
        if code in ("NoSuchKey", "NotFound", "404") or (status == HTTPStatus.NOT_FOUND and code != "NoSuchBucket"):
            raise FileNotFoundError(f"{name} is not in the bucket.") from error
        is_full = status == HTTPStatus.INSUFFICIENT_STORAGE or code in _FULL
        raise reported(StorageFull() if is_full else StorageUnavailable(), error, operation) from error
    except (BotoCoreError, Boto3Error, RetriesExceededError) as error:
        raise reported(StorageUnavailable(), error, operation) from error


def _retry(*, attempts: int, caught_exception: Exception | None, response: Any, **kwargs: Any) -> float | None:
    """Once more after what failed at once: a connection that had gone stale, a server that was busy."""
    is_busy = response is not None and response[0].status_code in (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
    if attempts == 1 and (is_busy or isinstance(caught_exception, ConnectionClosedError)):
        return _RETRY_DELAY_S
    return None


class _File(S3File):  # type: ignore[misc]  # the package is not typed
    """An object, fetched when it is first read and kept on disk where it is large."""

    def _fetched(self) -> Any:
        with self._storage.reading("read", self.name):
            return self._get_file()

    def _set_fetched(self, value: Any) -> None:
        self._set_file(value)

    file = property(_fetched, _set_fetched)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the server itself says of an object; the eTag without its quotes."""

    size_bytes: int
    etag: str
    metadata: Mapping[str, str]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "StoredObject":
        """From an answer to HEAD or GET."""
        return cls(int(answer["ContentLength"]), str(answer.get("ETag", "")).strip('"'), answer.get("Metadata") or {})


@deconstructible(path="core.storage.s3.S3Storage")
class S3Storage(PhotoStorage, StockS3Storage):  # type: ignore[misc]
    """Private objects, each with the SHA-256 of its content in its metadata.

    Saving is one PUT, or parts that are taken back where one fails: no object is ever half there.
    """

    def __init__(self, *, has_links: bool = False, public_endpoint_url: str | None = None, **settings: Any) -> None:
        self.has_links = has_links
        self.public_endpoint_url = public_endpoint_url
        self._process = os.getpid()
        self._bucket_seen_at = -math.inf
        super().__init__(
            **settings,
            file_overwrite=False,
            default_acl=None,
            gzip=False,
            max_memory_size=_KEPT_IN_MEMORY_BYTES,
            transfer_config=TransferConfig(
                multipart_threshold=_MULTIPART_BYTES, use_threads=False, num_download_attempts=1
            ),
            client_config=Config(
                signature_version="s3v4",
                s3={"addressing_style": settings.get("addressing_style")},
                connect_timeout=_CONNECT_S,
                read_timeout=_READ_S,
                retries={"total_max_attempts": 1, "mode": "standard"},
                # Checksums in trailers are newer than many servers; our own is in the metadata.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    @property
    def connection(self) -> Any:
        """One a thread and process: connections do not survive a fork."""
        if self._process != os.getpid():
            self._process, self._connections = os.getpid(), threading.local()
        connection = super().connection
        connection.meta.client.meta.events.register("needs-retry.s3", _retry, unique_id="posesite-retry")
        return connection

    @property
    def bucket(self) -> Any:
        """The bucket, on this thread's connection."""
        return self.connection.Bucket(self.bucket_name)

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError("A stored photo is read, or saved anew; it is not changed in place.")
        with self.reading("open", name):
            opened: File[bytes] = _File(self._key(name), mode, self)
            return opened

    def _save(self, name: str, content: File[bytes]) -> str:
        with tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY_BYTES) as kept:
            if not is_seekable(content):  # read twice: for its hash, and to be sent
                kept.writelines(content.chunks())
                content = File(kept, name)
            with _trouble("save", name):
                return str(super()._save(name, content))

    def _get_write_parameters(self, name: str, content: Any = None) -> dict[str, Any]:
        parameters: dict[str, Any] = super()._get_write_parameters(name, content)
        if content is not None:
            content.seek(0)
            parameters["Metadata"] = {"sha256": hashlib.file_digest(content, "sha256").hexdigest()}
        return parameters

    @contextmanager
    def reading(self, operation: str, name: str) -> Iterator[None]:
        """As for every exchange; but FileNotFoundError only where the bucket itself is there.

        The answer to HEAD has no body, so it is the same for an object and for a bucket that is missing.
        """
        try:
            with _trouble(operation, name):
                yield
        except FileNotFoundError:
            if time.monotonic() - self._bucket_seen_at > _BUCKET_IS_BELIEVED_S:
                self.check()
            raise

    def check(self) -> None:
        """Asks for the bucket."""
        try:
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
        except (ClientError, BotoCoreError) as error:
            raise reported(StorageUnavailable(), error, "check") from error
        self._bucket_seen_at = time.monotonic()

    def exists(self, name: str) -> bool:
        """Whether there is an object of the name."""
        with _trouble("exists", name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """One that is missing is no error."""
        with _trouble("delete", name):
            super().delete(name)

    def size(self, name: str) -> int:
        """In bytes."""
        return int(self._head(name)["ContentLength"])

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The folders and the files in a folder."""
        with _trouble("list", path):
            folders, files = super().listdir(path)
            return folders, files

    def names(self) -> Iterator[str]:
        """Every object's name, by pages of a thousand."""
        pages = iter(self.connection.meta.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket_name))
        while True:
            with _trouble("list", "the bucket"):
                page = next(pages, None)
            if page is None:
                return
            yield from (entry["Key"] for entry in page.get("Contents", ()))

    def get_modified_time(self, name: str) -> datetime:
        """When the object was saved."""
        at: datetime = self._head(name)["LastModified"]
        return at

    get_created_time = get_modified_time

    def sha256(self, name: str) -> str:
        """As noted when the object was saved; of its bytes where somebody else put it there."""
        return str(self._head(name)["Metadata"].get("sha256") or super().sha256(name))

    def copy_to(self, name: str, target: "SupportsWrite[bytes]") -> None:
        """By one request, where a file that is opened asks for its size and date first."""
        with self.reading("read", name):
            answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=self._key(name))
            with closing(answer["Body"]) as body:  # which raises where it is shorter than announced
                for piece in body.iter_chunks(_PIECE_BYTES):
                    target.write(piece)

    def content_type(self, name: str) -> str:
        """As noted when the object was saved."""
        return str(self._head(name).get("ContentType") or DEFAULT_CONTENT_TYPE)

    def link(self, name: str, *, content_type: str, filename: str) -> str | None:
        """A presigned URL of ten minutes, where the site is set to send browsers to the bucket."""
        return self.presigned_get(name, content_type, filename, LINK_SECONDS) if self.has_links else None

    def presigned_get(self, name: str, content_type: str, filename: str, seconds: int) -> str:
        """A URL that lets its holder read one object for a while, answered under this content type and name."""
        with _trouble("sign", name):
            url: str = self.signer.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self.bucket_name,
                    "Key": self._key(name),
                    "ResponseContentType": content_type,
                    "ResponseContentDisposition": f'inline; filename="{filename}"',
                    "ResponseCacheControl": "private, max-age=86400, immutable",
                },
                ExpiresIn=seconds,
            )
            return url

    def presigned_put(
        self, name: str, *, size_bytes: int, metadata: Mapping[str, str], seconds: int
    ) -> tuple[str, dict[str, str]]:
        """A URL that lets its holder write one object of just this size for a while, and the headers to send with it.

        Size and metadata are part of the signature, so another size or other metadata is refused by the server.
        """
        with _trouble("sign", name):
            url: str = self.signer.generate_presigned_url(
                "put_object",
                Params={
                    "Bucket": self.bucket_name,
                    "Key": self._key(name),
                    "ContentLength": size_bytes,
                    "Metadata": dict(metadata),
                },
                ExpiresIn=seconds,
            )
        headers = {f"x-amz-meta-{key}": value for key, value in metadata.items()}
        return url, {"Content-Length": str(size_bytes), **headers}

    def about(self, name: str) -> StoredObject:
        """What the server says of an object."""
        return StoredObject.of(self._head(name))

    def received(self, name: str, *, at_most_bytes: int) -> tuple[StoredObject, bytes]:
        """An object in one exchange, of its content at most so many bytes."""
        with self.reading("read", name):
            answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=self._key(name))
            with closing(answer["Body"]) as body:
                about, content = StoredObject.of(answer), bytes(body.read(at_most_bytes))
        if len(content) < min(about.size_bytes, at_most_bytes):  # asked for so many, a body that is cut raises nothing
            cut = ConnectionError(f"{name} ended after {len(content)} of {about.size_bytes} bytes")
            raise reported(StorageUnavailable(), cut, "read")
        return about, content

    @cached_property
    def link_origin(self) -> str:  # cached: asked for with every page
        """As the signed URLs have it, known without a key; empty where browsers are not sent to the bucket."""
        if not self.has_links:
            return ""
        client = self._public_client(self.client_config.merge(Config(signature_version=UNSIGNED)))
        url = client.generate_presigned_url("get_object", Params={"Bucket": self.bucket_name, "Key": "name"})
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}"

    @cached_property
    def signer(self) -> Any:
        """A client that signs; it asks nothing of any server."""
        return self._public_client(self.client_config)

    def _public_client(self, config: Config) -> Any:
        """For the endpoint as browsers reach it."""
        return self._create_session().client(
            "s3",
            region_name=self.region_name,
            endpoint_url=self.public_endpoint_url or self.endpoint_url,
            config=config,
        )

    def _head(self, name: str) -> dict[str, Any]:
        with self.reading("open", name):
            head: dict[str, Any] = self.connection.meta.client.head_object(Bucket=self.bucket_name, Key=self._key(name))
            return head

    def _key(self, name: str) -> str:
        return str(self._normalize_name(clean_name(name)))
