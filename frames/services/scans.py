"""What an owner does with a scan besides importing."""

import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction

from frames.models import DepthScan

from .creating import NAME_LENGTH, UNIT_LENGTH, ScanGone, scan_text
from .holding import hold_for_deletion

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)


def rename(*, scan: DepthScan, name: str | None = None, unit: str | None = None) -> None:
    """Gives a scan another name or unit; what is None stays. Raises DomainError on the field, or where it is gone."""
    changed = {}
    if name is not None:
        changed["name"] = scan_text("name", name, NAME_LENGTH)
    if unit is not None:
        changed["unit"] = scan_text("unit", unit, UNIT_LENGTH)
    if changed and not DepthScan.objects.filter(pk=scan.pk).update(**changed):
        raise ScanGone
    for field, value in changed.items():
        setattr(scan, field, value)


def delete(scan: DepthScan) -> None:
    """With its rows and imports; also while a file is imported, which then ends by itself."""
    key = scan.pk
    with transaction.atomic():
        hold_for_deletion(key)
        scan.delete()
    logger.info("scan %s was deleted", key)


def delete_with_owner(*, instance: "User", **kwargs: Any) -> None:
    """A user's scans go first and in their own way, so that no worker adds to them meanwhile; for `pre_delete`."""
    for scan in instance.depth_scans.all():
        delete(scan)
