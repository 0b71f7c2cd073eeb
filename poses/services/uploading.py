"""Taking a photo in: gate, hash, files, row, then detection."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.storage.rows import insert
from poses.engine import decode
from poses.engine.decode import DecodedPhoto
from poses.engine.detector import Detector
from poses.engine.models import Model
from poses.models import LogEntry, Photo

from . import detecting, engine, photo_files, pictures
from .logging import log
from .options import DetectionOptions

if TYPE_CHECKING:
    from accounts.models import User

_NAME_LENGTH = 255
_LONGEST_DETECTION = timedelta(minutes=2)


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
    detector: Detector | None = None,
) -> Uploaded:
    """Stores a photo and finds the people on it.

    Bytes that the owner has uploaded before are answered with the photo that exists; `is_rerun` detects it again with
    these options. Raises DomainError with the gate's code where the file is refused; then no row and no file is left.
    """
    model = engine.model_named(options.model)
    with engine.refusing_on("image"):
        content = decode.read_bounded(stream)
    decoded = pictures.decoded_upload(content)
    photo = _stored(
        owner=owner, content=content, decoded=decoded, name=name, source=source, model=model, options=options
    )
    if photo is not None:
        detecting.detect_photo(photo=photo, actor=owner, pixels=decoded.pixels, model=model, detector=detector)
        return Uploaded(photo, is_new=True)
    photo = Photo.objects.get(owner=owner, sha256=_sha256(content))
    if is_rerun or _is_abandoned(photo):
        detecting.detect_again(photo=photo, actor=owner, options=options, detector=detector)
    return Uploaded(photo, is_new=False)


def _is_abandoned(photo: Photo) -> bool:
    """Whether the process that took the photo in must have ended before it was through."""
    return photo.status == Photo.Status.PENDING and photo.created_at < timezone.now() - _LONGEST_DETECTION


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _stored(
    *,
    owner: "User",
    content: bytes,
    decoded: DecodedPhoto,
    name: str,
    source: Photo.Source,
    model: Model,
    options: DetectionOptions,
) -> Photo | None:
    """Stores the files, then the row; None, with nothing stored, where the owner has a photo of these bytes already.

    The database's own constraint decides that, so of two uploads at a time one wins. Without a row no file stays.
    """
    photo = Photo(
        owner=owner,
        sha256=_sha256(content),
        size_bytes=len(content),
        width=decoded.width,
        height=decoded.height,
        content_type=decoded.format.content_type,
        is_displayable=decoded.is_displayable,
        original_name=_shown_name(name),
        source=source,
        notice=" ".join(decoded.notices),
        model_name=model.name,
        people_wanted=options.people,
        min_confidence=options.min_confidence,
    )
    files = photo_files.store(stem=photo.id.hex, content=content, decoded=decoded)
    photo.file.name, photo.thumbnail.name = files.file, files.thumbnail
    try:
        with transaction.atomic():
            insert([photo])
            log(photo=photo, actor=owner, action=LogEntry.Action.UPLOAD, message=photo.original_name)
    except BaseException as error:
        photo_files.remove(files.file, files.thumbnail)
        if isinstance(error, IntegrityError):
            return None
        raise
    return photo


def _shown_name(name: str) -> str:
    """The given name without control characters; it is only ever shown, never used as a path."""
    return "".join(character for character in name if character.isprintable())[:_NAME_LENGTH]
