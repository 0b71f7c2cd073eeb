"""What an owner does with a scan besides importing."""

import logging

from django.db import transaction

from frames.models import DepthScan

from .creating import NAME_LENGTH, UNIT_LENGTH, scan_text
from .holding import hold_imports, hold_scan

logger = logging.getLogger(__name__)


def rename(*, scan: DepthScan, name: str | None = None, unit: str | None = None) -> None:
    """Gives a scan another name or unit. Raises DomainError on the field."""
    if name is not None:
        scan.name = scan_text("name", name, NAME_LENGTH)
    if unit is not None:
        scan.unit = scan_text("unit", unit, UNIT_LENGTH)
    scan.save(update_fields=["name", "unit"])


def delete(scan: DepthScan) -> None:
    """With its rows and imports; also while a file is imported, which then ends by itself."""
    key = scan.pk
    with transaction.atomic():
        hold_scan(key)
        hold_imports(key)
        scan.delete()
    logger.info("scan %s was deleted", key)
