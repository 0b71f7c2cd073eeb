"""Correcting keypoints: every save is a new revision."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from core.errors import Conflict, DomainError
from poses.engine import keypoints as keypoint_json
from poses.engine.geometry import bounding_box, mean_visibility
from poses.engine.people import Keypoint
from poses.models import LogEntry, Pose, PoseRevision

from . import engine
from .locking import lock_photo
from .logging import log

if TYPE_CHECKING:
    from accounts.models import User


def replace_keypoints(*, pose: Pose, keypoints: object, editor: "User", expected_revision: int) -> PoseRevision:
    """Saves all 33 keypoints, given as JSON, as a new revision and answers it.

    Raises DomainError on `keypoints`, or Conflict where `expected_revision` is not the current one any more.
    """
    return _save(pose, editor, expected_revision, lambda current: keypoint_json.validated(keypoints))


def change_keypoints(*, pose: Pose, keypoints: object, editor: "User", expected_revision: int) -> PoseRevision:
    """Saves some of the keypoints, given as JSON by name; the rest stays. See `replace_keypoints`."""
    return _save(pose, editor, expected_revision, lambda current: keypoint_json.validated_changes(keypoints, current))


def _save(
    pose: Pose,
    editor: "User",
    expected_revision: int,
    edited: Callable[[Sequence[Keypoint]], tuple[Keypoint, ...]],
) -> PoseRevision:
    with transaction.atomic():
        photo = lock_photo(pose.photo_id)
        locked = Pose.objects.select_related("current").filter(pk=pose.pk).first()
        if locked is None:
            raise DomainError("not_found", "The pose was deleted meanwhile.", status=HTTPStatus.NOT_FOUND)
        if locked.current.number != expected_revision:
            raise Conflict.on_field(
                "expected_revision",
                "stale_edit",
                f"The pose is at revision {locked.current.number}, the edit began from {expected_revision}. "
                "Load the pose again and repeat the edit.",
            )
        with engine.refusing_on("keypoints"):
            points = edited(locked.current.points)
        revision = PoseRevision.objects.create(
            pose=locked,
            number=(locked.revisions.aggregate(last=Max("number"))["last"] or 0) + 1,
            source=PoseRevision.Source.HUMAN,
            keypoints=keypoint_json.to_json(points),
            world_keypoints=locked.current.world_keypoints,
            score=mean_visibility(points),
            box=keypoint_json.box_to_json(bounding_box(points)),
            editor=editor,
        )
        locked.current = revision
        locked.save(update_fields=("current", "updated_at"))
        message = f"{locked}, revision {revision.number}"
        log(photo=photo, actor=editor, action=LogEntry.Action.EDIT, message=message)
    pose.current, pose.updated_at = revision, locked.updated_at
    return revision
