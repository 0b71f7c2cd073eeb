"""CSV of how far people moved a model's keypoints: one row a model and keypoint."""

import csv
import io
from collections.abc import Iterable, Sequence

from poses.engine.deviations import Deviation

from .cells import text

HEADER = ("name", "model", "n", "share_moved", "median_px", "p90_px", "median_torso_percent")


def write(models: Iterable[tuple[str, Sequence[Deviation]]]) -> str:
    """The table; each model has a label. Cells are empty where a point was never moved."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADER)
    for label, keypoints in models:
        writer.writerows([_row(label, one) for one in keypoints])
    return target.getvalue()


def _row(label: str, one: Deviation) -> tuple[object, ...]:
    percent = None if one.median_torso is None else one.median_torso * 100
    moved = _number(one.median_px), _number(one.p90_px), _number(percent)
    return one.name, text(label), one.count, f"{one.share_moved:.4f}", *moved


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
