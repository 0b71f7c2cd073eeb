"""The photos before and after a photo, in the order of the gallery."""

from dataclasses import dataclass

from poses.models import Photo
from poses.models.querysets import Viewer


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The next newer and the next older photo of the same owner, where there is one."""

    newer: Photo | None
    older: Photo | None


def neighbours(photo: Photo, *, viewer: Viewer) -> Neighbours:
    """Two reads of one row each along the owner's index, however many photos there are."""
    photos = Photo.objects.visible_to(viewer).filter(owner_id=photo.owner_id).only("id")
    newer = photos.filter(created_at__gte=photo.created_at).exclude(created_at=photo.created_at, id__lte=photo.id)
    older = photos.filter(created_at__lte=photo.created_at).exclude(created_at=photo.created_at, id__gte=photo.id)
    return Neighbours(
        newer=newer.order_by("created_at", "id").first(),
        older=older.order_by("-created_at", "-id").first(),
    )
