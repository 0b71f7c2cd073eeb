"""Two revisions of a pose beside each other: words, numbers and pictures."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from poses.engine import draw, landmarks, versions
from poses.engine.geometry import bounding_box
from poses.engine.people import KeypointState, PoseVersion
from poses.engine.versions import Change, Moves, Point
from poses.models import Photo, Pose, PoseRevision
from poses.selectors.drawing import STATE_WORDS, all_landmark_constants, drawn_version, words

from .revision_forms import BY_NAME, OVERLAY, PHOTO

_SIDES = dict(zip((*landmarks.NAMES, *landmarks.EXTRA_NAMES), (*landmarks.SIDES, *landmarks.EXTRA_SIDES), strict=True))
_INDEX = {name: index for index, name in enumerate(_SIDES)}
# A person is shown with this share of the longer side around, and at least so many pixels of the photo.
_MARGIN = 0.12
_LEAST_PX = 48
# Half a line's width where this many of them lie across the picture.
_UNITS = 400
_NAMED_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """A point in one of the two, in pixels of the photo; `can_bring_back` where the current one differs from it."""

    x_px: float | None
    y_px: float | None
    state: str
    state_words: str
    can_bring_back: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A point that differs; `moved_px` is None where only one of the two has it."""

    index: int
    name: str
    words: str
    side: str
    a: Cell
    b: Cell
    moved_px: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two revisions, and what bringing it back would change of the current one."""

    letter: str
    revision: PoseRevision
    is_current: bool
    moves: Moves
    named: str
    version: PoseVersion


@dataclass(frozen=True, slots=True)
class Picture:
    """A part of the photo, given in its pixels, with a skeleton and perhaps the other's as a ghost."""

    key: str
    title: str
    view_box: str
    skeleton: SafeString
    ghost: SafeString
    lines: list[tuple[float, float, float, float]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that the page shows."""

    a: Side
    b: Side
    moves: Moves
    largest_px: float
    rows: list[Row]
    pictures: list[Picture]
    data: dict[str, Any]


def comparison(
    pose: Pose, revisions: Mapping[int, PoseRevision], *, a: int, b: int, view: str, crop: str, sort: str
) -> Comparison:
    """Compares two of the revisions, which are read with their keypoints, as the current one is."""
    photo, current = pose.photo, revisions[pose.current.number].version
    size = (photo.width, photo.height)
    sides = _side("A", revisions[a], pose, current), _side("B", revisions[b], pose, current)
    old, new = (side.version for side in sides)
    found = versions.changes(old, new, size=size)
    return Comparison(
        a=sides[0],
        b=sides[1],
        moves=versions.moves(old, new, size=size),
        largest_px=max((change.moved_px or 0 for change in found), default=0),
        rows=sorted(_rows(found, (old, new), current, photo), key=_by_name if sort == BY_NAME else _by_distance),
        pictures=_pictures(photo, sides, found, is_overlay=view == OVERLAY, is_whole=crop == PHOTO),
        data=_data(photo, sides, is_overlay=view == OVERLAY),
    )


def _side(letter: str, revision: PoseRevision, pose: Pose, current: PoseVersion) -> Side:
    size = (pose.photo.width, pose.photo.height)
    version = revision.version
    names = [words(change.name) for change in versions.changes(current, version, size=size)]
    more = f" and {len(names) - _NAMED_AT_MOST} more" if len(names) > _NAMED_AT_MOST else ""
    return Side(
        letter=letter,
        revision=revision,
        is_current=revision.pk == pose.current_id,
        moves=versions.moves(current, version, size=size),
        named=", ".join(names[:_NAMED_AT_MOST]) + more,
        version=version,
    )


def _rows(found: list[Change], both: tuple[PoseVersion, ...], current: PoseVersion, photo: Photo) -> list[Row]:
    size = (photo.width, photo.height)
    old, new = (versions.points_by_name(version) for version in both)
    from_old, from_new = ({change.name for change in versions.changes(current, version, size=size)} for version in both)
    return [
        Row(
            index=_INDEX[change.name],
            name=change.name,
            words=words(change.name),
            side=_SIDES[change.name].value,
            a=_cell(old.get(change.name), change.before, photo, can_bring_back=change.name in from_old),
            b=_cell(new.get(change.name), change.after, photo, can_bring_back=change.name in from_new),
            moved_px=change.moved_px,
        )
        for change in found
    ]


def _cell(point: Point | None, state: KeypointState, photo: Photo, *, can_bring_back: bool) -> Cell:
    return Cell(
        x_px=point.x * photo.width if point else None,
        y_px=point.y * photo.height if point else None,
        state=state.value,
        state_words=STATE_WORDS[state] if point else "not placed",
        can_bring_back=can_bring_back,
    )


def _by_name(row: Row) -> str:
    return row.words


def _by_distance(row: Row) -> tuple[float, int]:
    return -(math.inf if row.moved_px is None else row.moved_px), row.index


def _pictures(
    photo: Photo, sides: tuple[Side, Side], found: list[Change], *, is_overlay: bool, is_whole: bool
) -> list[Picture]:
    box = (0.0, 0.0, float(photo.width), float(photo.height)) if is_whole else _box_around(photo, sides)
    a, b = sides
    if is_overlay:
        return [_picture(photo, box, b, ghost=a, found=found)]
    return [_picture(photo, box, a), _picture(photo, box, b)]


def _picture(
    photo: Photo, box: tuple[float, ...], side: Side, ghost: Side | None = None, found: list[Change] | None = None
) -> Picture:
    over = f" over {ghost.letter}: revision {ghost.revision.number}, dashed" if ghost else ""
    title = f"{side.letter}: revision {side.revision.number}{over}"
    return Picture(
        key=side.letter.lower(),
        title=title,
        view_box=" ".join(f"{value:.1f}" for value in box),
        skeleton=_skeleton(photo, side, max(box[2:])),
        ghost=_skeleton(photo, ghost, max(box[2:])) if ghost else SafeString(),
        lines=_lines(photo, ghost, side, found or []) if ghost else [],
    )


def _skeleton(photo: Photo, side: Side, across: float) -> SafeString:
    """As it stands before any script runs; made of numbers and our own names alone."""
    keypoints, extras = side.version.keypoints, side.version.extras
    svg = draw.skeleton_svg([keypoints], width=photo.width, height=photo.height, extras=[extras], unit=across / _UNITS)
    return mark_safe(svg)  # noqa: S308


def _lines(photo: Photo, a: Side, b: Side, found: list[Change]) -> list[tuple[float, float, float, float]]:
    """From where each moved point was to where it is, unless it cannot be seen in one of the two."""
    old, new = versions.points_by_name(a.version), versions.points_by_name(b.version)
    pairs = [
        (old[change.name], new[change.name])
        for change in found
        if change.moved_px and KeypointState.ABSENT not in (change.before, change.after)
    ]
    return [(p.x * photo.width, p.y * photo.height, q.x * photo.width, q.y * photo.height) for p, q in pairs]


def _box_around(photo: Photo, sides: tuple[Side, Side]) -> tuple[float, float, float, float]:
    """Left, top, width and height in pixels of what both skeletons lie in, with some room, within the photo."""
    boxes = [bounding_box(side.version.keypoints) for side in sides]
    left, top = min(box.x for box in boxes) * photo.width, min(box.y for box in boxes) * photo.height
    right = max(box.x + box.width for box in boxes) * photo.width
    bottom = max(box.y + box.height for box in boxes) * photo.height
    room = max(max(right - left, bottom - top) * _MARGIN, _LEAST_PX / 2)
    left, top = max(left - room, 0.0), max(top - room, 0.0)
    return left, top, min(right + room, photo.width) - left, min(bottom + room, photo.height) - top


def _data(photo: Photo, sides: tuple[Side, Side], *, is_overlay: bool) -> dict[str, Any]:
    """The same for the script that draws: the people of each picture."""
    a, b = ({"person": 0, "keypoints": drawn_version(side.version)} for side in sides)
    people = {"b": [{**a, "ghost": True}, b]} if is_overlay else {"a": [a], "b": [b]}
    return {
        "width": photo.width,
        "height": photo.height,
        "landmarks": all_landmark_constants(),
        "people": people,
    }
