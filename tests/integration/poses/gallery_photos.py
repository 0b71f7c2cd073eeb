"""Photos for the gallery's tests, straight in the database."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from poses.models import Detection, Photo
from poses.services.people import save_first
from tests.conftest import person


@transaction.atomic
def make_photo(
    owner: User, name: str = "photo.jpg", *, people: int = 1, failed: bool = False, **fields: object
) -> Photo:
    identifier = uuid.uuid4()
    values = {
        "file": f"{identifier}.jpg",
        "thumbnail": f"{identifier}.thumbnail.jpg",
        "sha256": identifier.hex,
        "size_bytes": 1000,
        "width": 640,
        "height": 480,
        "content_type": "image/jpeg",
        "source": Photo.Source.WEB,
        "model_name": "pose_landmarker_full",
        "people_wanted": 5,
        "min_confidence": 0.5,
        "status": Photo.Status.FAILED if failed else Photo.Status.COMPLETED,
        "error_code": "detection_failed" if failed else "",
        "people_found": 0 if failed else people,
        **({} if fields.get("status") == "pending" else {"lease_until": None}),
    }
    photo = Photo.objects.create(id=identifier, owner=owner, original_name=name, **{**values, **fields})
    if photo.people_found:
        detection = Detection.objects.create(
            photo=photo,
            model_name=photo.model_name,
            model_sha256="0" * 64,
            mediapipe_version="1",
            people_wanted=5,
            min_confidence=0.5,
            people_found=people,
            milliseconds=12,
        )
        Photo.objects.filter(pk=photo.pk).update(detection=detection)
        photo.detection = detection
        save_first(photo, detection, [person(x=0.3 + 0.1 * number) for number in range(people)])
    return photo


def make_photos(owner: User, count: int, *, created_at: datetime) -> list[Photo]:
    """Photos of one and the same moment."""
    return [make_photo(owner, f"photo {number}.jpg", created_at=created_at) for number in range(count)]


def names(photos: Iterable[Photo]) -> set[str]:
    return {photo.original_name for photo in photos}
