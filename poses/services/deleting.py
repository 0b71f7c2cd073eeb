"""Removing photos and poses."""

from typing import TYPE_CHECKING

from django.db import transaction

from poses.models import LogEntry, Photo, Pose

from . import photo_files
from .logging import log

if TYPE_CHECKING:
    from accounts.models import User


def delete_photo(*, photo: Photo, actor: "User | None") -> None:
    """Removes the photo with its poses, and its files once the rows are gone; the log keeps its entries."""
    names = (photo.file.name, photo.thumbnail.name)
    with transaction.atomic():
        log(photo=photo, actor=actor, action=LogEntry.Action.DELETE, message=photo.original_name)
        photo.delete()
        transaction.on_commit(lambda: photo_files.remove(*names))


def delete_pose(*, pose: Pose, actor: "User | None") -> None:
    """Removes one person from a photo, with all revisions."""
    photo = pose.photo
    with transaction.atomic():
        log(photo=photo, actor=actor, action=LogEntry.Action.DELETE, message=str(pose))
        pose.delete()
        photo.people_found = photo.poses.count()
        photo.save(update_fields=("people_found", "updated_at"))
