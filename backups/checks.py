"""Is there a good backup, and is it young enough? Asked by /readyz and by manage.py check."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils import timezone

from backups.selectors import second_place
from backups.selectors.standing import OLDEST, Standing, should_have_one, standing
from backups.services import copying
from core.health import DEGRADED, Trouble

_HOURS = OLDEST.total_seconds() / 3600


def newest_backup() -> dict[str, str | int | float | bool | None]:
    """For /readyz: how old the newest good backup is. Raises Trouble where that is too old.

    A site that is younger than that has no trouble yet.
    """
    found, now = standing(), timezone.now()
    if found.is_late(now) and should_have_one(found, now):
        raise Trouble(_said(found), state=DEGRADED)
    newest = found.newest_good
    if newest is None or newest.started_at is None:
        return {"hours": None}
    return {"hours": round((now - newest.started_at).total_seconds() / 3600, 1)}


@register(Tags.database)
def backups_are_young(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A warning where the newest good backup is too old; asked with `manage.py check --database default`."""
    if not databases:
        return []
    try:
        found, now = standing(), timezone.now()
        if not found.is_late(now) or not should_have_one(found, now):
            return []
    except DatabaseError:  # migrate asks too, before there are tables
        return []
    return [Warning(f"Backups: {_said(found)}.", hint="manage.py backup makes one now.", id="backups.W001")]


@register
def second_place_exists(**kwargs: Any) -> list[CheckMessage]:
    """An error where BACKUP_COPY_TO names no storage."""
    try:
        copying.storage_of_copies()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="backups.E001")]
    return []


@register
def second_place_is_another(**kwargs: Any) -> list[CheckMessage]:
    """A warning where BACKUP_COPY_TO is the storage that the photos live in."""
    if not second_place.is_with_photos():
        return []
    message = f"BACKUP_COPY_TO is {settings.BACKUP_COPY_TO}, where the photos live: the copies would be lost with them."
    return [Warning(message, hint="Name another storage there.", id="backups.W002")]


def _said(found: Standing) -> str:
    if found.newest_good is None:
        return "there is no good one"
    return f"the newest good one is older than {_HOURS:.0f} hours"
