"""A conflict point by point: mine, theirs and the model's, and whose to begin with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from poses.engine import landmarks, versions
from poses.engine.people import PoseVersion
from poses.engine.versions import Choice, Point, Size
from poses.selectors.drawing import words

_SIDES = dict(zip((*landmarks.NAMES, *landmarks.EXTRA_NAMES), (*landmarks.SIDES, *landmarks.EXTRA_SIDES), strict=True))
_INDEX = {name: index for index, name in enumerate(_SIDES)}
NOT_PLACED = "not placed"


@dataclass(frozen=True, slots=True)
class Option:
    """A point as one of the three has it; x and y in pixels of the photo, None where it is not placed."""

    choice: Choice
    x_px: float | None
    y_px: float | None
    state: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A point that the three do not agree on.

    `apart_px` are the pixels between mine and theirs, None where one of them has it not placed; `is_agreed` where only
    the model's differs.
    """

    index: int
    name: str
    words: str
    side: str
    options: tuple[Option, ...]
    apart_px: float | None
    is_changed_by_both: bool
    is_agreed: bool


def conflict_rows(three: Mapping[Choice, PoseVersion], base: PoseVersion, *, size: Size) -> list[Row]:
    """One row a point that differs, in the landmarks' order; `base` is what the edit began from."""
    mine, theirs, model = (three[choice] for choice in Choice)
    by_me, by_them = _names(base, mine, size), _names(base, theirs, size)
    disputed = _names(mine, theirs, size)
    shown = disputed | _names(mine, model, size) | _names(theirs, model, size)
    points = {choice: versions.points_by_name(three[choice]) for choice in Choice}
    apart = {change.name: change.moved_px for change in versions.changes(mine, theirs, size=size)}
    return [
        Row(
            index=index,
            name=name,
            words=words(name),
            side=_SIDES[name].value,
            options=tuple(
                _option(choice, points[choice].get(name), size, is_chosen=choice is _begun(name, by_me, disputed))
                for choice in Choice
            ),
            apart_px=apart.get(name, 0.0),
            is_changed_by_both=name in disputed & by_me & by_them,
            is_agreed=name not in disputed,
        )
        for name, index in _INDEX.items()
        if name in shown
    ]


def _begun(name: str, by_me: set[str], disputed: set[str]) -> Choice:
    """Theirs where only they changed the point, else mine."""
    return Choice.THEIRS if name in disputed and name not in by_me else Choice.MINE


def _names(a: PoseVersion, b: PoseVersion, size: Size) -> set[str]:
    return {change.name for change in versions.changes(a, b, size=size)}


def _option(choice: Choice, point: Point | None, size: Size, *, is_chosen: bool) -> Option:
    if point is None:
        return Option(choice, None, None, NOT_PLACED, is_chosen)
    return Option(choice, point.x * size[0], point.y * size[1], point.state.value, is_chosen)


def dots(rows: Iterable[Row], choice: Choice) -> list[tuple[int, float, float]]:
    """Index and place in pixels of the points that differ, as one of the three has them; none that is absent."""
    options = ((row.index, next(one for one in row.options if one.choice is choice)) for row in rows)
    return [
        (index, option.x_px, option.y_px)
        for index, option in options
        if option.x_px is not None and option.y_px is not None and option.state != "absent"
    ]
