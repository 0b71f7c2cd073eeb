"""What can be said of a file before it is stored, and the errors that a refused one is answered with."""

import io
from dataclasses import asdict
from itertools import islice
from typing import BinaryIO

import numpy as np
from django.conf import settings

from core.errors import DomainError
from frames.formats.findings import Code, CsvRefused
from frames.formats.header import Header
from frames.formats.order import check_order
from frames.formats.reading import DepthCsv
from frames.formats.report import Report
from frames.models import DepthScan

# Read while whoever uploads waits: a file that is wrong is mostly so from the beginning.
HEAD_BYTES = 4 << 20
_SHOWN = 100


def check_head(stream: BinaryIO, *, is_strict: bool, scan: DepthScan | None) -> None:
    """Checks the first megabytes of a file, and so the whole of most. Raises DomainError on the field `file`."""
    head = stream.read(HEAD_BYTES)
    is_all = len(head) < HEAD_BYTES
    if not is_all:
        head = head[: head.rfind(b"\n") + 1] or head
    report = Report()
    try:
        csv = DepthCsv(io.BytesIO(head), max_rows=settings.DEPTH_MAX_ROWS)
        check_width(scan, csv.header)
        row_count = _check_rows(csv, report, is_all=is_all)
        if not row_count and is_all:
            raise CsvRefused("no_rows", "The file has no row that can be imported.")
    except CsvRefused as refused:
        raise refusal(refused, report) from refused
    if is_strict and report.count:
        raise refusal(None, report)


def check_width(scan: DepthScan | None, header: Header) -> None:
    """Raises DomainError where the scan has rows of another width."""
    if scan is not None and scan.width and scan.width != header.width:
        message = f"Row 1 names {header.width:,} grey values a row; the scan has {scan.width:,}. Make a new scan of it."
        raise DomainError.on_field("file", "width_differs", message)


def refusal(refused: CsvRefused | None, report: Report | None) -> DomainError:
    """Why a file is not imported: it cannot be read, or for what was found. The first findings are in the details."""
    listed = sorted(report.listed, key=lambda finding: finding.row) if report else []
    count = report.count if report else 0
    if refused is not None:
        code, message = refused.code, refused.message
        if listed and code == "no_rows":
            message = f"{message} {listed[0].message}"
    else:
        code, message = listed[0].code.value, listed[0].message
        if count > 1:
            message = f"{message} It is the first of {count:,} findings."
    error = DomainError.on_field("file", code, message)
    if report and listed:
        error.details = {
            "findings": [asdict(finding) for finding in listed[:_SHOWN]],
            "finding_counts": {code.value: count for code, count in report.counts.items()},
        }
    return error


def _check_rows(csv: DepthCsv, report: Report, *, is_all: bool) -> int:
    """How many rows are good. Which steps are usual, and where depths lead, only the whole file tells."""
    depths, lines = [np.empty(0)], [np.empty(0, np.int64)]
    for rows, findings in csv:
        report.add(findings)
        depths.append(rows.depths)
        lines.append(rows.lines)
    order = check_order(np.concatenate(depths), np.concatenate(lines))
    if is_all:
        report.add(order.findings, order.counts)
    else:
        repeated = order.counts[Code.DUPLICATE_DEPTH]
        report.add(islice(order.findings, repeated), {Code.DUPLICATE_DEPTH: repeated})
    return len(order.by_depth)
