"""CSV with one row a keypoint: the shape that pandas and R take as it is."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from poses.engine.people import Keypoint

HEADER = (
    *("media_id", "frame", "time_s", "person", "keypoint_index", "keypoint", "x_px", "y_px", "z"),
    *("visibility", "presence", "state", "source"),
)


@dataclass(frozen=True, slots=True)
class PersonRows:
    """One person's keypoints and whether a model or a human placed them."""

    person: int
    source: str
    keypoints: Sequence[Keypoint]


def write(*, media_id: str, width: int, height: int, people: Iterable[PersonRows]) -> str:
    """The table of one photo; x and y in pixels of the upright photo, frame and time empty."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADER)
    for person in people:
        for index, point in enumerate(person.keypoints):
            writer.writerow(
                (
                    *(_text(media_id), "", "", person.person, index, point.name),
                    *(f"{point.x * width:.3f}", f"{point.y * height:.3f}", f"{point.z:.6f}"),
                    *(f"{point.visibility:.6f}", f"{point.presence:.6f}", point.state, _text(person.source)),
                )
            )
    return target.getvalue()


def _text(value: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
