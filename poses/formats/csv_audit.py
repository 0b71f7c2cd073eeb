"""CSV of what people changed on a pose: one row a changed point and revision."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from poses.engine import versions
from poses.engine.people import PoseVersion
from poses.engine.versions import Change, Point, Size

from .cells import text

HEADER = (
    *("revision", "moment", "editor", "client", "reason", "point"),
    *("old_x_px", "old_y_px", "old_state", "new_x_px", "new_y_px", "new_state", "moved_px"),
)
_NO_POINT = ("",) * (len(HEADER) - HEADER.index("point"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A revision that a person made, and the keypoints before and after it."""

    revision: int
    moment: datetime
    editor: str
    client: str
    reason: str
    before: PoseVersion
    after: PoseVersion


def pieces(batches: Iterable[Iterable[Edit]], *, size: Size) -> Iterator[str]:
    """The table a piece at a time, the header first; `size` is the photo's in pixels.

    A landmark that is placed has no old place, one that is removed no new one, and neither has moved pixels. An edit
    that moved nothing and changed no state has one row without a point: no edit is left out.
    """
    yield _lines([HEADER])
    for batch in batches:
        yield _lines(row for edit in batch for row in _rows(edit, size))


def _rows(edit: Edit, size: Size) -> Iterator[tuple[object, ...]]:
    start = edit.revision, edit.moment.isoformat(), text(edit.editor), text(edit.client), text(edit.reason)
    old, new = versions.points_by_name(edit.before), versions.points_by_name(edit.after)
    changes = versions.changes(edit.before, edit.after, size=size)
    if not changes:
        yield (*start, *_NO_POINT)
    for change in changes:
        yield (*start, *_cells(change, old.get(change.name), new.get(change.name), size))


def _cells(change: Change, old: Point | None, new: Point | None, size: Size) -> tuple[object, ...]:
    moved = "" if change.moved_px is None else f"{change.moved_px:.3f}"
    return change.name, *_place(old, size), change.before, *_place(new, size), change.after, moved


def _place(point: Point | None, size: Size) -> tuple[str, str]:
    return (f"{point.x * size[0]:.3f}", f"{point.y * size[1]:.3f}") if point else ("", "")


def _lines(rows: Iterable[tuple[object, ...]]) -> str:
    target = io.StringIO(newline="")
    csv.writer(target).writerows(rows)
    return target.getvalue()
