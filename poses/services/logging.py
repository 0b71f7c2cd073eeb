"""The log that users and operators read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.storage.rows import insert
from poses.models import LogEntry, Photo

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
