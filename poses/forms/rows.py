"""Points as rows of numbers: what a person without scripts fills in, in pixels of the upright photo."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poses.engine import landmarks
from poses.engine.keypoints import DECIMALS
from poses.engine.people import ExtraKeypoint, Keypoint, KeypointState
from poses.selectors.drawing import EXTRA_HINTS, words

from .text import encodable

STATES = tuple(state.value for state in KeypointState)
ABSENT = KeypointState.ABSENT.value
_SHOWN_AT_MOST = 40
_LARGEST_SHARE = 10_000


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point as it stands in the form; x and y are texts, for what a person typed may be anything."""

    index: int
    name: str
    words: str
    hint: str
    side: str
    x: str
    y: str
    state: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back of one row; None where the form did not have it."""

    x: str | None
    y: str | None
    state: str | None


def pixels(share: float, length: int) -> str:
    """A share of the width or height in pixels, with one decimal."""
    return f"{share * length:.1f}"


def typed_rows(data: Mapping[str, Any], field: str, names: Iterable[str]) -> dict[str, Typed] | None:
    """The rows of a submitted form by landmark; None where it has none of them."""
    rows = {
        name: Typed(*(data.get(f"{field}-{name}-{part}") for part in ("x", "y", "state")))  # each a text or missing
        for name in names
    }
    return rows if any(row != Typed(None, None, None) for row in rows.values()) else None


def keypoints_of(rows: Mapping[str, Typed], base: Iterable[Keypoint], size: tuple[int, int]) -> list[dict[str, Any]]:
    """The 33 as JSON: a number whose text is as it was keeps its exact value."""
    return [_keypoint_of(rows[point.name], point, size) for point in base]


def extras_of(rows: Mapping[str, Typed], base: Sequence[ExtraKeypoint], size: tuple[int, int]) -> list[dict[str, Any]]:
    """The placed extra landmarks as JSON: those with numbers, unless they were taken away."""
    before = {point.name: point for point in base}
    entries = (_extra_of(name, row, before.get(name), size) for name, row in rows.items())
    return [entry for entry in entries if entry is not None]


def _keypoint_of(row: Typed, base: Keypoint, size: tuple[int, int]) -> dict[str, Any]:
    x, y = _share(row.x, base.x, size[0]), _share(row.y, base.y, size[1])
    entry: dict[str, Any] = {"name": base.name, "x": x, "y": y}
    is_moved = (x, y) != (base.x, base.y)
    if row.state is not None and (is_moved or row.state != base.state.value):
        entry["state"] = row.state
    return entry


def _extra_of(name: str, row: Typed, base: ExtraKeypoint | None, size: tuple[int, int]) -> dict[str, Any] | None:
    has_numbers = bool((row.x or "").strip() or (row.y or "").strip())
    is_absent = row.state in (None, "", ABSENT)
    if is_absent and (base is not None or not has_numbers):
        return None
    x = _share(row.x, base.x if base else None, size[0])
    y = _share(row.y, base.y if base else None, size[1])
    return {"name": name, "x": x, "y": y, "state": KeypointState.VISIBLE.value if is_absent else row.state}


def _share(text: str | None, before: float | None, length: int) -> float | str:
    """A typed number of pixels as a share; what is none stays as it was typed, to be refused by name."""
    if before is not None and (text is None or text.strip() == pixels(before, length)):
        return before
    text = (text or "").strip()
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return text[:_SHOWN_AT_MOST]
    return round(value / length, DECIMALS) if math.isfinite(value) else text[:_SHOWN_AT_MOST]


def keypoint_rows(value: object, base: Iterable[Keypoint], size: tuple[int, int]) -> list[PointRow]:
    """Rows of the 33 for what a form holds, whatever that is; what it says nothing of is as in `base`."""
    given = _by_name(value)
    return [
        _row(index, point.name, landmarks.SIDES[index].value, given.get(point.name, {}), _fields(point), size)
        for index, point in enumerate(base)
    ]


def extra_rows(value: object, size: tuple[int, int]) -> list[PointRow]:
    """Rows of all extra landmarks; those that are not placed are empty and absent."""
    given = _by_name(value)
    unplaced = {"x": "", "y": "", "state": ABSENT}
    return [
        _row(
            landmarks.COUNT + index,
            name,
            landmarks.EXTRA_SIDES[index].value,
            {"state": KeypointState.VISIBLE.value, **given[name]} if name in given else {},
            unplaced,
            size,
        )
        for index, name in enumerate(landmarks.EXTRA_NAMES)
    ]


def _fields(point: Keypoint) -> dict[str, Any]:
    return {"x": point.x, "y": point.y, "state": point.state.value}


def _row(
    index: int, name: str, side: str, given: Mapping[str, Any], base: Mapping[str, Any], size: tuple[int, int]
) -> PointRow:
    shown = {**base, **{key: value for key, value in given.items() if value is not None}}
    return PointRow(
        index=index,
        name=name,
        words=words(name),
        hint=EXTRA_HINTS.get(name, ""),
        side=side,
        x=_text(shown["x"], size[0]),
        y=_text(shown["y"], size[1]),
        state=shown["state"] if shown["state"] in STATES else base["state"],
    )


def _text(value: object, length: int) -> str:
    if isinstance(value, str):
        return encodable(value[:_SHOWN_AT_MOST])
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return pixels(float(value), length) if is_number and abs(value) < _LARGEST_SHARE else ""  # type: ignore[arg-type]


def _by_name(value: object) -> dict[str, Mapping[str, Any]]:
    entries = value if isinstance(value, list) else []
    return {entry["name"]: entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("name"), str)}
