"""A scan as a line of the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from core.pages.words import State
from frames.models import DepthImport, DepthScan
from poses.views.cards import age_of

from .words import import_step, range_words, step_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanLine:
    """A scan with the words to show, and its newest import."""

    scan: DepthScan
    newest: DepthImport | None
    state: State
    range: str
    rows: str
    step: str
    age: str
    preview: str

    @property
    def is_moving(self) -> bool:
        """Whether a file is being imported into it."""
        return self.newest is not None and self.newest.is_unfinished

    @property
    def moment(self) -> datetime:
        """Of the last import; before the first, when the scan was made."""
        return self.scan.imported_at or self.scan.created_at


def lines_of(scans: Sequence[DepthScan]) -> list[ScanLine]:
    """In one read, however many there are; read them `with_last_import`."""
    wanted = [scan.last_import_id for scan in scans]
    newest = DepthImport.objects.in_bulk([pk for pk in wanted if pk is not None])
    return [_line(scan, newest.get(pk)) for scan, pk in zip(scans, wanted, strict=True)]


def _line(scan: DepthScan, newest: DepthImport | None) -> ScanLine:
    has_rows = scan.row_count > 0
    return ScanLine(
        scan=scan,
        newest=newest,
        state=_state(scan, newest),
        range=range_words(scan),
        rows=f"{scan.row_count:,} × {scan.width:,} values" if has_rows else "",
        step=step_words(scan),
        age=age_of(scan.imported_at or scan.created_at),
        preview=reverse("frames:preview", args=[scan.pk, scan.edition]) if has_rows else "",
    )


def _state(scan: DepthScan, newest: DepthImport | None) -> State:
    if newest is not None and newest.is_unfinished:
        percent = "" if newest.percent is None else f" · {newest.percent} %"
        return State(f"{import_step(newest)}{percent}", "busy")
    if newest is not None and newest.status == DepthImport.Status.FAILED:
        return State("The last import failed" if scan.row_count else "The import failed", "bad")
    return State("Ready", "ok") if scan.row_count else State("Empty")
