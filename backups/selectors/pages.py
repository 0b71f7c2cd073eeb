"""What the pages read: each in a number of reads that does not depend on the rows."""

from collections.abc import Iterable
from uuid import UUID

from backups.models import Backup, Check, Download, Notice
from poses.selectors.keyset import Cursor, Order, Page, page_of

PAGE_SIZE = 25
# Of one backup; more than anybody makes.
_SHOWN = 50
_LATEST = Order("at", is_descending=True, is_id_descending=True)


def backups_page(*, before: Cursor | None, after: Cursor | None) -> Page[Backup]:
    """The list, newest first."""
    rows = Backup.objects.listed().select_related("asked_by")
    return page_of(rows, size=PAGE_SIZE, before=before, after=after)


def downloads_page(*, before: Cursor | None, after: Cursor | None) -> Page[Download]:
    """The log, newest first."""
    rows = Download.objects.select_related("backup")
    return page_of(rows, size=PAGE_SIZE, before=before, after=after, order=_LATEST)


def unfinished_backup() -> Backup | None:
    """The one that waits or is made."""
    return Backup.objects.unfinished().select_related("asked_by").first()


def kinds_under_way(backups: Iterable[Backup]) -> set[tuple[UUID, str]]:
    """Which of the backups are being looked at: their ids, with the kind of check."""
    checks = Check.objects.unfinished().filter(backup__in=[backup.pk for backup in backups])
    return set(checks.values_list("backup_id", "kind"))


def checks_of(backup: Backup) -> list[Check]:
    """Newest first."""
    checks = Check.objects.filter(backup=backup).select_related("asked_by", "backup")
    return list(checks.order_by("-created_at", "-id")[:_SHOWN])


def notices_of(backup: Backup) -> list[Notice]:
    """Newest first."""
    return list(Notice.objects.filter(backup=backup).order_by("-created_at", "-id")[:_SHOWN])
