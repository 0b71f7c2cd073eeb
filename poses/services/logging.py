"""The log that users and operators read."""

from typing import TYPE_CHECKING

from poses.models import LogEntry, Photo

if TYPE_CHECKING:
    from accounts.models import User


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
    LogEntry.objects.create(
        photo=photo,
        owner_id=photo.owner_id,
        actor=actor,
        action=action,
        status=status,
        message=message[:500],
        milliseconds=milliseconds,
    )
