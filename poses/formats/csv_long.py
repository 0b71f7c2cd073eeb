"""CSV with one row a keypoint: the shape that pandas and R take as it is."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from poses.engine import landmarks
from poses.engine.people import ExtraKeypoint, Keypoint

from .cells import text

HEADER = (
    *("media_id", "frame", "time_s", "person", "keypoint_index", "keypoint", "x_px", "y_px", "z"),
    *("visibility", "presence", "state", "source"),
)
# Extra landmarks are counted on from the 33, each always with the same number.
_EXTRA_INDEX = {name: index for index, name in enumerate(landmarks.EXTRA_NAMES, start=landmarks.COUNT)}


@dataclass(frozen=True, slots=True)
class PersonRows:
    """One person's keypoints, whether a model or a human placed them, and the extra landmarks that are placed."""

    person: int
    source: str
    keypoints: Sequence[Keypoint]
    extras: Sequence[ExtraKeypoint] = ()


@dataclass(frozen=True, slots=True)
class PhotoRows:
    """One photo's people; width and height in pixels of the upright photo."""

    media_id: str
    width: int
    height: int
    people: Sequence[PersonRows]


def write(photos: Iterable[PhotoRows]) -> str:
    """The table of these photos; x and y in pixels, frame and time empty.

    Extra landmarks have no z, visibility and presence.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADER)
    for photo in photos:
        for person in photo.people:
            before = (text(photo.media_id), "", "", person.person)
            for cells in _points(person, photo.width, photo.height):
                writer.writerow((*before, *cells, text(person.source)))
    return target.getvalue()


def _points(person: PersonRows, width: int, height: int) -> Iterator[tuple[object, ...]]:
    """The cells from the point's index to its state."""
    for index, point in enumerate(person.keypoints):
        place = f"{point.x * width:.3f}", f"{point.y * height:.3f}", f"{point.z:.6f}"
        yield index, point.name, *place, f"{point.visibility:.6f}", f"{point.presence:.6f}", point.state
    for extra in person.extras:
        place = f"{extra.x * width:.3f}", f"{extra.y * height:.3f}", ""
        yield _EXTRA_INDEX[extra.name], extra.name, *place, "", "", extra.state
