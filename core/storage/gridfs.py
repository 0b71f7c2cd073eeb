"""Photos in MongoDB (GridFS)."""

import contextlib
import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pymongo
from bson import Int64, ObjectId
from django.conf import settings
from django.core.files.base import File
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from gridfs import GridOut, NoFile
from gridfs.errors import CorruptGridFile
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from . import mongodb
from .base import DEFAULT_CONTENT_TYPE, PhotoStorage, guessed_content_type
from .errors import StorageFull, StorageUnavailable, reported

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_Collection = Collection[dict[str, Any]]

# Any one exchange with the server: a page must not wait longer for one that is down, or that has stopped in its tracks.
_EXCHANGE_S = 3.5
_ABORT_S = 1.0
_CHUNK_BYTES = 255 * 1024  # GridFS's own default
_CHUNKS_AT_ONCE = 8
_READ_BYTES = 1 << 20
_LISTED_AT_ONCE = 1000
_FIRST_ID = ObjectId(bytes(12))
_OUT_OF_DISK_SPACE = 14031
_BUCKET = "photos"


@contextmanager
def _exchange(operation: str, name: str) -> Iterator[None]:
    """Bounds what is done with the server, and raises its errors as the storage's own."""
    try:
        with pymongo.timeout(_EXCHANGE_S):
            yield
    except (NoFile, CorruptGridFile) as error:
        raise FileNotFoundError(f"{name} is not whole in the database: {error}") from error
    except PyMongoError as error:
        trouble = StorageFull() if _is_out_of_space(error) else StorageUnavailable()
        raise reported(trouble, error, operation) from error


def _is_out_of_space(error: PyMongoError) -> bool:
    if isinstance(error, BulkWriteError):
        return any(each.get("code") == _OUT_OF_DISK_SPACE for each in (error.details or {}).get("writeErrors", []))
    return isinstance(error, OperationFailure) and error.code == _OUT_OF_DISK_SPACE


