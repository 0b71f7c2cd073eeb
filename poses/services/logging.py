"""The log that users and operators read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.admin.models import CHANGE
from django.contrib.admin.models import LogEntry as AdminLogEntry

from core.storage.rows import insert
from poses.models import LogEntry, Photo, Pose

if TYPE_CHECKING:
    from accounts.models import User


_MESSAGE_LENGTH = 500


def log(
    *,
    photo: Photo,
    actor: "User | None",
    action: LogEntry.Action,
    message: str = "",
    status: LogEntry.Status = LogEntry.Status.SUCCESS,
    milliseconds: int | None = None,
) -> None:
    """Adds an entry about a photo, in the caller's transaction."""
    insert([_entry(photo, actor, action, message, status, milliseconds)])


def log_all(*, photos: Iterable[Photo], actor: "User | None", action: LogEntry.Action, message: str) -> None:
    """Adds the same entry about each photo."""
    insert([_entry(photo, actor, action, message, LogEntry.Status.SUCCESS, None) for photo in photos])


def log_in_admin(pose: Pose, *, actor: "User | None", message: str) -> None:
    """Adds the same to the pose's history in Django's admin, wherever it was done."""
    if actor is not None:
        poses = Pose.objects.filter(pk=pose.pk)
        AdminLogEntry.objects.log_actions(actor.pk, poses, CHANGE, change_message=message, single_object=True)


def _entry(
    photo: Photo,
    actor: "User | None",
    action: LogEntry.Action,
    message: str,
    status: LogEntry.Status,
    milliseconds: int | None,
) -> LogEntry:
    return LogEntry(
        photo=photo,
        owner_id=photo.owner_id,
        actor=actor,
        action=action,
        status=status,
        message=message[:_MESSAGE_LENGTH],
        milliseconds=milliseconds,
    )
