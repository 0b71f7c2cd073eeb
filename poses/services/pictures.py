"""Decoding, at most one photo a core at a time: a large one takes hundreds of megabytes while it is worked on."""

import contextlib
import os
import threading
from collections.abc import Iterator

from core.errors import Conflict
from poses.engine import decode
from poses.engine.decode import DecodedPhoto
from poses.engine.errors import ImageRefused
from poses.models import Photo

from . import engine, photo_files

_turns = threading.BoundedSemaphore(len(os.sched_getaffinity(0)))


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """Waits for a turn at working on pixels; not to be asked for within one."""
    with _turns:
        yield


def decoded_upload(content: bytes) -> DecodedPhoto:
    """An upload through the gate. Raises DomainError with the gate's code, on the field `image`."""
    with turn(), engine.refusing_on("image"):
        return decode.decode(content)


def decoded_file(photo: Photo, *, target_side: int | None = decode.MODEL_SIDE) -> DecodedPhoto:
    """A photo's stored file; the caller has the turn. Raises Conflict (`file_missing`, `file_damaged`)."""
    try:
        return decode.decode(photo_files.read(photo.file), target_side=target_side)
    except FileNotFoundError as error:
        raise Conflict("file_missing", "The photo's file is gone from the storage; upload the photo again.") from error
    except ImageRefused as error:
        raise Conflict("file_damaged", "The photo's file is damaged in the storage; upload the photo again.") from error
