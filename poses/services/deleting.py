"""Removing photos and poses."""

from typing import TYPE_CHECKING

from django.db import transaction

from core.errors import Conflict
from poses.models import LogEntry, Photo, Pose

from .locking import lock_photo
from .logging import log

if TYPE_CHECKING:
    from accounts.models import User


def delete_photo(*, photo: Photo, actor: "User | None") -> None:
    """Removes the photo with its poses, approved ones too; its files follow the row, the log keeps its entries.

    Raises DomainError (`not_found`) where it was deleted meanwhile.
    """
    with transaction.atomic():
        lock_photo(photo.pk)  # an edit that is being saved now would else add a revision to a pose that is going
        log(photo=photo, actor=actor, action=LogEntry.Action.DELETE, message=photo.original_name)
        photo.delete()


def delete_pose(*, pose: Pose, actor: "User | None") -> None:
    """Removes one person from a photo, with all revisions. Raises Conflict (`pose_approved`) where it is locked."""
    with transaction.atomic():
        photo = lock_photo(pose.photo_id)
        if Pose.objects.filter(pk=pose.pk, review_status=Pose.Review.APPROVED).exists():
            message = "This pose is approved and locked. Have it unlocked in the review, then delete it."
            raise Conflict("pose_approved", message)
        log(photo=photo, actor=actor, action=LogEntry.Action.DELETE, message=str(pose))
        pose.delete()
        photo.people_found = photo.poses.count()
        photo.save(update_fields=("people_found", "updated_at"))
