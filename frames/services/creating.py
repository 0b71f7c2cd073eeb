"""Taking a CSV in, as a new scan or into one that is there; reading it is a worker's."""

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction

from core.errors import Conflict, DomainError
from core.work import claims
from frames import queue
from frames.models import DepthImport, DepthScan
from poses.models.photo import photo_storage
from poses.services import photo_files

from .checking import check_head

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

# As `_take_in` makes names; the storage adds letters where there is a file of that name.
LAYOUT = re.compile(r"depth/(?P<two>[0-9a-f]{2})/(?P<id>(?P=two)[0-9a-f]{30})(?:_\w+)?\.csv")
_SHORT = 255
NAME_LENGTH, UNIT_LENGTH = 200, 12


class ImportUnderWay(Conflict):
    """One at a time."""

    def __init__(self) -> None:
        super().__init__("import_under_way", "A file is being imported into this scan. Wait until it is done.")


class ScanGone(DomainError):
    """Somebody has deleted it meanwhile."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("not_found", "The scan was deleted meanwhile.")


def create_scan(
    *, owner: "User", name: str, unit: str, stream: BinaryIO, size_bytes: int, file_name: str, is_strict: bool
) -> DepthImport:
    """Makes a scan that a file is imported into. Raises DomainError; then nothing is stored."""
    scan = DepthScan(
        owner=owner,
        name=scan_text("name", name, NAME_LENGTH) if name else _name_of(file_name),
        unit=scan_text("unit", unit or "m", UNIT_LENGTH),
    )
    return _take_in(scan, owner, stream, size_bytes, file_name, is_strict=is_strict)


def import_into(
    *, scan: DepthScan, actor: "User", stream: BinaryIO, size_bytes: int, file_name: str, is_strict: bool
) -> DepthImport:
    """Imports a file into a scan: rows at depths that it has take their place. Raises DomainError, ImportUnderWay."""
    if scan.imports.unfinished().exists():  # asked again below, where it counts
        raise ImportUnderWay
    return _take_in(scan, actor, stream, size_bytes, file_name, is_strict=is_strict)


def _take_in(
    scan: DepthScan, actor: "User", stream: BinaryIO, size_bytes: int, file_name: str, *, is_strict: bool
) -> DepthImport:
    if size_bytes > settings.DEPTH_MAX_BYTES:
        message = f"The file has {size_bytes / 1e6:,.0f} MB; {settings.DEPTH_MAX_BYTES / 1e6:,.0f} MB is the most."
        raise DomainError.on_field("file", "file_too_large", f"{message} Import it in parts.")
    is_new = scan._state.adding
    check_head(stream, is_strict=is_strict, scan=None if is_new else scan)
    stream.seek(0)
    item = DepthImport(
        scan=scan,
        asked_by=actor,
        original_name="".join(letter for letter in file_name if letter.isprintable())[:_SHORT] or "scan.csv",
        size_bytes=size_bytes,
        is_strict=is_strict,
        **claims.queued(),
    )
    stem = item.pk.hex
    item.file.name = photo_storage().save(f"depth/{stem[:2]}/{stem}.csv", File(stream))
    try:
        with transaction.atomic():
            if is_new:
                scan.save(force_insert=True)
            item.save(force_insert=True)
            queue.send_import(item.pk)
    except IntegrityError as error:  # the constraint: one at a time; or the key of a scan that is gone
        photo_files.remove(item.file.name)
        is_there = is_new or DepthScan.objects.filter(pk=scan.pk).exists()
        raise ImportUnderWay if is_there else ScanGone from error
    except BaseException:
        photo_files.remove(item.file.name)
        raise
    logger.info("import %s of %d bytes into scan %s was asked for by user %s", stem, size_bytes, scan.pk, actor.pk)
    return item


def _name_of(file_name: str) -> str:
    stem = re.sub(r"\.csv$", "", file_name, flags=re.IGNORECASE)
    return " ".join("".join(letter for letter in stem if letter.isprintable()).split())[:NAME_LENGTH] or "scan"


def scan_text(field: str, text: str, most: int) -> str:
    """A name or unit as it is kept. Raises DomainError on the field."""
    text = " ".join(text.split())
    if not text or not text.isprintable() or len(text) > most:
        raise DomainError.on_field(field, "invalid", f"Give a {field} of 1 to {most} printable letters.")
    return text
