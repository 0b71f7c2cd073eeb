"""Taking a photo in: gate, hash, files, row, then detection."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import IntegrityError, transaction

from core.storage.errors import DatabaseUnavailable, database_trouble
from core.storage.rows import insert
from core.work import claims
from poses import queue
from poses.engine import decode
from poses.engine.decode import DecodedPhoto
from poses.engine.detector import Detector
from poses.engine.models import Model
from poses.models import LogEntry, Photo

from . import detecting, engine, photo_files, pictures
from .detecting import Detected
from .logging import log
from .options import DetectionOptions

if TYPE_CHECKING:
    from accounts.models import User

_NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The photo, and whether this upload made it."""

    photo: Photo
    is_new: bool


def upload_photo(
    *,
    owner: "User",
    stream: BinaryIO,
    name: str,
    source: Photo.Source,
    options: DetectionOptions,
    is_rerun: bool = False,
    is_queued: bool = False,
    detector: Detector | None = None,
) -> Uploaded:
    """Stores a photo and finds the people on it, now or (`is_queued`) in the background.

    Bytes that the owner has uploaded before are answered with the photo that exists; `is_rerun` detects it again with
    these options. Raises DomainError with the gate's code where the file is refused; then no row and no file is left.
    """
    model = engine.model_named(options.model)
    with engine.refusing_on("image"):
        content = decode.read_bounded(stream)
    decoded = pictures.decoded_upload(content)
    sha256 = hashlib.sha256(content).hexdigest()
    photo = Photo(
        owner=owner,
        sha256=sha256,
        source=source,
        **_facts(content, decoded, name, model, options),
        **(claims.queued() if is_queued else claims.claimed_from_the_start(detecting.REQUEST_LEASE)),
    )
    if not _is_stored(photo, content, decoded, is_queued=is_queued):
        photo = Photo.objects.get(owner=owner, sha256=sha256)
        _detect_known(photo, options, is_rerun=is_rerun, is_queued=is_queued, detector=detector)
        return Uploaded(photo, is_new=False)
    if not is_queued:
        detecting.detect_photo(photo=photo, actor=owner, pixels=decoded.pixels, model=model, detector=detector)
    return Uploaded(photo, is_new=True)


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A photo whose files are stored and whose people are found, and whose rows are not written yet."""

    photo: Photo
    found: Detected

    def insert(self) -> None:
        """Writes its rows, in the caller's transaction. Raises IntegrityError where the owner has these bytes now."""
        photo = self.photo
        photo.detection, photo.people_found = self.found.detection, len(self.found.people)
        insert([photo])
        log(photo=photo, actor=photo.owner, action=LogEntry.Action.UPLOAD, message=photo.original_name)
        detecting.save_first(photo, self.found, actor=photo.owner)

    def discard(self) -> None:
        """Removes its files, where the rows did not come about."""
        photo_files.remove(self.photo.file.name, self.photo.thumbnail.name)


def detected_photo(
    *,
    owner: "User",
    content: bytes,
    sha256: str,
    decoded: DecodedPhoto,
    name: str,
    source: Photo.Source,
    options: DetectionOptions,
) -> NewPhoto:
    """Finds the people on bytes that have passed the gate, and stores the files; the caller inserts or discards it.

    For work that is done as a whole or not at all. Raises DomainError, also where the engine fails; then nothing is
    stored.
    """
    model = engine.model_named(options.model)
    photo = Photo(
        owner=owner,
        sha256=sha256,
        source=source,
        status=Photo.Status.COMPLETED,
        lease_until=None,
        attempts=1,
        **_facts(content, decoded, name, model, options),
    )
    found = detecting.detected(photo, decoded.pixels, model)
    files = photo_files.store(stem=photo.id.hex, content=content, decoded=decoded)
    photo.file.name, photo.thumbnail.name = files.file, files.thumbnail
    return NewPhoto(photo, found)


def _facts(content: bytes, decoded: DecodedPhoto, name: str, model: Model, options: DetectionOptions) -> dict[str, Any]:
    """The columns that follow from the bytes and from what is asked."""
    return {
        "size_bytes": len(content),
        "width": decoded.width,
        "height": decoded.height,
        "content_type": decoded.format.content_type,
        "is_displayable": decoded.is_displayable,
        "original_name": _shown_name(name),
        "notice": " ".join(decoded.notices),
        "model_name": model.name,
        "people_wanted": options.people,
        "min_confidence": options.min_confidence,
    }


def _detect_known(
    photo: Photo, options: DetectionOptions, *, is_rerun: bool, is_queued: bool, detector: Detector | None
) -> None:
    """Detects a photo that was there before, where that is asked for or has not come about yet."""
    if is_queued:
        if is_rerun:
            detecting.queue_photo(photo=photo, actor=photo.owner, options=options)
    elif is_rerun or photo.is_unfinished:
        detecting.detect_again(photo=photo, actor=photo.owner, options=options, detector=detector)


def _is_stored(photo: Photo, content: bytes, decoded: DecodedPhoto, *, is_queued: bool) -> bool:
    """Stores the files, then the row; answers False, with nothing stored, where the owner has these bytes already.

    The database's own constraint decides that, so of two uploads at a time one wins. Without a row no file stays.
    """
    files = photo_files.store(stem=photo.id.hex, content=content, decoded=decoded)
    photo.file.name, photo.thumbnail.name = files.file, files.thumbnail
    is_written = False
    try:
        with transaction.atomic():
            insert([photo])
            log(photo=photo, actor=photo.owner, action=LogEntry.Action.UPLOAD, message=photo.original_name)
            if is_queued:
                queue.send([photo.id])
            is_written = True
    except BaseException as error:
        # A commit whose answer was lost may have gone well: files without a row are swept, a row without files is lost.
        if not (is_written and isinstance(database_trouble(error), DatabaseUnavailable)):
            photo_files.remove(files.file, files.thumbnail)
        if isinstance(error, IntegrityError):
            return False
        raise
    return True


def _shown_name(name: str) -> str:
    """The given name without control characters; it is only ever shown, never used as a path."""
    return "".join(character for character in name if character.isprintable())[:_NAME_LENGTH]
