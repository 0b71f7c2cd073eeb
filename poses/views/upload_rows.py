"""A photo as a row of the list of photos being added."""

from collections.abc import Iterable
from dataclasses import dataclass

from poses.models import Photo

from .cards import people_found

_STATES = {
    Photo.Status.PENDING: "waiting",
    Photo.Status.RUNNING: "detecting",
    Photo.Status.COMPLETED: "done",
    Photo.Status.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class UploadRow:
    """The photo, its state as the page's scripts and style sheets know it, and the same in words."""

    photo: Photo
    state: str
    text: str


def upload_rows_of(photos: Iterable[Photo]) -> list[UploadRow]:
    """A row for each."""
    return [UploadRow(photo, _STATES[Photo.Status(photo.status)], _text(photo)) for photo in photos]


def _text(photo: Photo) -> str:
    match photo.status:
        case Photo.Status.PENDING:
            return "Waiting"
        case Photo.Status.RUNNING:
            return "Finding people"
        case Photo.Status.FAILED:
            return photo.error_message or "The detection failed."
    return f"Done · {people_found(photo) or 'nobody found'}"
