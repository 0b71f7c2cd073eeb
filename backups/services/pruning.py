"""Which backups are kept: by default seven days, four weeks, twelve months; manual ones until they are deleted."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from backups.models import Backup

from . import removing

logger = logging.getLogger(__name__)

# Whoever makes two on a day has a reason.
_YOUNG = timedelta(days=1)


def prune(*, now: datetime) -> list[str]:
    """Removes the scheduled backups that no rule keeps, and answers their names.

    Never one of the last day, the last one that was verified, nor one that a check is reading.
    """
    there = list(Backup.objects.there().filter(kind=Backup.Kind.SCHEDULED).order_by("-started_at"))
    kept = kept_of(there) | {backup.pk for backup in there if now - _started_at(backup) < _YOUNG}
    busy = set(Backup.objects.filter(checks__status__in=("pending", "running")).values_list("pk", flat=True))
    last_good = Backup.objects.good().order_by("-started_at").values_list("pk", flat=True).first()
    gone = [backup for backup in there if backup.pk not in kept and backup.pk not in busy and backup.pk != last_good]
    for backup in gone:
        removing.remove(backup, now=now)
        logger.info("backup %s is older than what is kept, and was removed", backup.name)
    return [backup.name for backup in gone]


def kept_of(backups: Iterable[Backup]) -> set[UUID]:
    """Of scheduled backups, newest first: the newest of each of the last days, weeks and months that have any.

    Days, weeks (from Monday) and months are those of the site's time zone. A good one goes before a partial one, and
    that before a damaged one.
    """
    rules: list[tuple[int, Callable[[datetime], object]]] = [
        (settings.BACKUP_KEEP_DAILY, lambda at: at.date()),
        (settings.BACKUP_KEEP_WEEKLY, lambda at: at.isocalendar()[:2]),
        (settings.BACKUP_KEEP_MONTHLY, lambda at: (at.year, at.month)),
    ]
    all_of_them = list(backups)
    kept: set[UUID] = set()
    for count, period in rules:
        newest: dict[object, Backup] = {}
        for backup in all_of_them:
            key = period(timezone.localtime(_started_at(backup)))
            if key not in newest or _worth(backup) > _worth(newest[key]):
                newest[key] = backup
        # A dict keeps the order of the first of each period: newest first.
        kept |= {backup.pk for backup in list(newest.values())[:count]}
    return kept


def _started_at(backup: Backup) -> datetime:
    return backup.started_at or backup.created_at


def _worth(backup: Backup) -> tuple[bool, bool]:
    return not backup.verify_error, not backup.is_partial