@deconstructible(path="core.storage.gridfs.GridFSStorage")
class GridFSStorage(PhotoStorage):
    """A bucket of GridFS in which a unique index gives each name to one file.

    A file's chunks are written first and its document last, so a reader sees whole files only.
    """

    def __init__(self, *, uri: str, database: str) -> None:
        self.uri = uri
        self.database = database
        self._is_indexed = False

    def _bucket(self) -> _Collection:
        return mongodb.client(self.uri)[self.database][_BUCKET]

    @property
    def _files(self) -> _Collection:
        return self._bucket().files

    @property
    def _chunks(self) -> _Collection:
        return self._bucket().chunks

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError("A stored photo is read, or saved anew; it is not changed in place.")
        document = self._document(name)
        raw = _Reader(GridOut(self._bucket(), file_document=document), name)
        opened = File(io.BufferedReader(raw, _CHUNK_BYTES), name)
        opened.size = int(document["length"])
        return opened

    def _save(self, name: str, content: File[bytes]) -> str:
        self._make_indexes()
        file_id = ObjectId()
        try:
            length, sha256 = self._write_chunks(file_id, content)
            return self._write_document(
                name,
                {
                    "_id": file_id,
                    "length": Int64(length),
                    "chunkSize": _CHUNK_BYTES,
                    "uploadDate": datetime.now(UTC),
                    "metadata": {
                        "sha256": sha256,
                        "contentType": getattr(content, "content_type", None) or guessed_content_type(name),
                    },
                },
            )
        except BaseException:
            self._abort(file_id)
            raise

    def _write_chunks(self, file_id: ObjectId, content: File[bytes]) -> tuple[int, str]:
        """Writes the content a few chunks at a time; its length and SHA-256."""
        digest, length = hashlib.sha256(), 0
        waiting: list[dict[str, Any]] = []
        for number, data in enumerate(_pieces(content)):
            digest.update(data)
            length += len(data)
            waiting.append({"files_id": file_id, "n": number, "data": data})
            if len(waiting) == _CHUNKS_AT_ONCE:
                self._insert_chunks(waiting)
                waiting = []
        if waiting:
            self._insert_chunks(waiting)
        return length, digest.hexdigest()

    def _insert_chunks(self, chunks: list[dict[str, Any]]) -> None:
        with _exchange("save", "a new file"):
            self._chunks.insert_many(chunks)

    def _write_document(self, name: str, document: dict[str, Any]) -> str:
        """The name that the index gave to the file: another than was asked for where someone was faster."""
        while True:
            with _exchange("save", name), contextlib.suppress(DuplicateKeyError):
                self._files.insert_one({**document, "filename": name})
                return name
            name = self.get_available_name(name)

    def _abort(self, file_id: ObjectId) -> None:
        """Leaves nothing of a file behind, if the server can be reached."""
        with contextlib.suppress(PyMongoError), pymongo.timeout(_ABORT_S):
            self._chunks.delete_many({"files_id": file_id})
            self._files.delete_one({"_id": file_id})

    def _make_indexes(self) -> None:
        """Once a process, though making them again is no harm."""
        if self._is_indexed:
            return
        with _exchange("save", "the index"):
            self._files.create_index("filename", unique=True)
            self._chunks.create_index([("files_id", pymongo.ASCENDING), ("n", pymongo.ASCENDING)], unique=True)
        self._is_indexed = True

    def _document(self, name: str) -> dict[str, Any]:
        with _exchange("open", name):
            document = self._files.find_one({"filename": name})
        if document is None:
            raise FileNotFoundError(f"{name} is not in the database.")
        return document

    def exists(self, name: str) -> bool:
        """Whether there is a file of the name."""
        with _exchange("exists", name):
            return self._files.find_one({"filename": name}, {"_id": 1}) is not None

    def delete(self, name: str) -> None:
        """One that is missing is no error."""
        with _exchange("delete", name):
            document = self._files.find_one({"filename": name}, {"_id": 1})
            if document is not None:
                self._files.delete_one({"_id": document["_id"]})
                self._chunks.delete_many({"files_id": document["_id"]})

    def size(self, name: str) -> int:
        """In bytes."""
        return int(self._document(name)["length"])

    def names(self) -> Iterator[str]:
        """Every file's name, from the index alone, in its order."""
        last = ""
        while names := _listed(self._files, "filename", {"$gt": last}):
            yield from names
            last = names[-1]

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The folders and the files in a folder; names are gone through one and all, so prefer `names`."""
        prefix = f"{path.strip('/')}/" if path.strip("/") else ""
        rests = [name.removeprefix(prefix) for name in self.names() if name.startswith(prefix)]
        folders = {rest.partition("/")[0] for rest in rests if "/" in rest}
        return sorted(folders), sorted(rest for rest in rests if "/" not in rest)

    def leftovers(self, *, before: datetime) -> Iterator[str]:
        """The ids of files whose chunks are there and whose document is not, by the time that an id carries."""
        last, end = _FIRST_ID, ObjectId.from_datetime(before)
        while last < end:
            whole = _listed(self._files, "_id", {"$gt": last, "$lt": end})
            # What lies between these ids and no further, so that no question grows with the bucket.
            until = whole[-1] if len(whole) == _LISTED_AT_ONCE else end
            yield from self._ids_of_chunks({"$lt": until, "$nin": whole}, after=last)
            last = until

    def _ids_of_chunks(self, condition: Mapping[str, Any], *, after: ObjectId) -> Iterator[str]:
        while ids := _listed(self._chunks, "files_id", {"$gt": after, **condition}):
            yield from map(str, dict.fromkeys(ids))
            after = ids[-1]

    def remove_leftover(self, leftover: str) -> None:
        """Never the chunks of a file that is whole."""
        file_id = ObjectId(leftover)
        with _exchange("delete", f"the chunks of {leftover}"):
            if self._files.find_one({"_id": file_id}, {"_id": 1}) is None:
                self._chunks.delete_many({"files_id": file_id})

    def get_created_time(self, name: str) -> datetime:
        """When the file was saved."""
        at: datetime = self._document(name)["uploadDate"]
        return at if settings.USE_TZ else timezone.make_naive(at)

    get_modified_time = get_created_time

    def sha256(self, name: str) -> str:
        """As noted when the file was saved."""
        return str(self._metadata(name).get("sha256") or super().sha256(name))

    def content_type(self, name: str) -> str:
        """As noted when the file was saved."""
        return str(self._metadata(name).get("contentType") or DEFAULT_CONTENT_TYPE)

    def _metadata(self, name: str) -> Mapping[str, Any]:
        return self._document(name).get("metadata") or {}


def _listed(collection: _Collection, field: str, condition: Mapping[str, Any]) -> list[Any]:
    """The first thousand values of an indexed field, in one exchange.

    A cursor that is kept would not do: MongoDB adds up the time that all its batches take.
    """
    with _exchange("list", field):
        found = collection.find({field: condition}, {"_id": 0, field: 1}).sort(field, pymongo.ASCENDING)
        return [document[field] for document in found.limit(_LISTED_AT_ONCE).batch_size(_LISTED_AT_ONCE)]


def _pieces(content: File[bytes]) -> Iterator[bytes]:
    """The content from its start in pieces of a chunk each, whatever lengths the source itself reads in."""
    with contextlib.suppress(AttributeError, io.UnsupportedOperation):
        content.seek(0)
    while True:
        piece = bytearray()
        while len(piece) < _CHUNK_BYTES and (data := content.read(_CHUNK_BYTES - len(piece))):
            piece += data
        if not piece:
            return
        yield bytes(piece)


class _Reader(io.RawIOBase):
    """A GridOut whose every exchange with the server is bounded and whose errors are the storage's own."""

    def __init__(self, source: GridOut, name: str) -> None:
        super().__init__()
        self._source = source
        self.name = name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        with _exchange("read", self.name):
            data = self._source.read(min(len(view), _READ_BYTES))
        view[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(_READ_BYTES) or b"", b""))

    def tell(self) -> int:
        return self._source.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _exchange("read", self.name):
            return self._source.seek(offset, whence)

    def close(self) -> None:
        if not self.closed:
            with contextlib.suppress(PyMongoError), pymongo.timeout(_ABORT_S):
                self._source.close()
        super().close()
