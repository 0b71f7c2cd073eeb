"""Taking a photo in: gate, hash, files, row, then detection."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from django.db import IntegrityError, transaction

from poses.engine import decode
from poses.engine.decode import DecodedPhoto
from poses.engine.detector import Detector
from poses.engine.errors import ImageRefused
from poses.models import LogEntry, Photo

from . import detecting, engine, photo_files
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
    detector: Detector | None = None,
) -> Uploaded:
    """Stores a photo and finds the people on it.

    Bytes that the owner has uploaded before are answered with the photo that exists; `is_rerun` detects it again with
    these options. Raises DomainError with the gate's code where the file is refused; then no row and no file is left.
    """
    model = engine.model_named(options.model)
    content = _read(stream)
    sha256 = hashlib.sha256(content).hexdigest()
    photo = _existing(owner, sha256)
    if photo is None:
        decoded = _decode(content)
        stem = uuid.uuid4()
        files = photo_files.store(stem=stem.hex, content=content, decoded=decoded)
        photo = Photo(
            id=stem,
            owner=owner,
            file=files.file,
            thumbnail=files.thumbnail,
            sha256=sha256,
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
        if _insert(photo, files):
            detecting.detect_photo(photo=photo, actor=owner, pixels=decoded.pixels, model=model, detector=detector)
            return Uploaded(photo, is_new=True)
        photo = Photo.objects.get(owner=owner, sha256=sha256)
    if is_rerun:
        detecting.detect_again(photo=photo, actor=owner, options=options, detector=detector)
    return Uploaded(photo, is_new=False)


def _existing(owner: "User", sha256: str) -> Photo | None:
    """The owner's photo of these bytes. Nearly always there is none, so poses are left for when they are asked for."""
    return next(iter(Photo.objects.filter(owner=owner, sha256=sha256).order_by()), None)


def _read(stream: BinaryIO) -> bytes:
    try:
        return decode.read_bounded(stream)
    except ImageRefused as error:
        raise engine.as_domain_error(error, field="image") from error


def _decode(content: bytes) -> DecodedPhoto:
    try:
        return decode.decode(content)
    except ImageRefused as error:
        raise engine.as_domain_error(error, field="image") from error


def _shown_name(name: str) -> str:
    """The given name without control characters; it is only ever shown, never used as a path."""
    return "".join(character for character in name if character.isprintable())[:_NAME_LENGTH]


def _insert(photo: Photo, files: photo_files.StoredFiles) -> bool:
    """Inserts the row; False where another upload of the same bytes was faster. Without a row no file stays."""
    try:
        with transaction.atomic():
            photo.save(force_insert=True)
            log(photo=photo, actor=photo.owner, action=LogEntry.Action.UPLOAD, message=photo.original_name)
    except BaseException as error:
        photo_files.remove(files.file, files.thumbnail)
        if isinstance(error, IntegrityError):
            return False
        raise
    return True
