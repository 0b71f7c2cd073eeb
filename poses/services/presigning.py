"""Uploads straight to the bucket: the signed URL, and what goes with the object."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote
from uuid import UUID

from django.utils import timezone

from core.errors import DomainError
from poses.engine.detector import MAX_PEOPLE, MIN_PEOPLE

from . import engine
from .bucket import bucket, key_of
from .options import DetectionOptions

if TYPE_CHECKING:
    from accounts.models import User

PRESIGNED_SECONDS = 600
# Servers take two kilobytes of metadata an object.
_NAME_BYTES = 1000
_NAME, _MODEL, _PEOPLE, _MIN_CONFIDENCE = "name", "model", "people", "min-confidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresignedUpload:
    """Where to PUT the file and with which headers, until when."""

    upload_id: UUID
    key: str
    url: str
    headers: dict[str, str]
    expires_at: datetime


def presign_upload(
    *, owner: "User", name: str, size_bytes: int, model: str | None, people: int | None, min_confidence: float | None
) -> PresignedUpload:
    """Lets the holder of the URL put one file of this size into the owner's folder of the bucket.

    The options are part of what is signed. Raises Conflict where the site has no bucket, DomainError for an unknown
    model.
    """
    storage = bucket()
    if model:
        engine.model_named(model)
    upload_id = uuid.uuid4()
    key = key_of(owner.pk, upload_id)
    expires_at = timezone.now() + timedelta(seconds=PRESIGNED_SECONDS)
    url, headers = storage.presigned_put(
        key,
        size_bytes=size_bytes,
        metadata=_metadata(name, model, people, min_confidence),
        seconds=PRESIGNED_SECONDS,
    )
    return PresignedUpload(upload_id=upload_id, key=key, url=url, headers=headers, expires_at=expires_at)


def name_in(metadata: Mapping[str, str]) -> str:
    """The file's name as the client gave it; empty where it gave none."""
    return unquote(metadata.get(_NAME, ""))


def options_in(metadata: Mapping[str, str]) -> DetectionOptions:
    """What the upload asks of its detection.

    Raises DomainError (`upload_options`) for what this site has not signed: an object may come from elsewhere.
    """
    try:
        people = int(metadata[_PEOPLE]) if _PEOPLE in metadata else None
        min_confidence = float(metadata[_MIN_CONFIDENCE]) if _MIN_CONFIDENCE in metadata else None
    except ValueError as error:
        raise _BadOptions from error
    is_good = (people is None or MIN_PEOPLE <= people <= MAX_PEOPLE) and (
        min_confidence is None or 0 <= min_confidence <= 1
    )
    if not is_good:
        raise _BadOptions
    return DetectionOptions.given(model=unquote(metadata.get(_MODEL, "")), people=people, min_confidence=min_confidence)


class _BadOptions(DomainError):
    def __init__(self) -> None:
        super().__init__("upload_options", "The object's metadata asks for options that a detection does not have.")


def _metadata(name: str, model: str | None, people: int | None, min_confidence: float | None) -> dict[str, str]:
    given = {
        _NAME: _quoted(name),
        _MODEL: quote(model or "", safe=""),
        _PEOPLE: "" if people is None else str(people),
        _MIN_CONFIDENCE: "" if min_confidence is None else repr(min_confidence),
    }
    return {key: value for key, value in given.items() if value}


def _quoted(name: str) -> str:
    """As much of the name as fits, in characters that a header can carry."""
    while len(quoted := quote(name, safe="")) > _NAME_BYTES:
        name = name[:-1]
    return quoted
