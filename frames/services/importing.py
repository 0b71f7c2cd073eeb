"""A worker's: reads a CSV into a scan, whole or not at all."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from core.errors import DomainError
from core.storage.errors import disk_trouble
from core.work import claims
from core.work.pulse import Pulse
from frames import queue
from frames.formats.findings import CsvRefused
from frames.formats.order import Order, check_order
from frames.formats.reading import DepthCsv
from frames.formats.report import Report
from frames.imaging.thinning import thin
from frames.models import BLOCK_ROWS, LEVEL_FACTOR, LEVELS, DepthBlock, DepthImport, DepthScan, ImportFinding
from poses.models.photo import photo_storage
from poses.services.removing import remove_later

from . import staging
from .building import BlockBuilder
from .checking import check_width, refusal
from .holding import hold_claimed
from .merging import Merged
from .spool import Spool

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file's good rows: `depths` (n,) in order, each once, and their `places` in the spool."""

    depths: NDArray[np.float64]
    places: NDArray[np.intp]
    order: Order


def import_claimed(item: DepthImport) -> None:
    """Reads the claimed import's file, checks it, and puts its rows among the scan's. Raises DomainError, ClaimLost.

    The rows are stored as they are cut into blocks, and the scan has them all from one moment on.
    """
    pulse = Pulse(item, lease=queue.LEASE)
    item.started_at = timezone.now()
    DepthImport.objects.filter(pk=item.pk, claim=item.claim).update(started_at=item.started_at)
    staging.clear(item)
    report = item.report = Report()
    with _opened(item) as csv:
        scan = DepthScan.objects.get(pk=item.scan_id)
        check_width(scan, csv.header)
        with disk_trouble("spool"), Spool(csv.header.width) as spool:
            read = _read(item, csv, report, spool, pulse)
            merged = Merged.of(scan, read.depths, read.places, spool, tick=pulse.tick)
            if merged.row_count > settings.DEPTH_MAX_ROWS:
                message = f"The scan would have {merged.row_count:,} rows; {settings.DEPTH_MAX_ROWS:,} is the most."
                raise DomainError.on_field("file", "too_many_rows", message)
            scan.width = csv.header.width
            scan.thin_width = scan.thin_width or settings.DEPTH_THIN_WIDTH
            _store(item, scan, merged, spool, pulse)
    _publish(item, scan, merged, read)
    logger.info("import %s: %d rows, %d of them replaced others", item.pk, len(read.depths), merged.replaced_count)


def note_failure(item: DepthImport) -> None:
    """In the transaction that fails an import: the report is kept, and what was stored for it is not."""
    staging.clear(item)
    DepthImport.objects.filter(pk=item.pk).update(**_ended(item))


@contextmanager
def _opened(item: DepthImport) -> Iterator[DepthCsv]:
    try:
        with photo_storage().open(str(item.file.name)) as stream:
            yield DepthCsv(stream, max_rows=settings.DEPTH_MAX_ROWS)
    except FileNotFoundError as error:
        raise DomainError("file_missing", "The uploaded file is gone. Upload it again.") from error
    except CsvRefused as refused:
        raise refusal(refused, item.report) from refused


def _read(item: DepthImport, csv: DepthCsv, report: Report, spool: Spool, pulse: Pulse) -> _Read:
    pulse.step(DepthImport.Step.READING, total=item.size_bytes)
    depths, lines, seen = [], [], 0
    for rows, findings in csv:
        spool.add(rows.grey)
        depths.append(rows.depths)
        lines.append(rows.lines)
        report.add(findings)
        pulse.advance(csv.bytes_read - seen)
        seen = csv.bytes_read
    all_depths = np.concatenate(depths) if depths else np.empty(0)
    order = check_order(all_depths, np.concatenate(lines) if lines else np.empty(0, np.int64))
    report.add(order.findings, order.counts)
    if item.is_strict and report.count:
        raise refusal(None, report)
    if not len(order.by_depth):
        raise refusal(CsvRefused("no_rows", "The file has no row that can be imported."), report)
    return _Read(all_depths[order.by_depth], order.by_depth, order)


def _store(item: DepthImport, scan: DepthScan, merged: Merged, spool: Spool, pulse: Pulse) -> None:
    pulse.step(DepthImport.Step.STORING, total=len(merged.depths))
    stage = staging.Stage(item, pulse.advance)
    builder = BlockBuilder(stage.add, blocks_before=merged.blocks_before, beginnings=merged.beginnings)
    for first in range(0, len(merged.depths), BLOCK_ROWS):
        some = slice(first, first + BLOCK_ROWS)
        grey = spool.read(merged.places[some])
        builder.add(merged.depths[some], grey, thin(grey, scan.thin_width or 0))
    builder.finish()
    stage.flush()


def _publish(item: DepthImport, scan: DepthScan, merged: Merged, read: _Read) -> None:
    """From here on everybody sees the new rows. Raises ClaimLost."""
    live = DepthBlock.objects.filter(scan=scan, staged_by=None)
    with transaction.atomic():
        hold_claimed(item)
        claims.finish(
            item,
            **_ended(item),
            row_count=len(read.depths),
            replaced_count=merged.replaced_count,
            is_upward=read.order.is_upward,
            progress_done=len(merged.depths),  # the sign of life tells it every few seconds only
        )
        for level in range(LEVELS):
            live.filter(level=level, position__gte=merged.blocks_before // LEVEL_FACTOR**level).delete()
        DepthBlock.objects.filter(staged_by=item).update(staged_by=None)
        _note_on_scan(scan, merged)


def _note_on_scan(scan: DepthScan, merged: Merged) -> None:
    is_all, now = not merged.blocks_before, timezone.now()
    values = {
        "width": scan.width,
        "thin_width": scan.thin_width,
        "row_count": merged.row_count,
        "depth_min": float(merged.depths[0]) if is_all else scan.depth_min,
        "depth_max": float(merged.depths[-1]),
        "step": merged.step,
        "imported_at": now,
        # By the clock: a restored database would count up to the same numbers again, and browsers keep tiles by them.
        "edition": max(scan.edition + 1, int(now.timestamp())),
    }
    DepthScan.objects.filter(pk=scan.pk).update(**values)


def _ended(item: DepthImport) -> dict[str, Any]:
    """In the transaction that ends an import: keeps its report and lets its file go; answers the columns to write."""
    report = item.report or Report()
    findings = sorted(report.listed, key=lambda finding: finding.row)
    ImportFinding.objects.bulk_create(
        ImportFinding(depth_import=item, row=one.row, code=one.code.value, column=one.column, message=one.message)
        for one in findings
    )
    transaction.on_commit(partial(remove_later, item.file.name))
    counts = {code.value: count for code, count in report.counts.items()}
    return {"file": "", "step": "", "finished_at": timezone.now(), "finding_counts": counts}
