"""Keypoints from and to JSON: what clients, forms and files give is checked here and nowhere else."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from . import landmarks
from .errors import KeypointsInvalid
from .people import Box, Keypoint, WorldLandmark

# Normalised coordinates keep 6 decimals (a 250th of a pixel at 4,000), metres a micrometre.
_DECIMALS = 6
_MAX_COORDINATE = 100.0
_FIELDS = ("x", "y", "z", "visibility", "presence")
_SHARES = ("visibility", "presence")
_SHOWN_CHARACTERS, _SHOWN_NUMBER = 40, 10**15


class KeypointJSON(TypedDict):
    """A keypoint or world landmark as stored and served."""

    name: str
    x: float
    y: float
    z: float
    visibility: float
    presence: float


class BoxJSON(TypedDict):
    """A box as stored and served, in shares of the photo's width and height."""

    x: float
    y: float
    width: float
    height: float


def box_to_json(box: Box) -> BoxJSON:
    """A box as a JSON object, rounded to six decimals."""
    return {
        "x": round(box.x, _DECIMALS),
        "y": round(box.y, _DECIMALS),
        "width": round(box.width, _DECIMALS),
        "height": round(box.height, _DECIMALS),
    }


def to_json(points: Iterable[Keypoint | WorldLandmark]) -> list[KeypointJSON]:
    """Points as JSON objects, rounded to six decimals."""
    return [
        {
            "name": point.name,
            "x": round(point.x, _DECIMALS),
            "y": round(point.y, _DECIMALS),
            "z": round(point.z, _DECIMALS),
            "visibility": round(point.visibility, _DECIMALS),
            "presence": round(point.presence, _DECIMALS),
        }
        for point in points
    ]


def from_json(points: Sequence[Mapping[str, Any]]) -> tuple[Keypoint, ...]:
    """Keypoints from stored JSON, unchecked: what is stored was checked when it came in."""
    return tuple(Keypoint(**point) for point in points)


def validated(value: object) -> tuple[Keypoint, ...]:
    """33 keypoints in order from an outsider's JSON, given in any order by name.

    Raises KeypointsInvalid (`keypoints_invalid`), naming the first entry and field that is wrong.
    """
    points = _validated_entries(value)
    missing = [name for name in landmarks.NAMES if name not in points]
    if len(points) != landmarks.COUNT:
        raise _invalid(f"expected {landmarks.COUNT} keypoints, got {len(points)}; missing: {', '.join(missing[:5])}")
    return tuple(points[name] for name in landmarks.NAMES)


def validated_changes(value: object, base: Sequence[Keypoint]) -> tuple[Keypoint, ...]:
    """`base` with the entries of an outsider's JSON in place: a part of the 33, each with a name and what changes.

    Raises KeypointsInvalid as `validated` does.
    """
    defaults = {point.name: point for point in base}
    changes = _validated_entries(value, defaults)
    if not changes:
        raise _invalid("expected at least one keypoint")
    return tuple(changes.get(point.name, point) for point in base)


def _validated_entries(value: object, defaults: Mapping[str, Keypoint] | None = None) -> dict[str, Keypoint]:
    if not isinstance(value, list):
        raise _invalid("expected a list of keypoints")
    if len(value) > landmarks.COUNT:
        raise _invalid(f"expected {landmarks.COUNT} keypoints, got {len(value)}")
    points: dict[str, Keypoint] = {}
    for position, entry in enumerate(value):
        point = _validated_entry(position, entry, defaults)
        if point.name in points:
            raise _invalid(f'entry {position}: "{point.name}" stands twice')
        points[point.name] = point
    return points


def _validated_entry(position: int, entry: object, defaults: Mapping[str, Keypoint] | None) -> Keypoint:
    if not isinstance(entry, dict):
        raise _invalid(f"entry {position}: expected an object with name, x, y, z, visibility, presence")
    name = entry.get("name")
    if not isinstance(name, str) or name not in landmarks.INDEX:
        raise _invalid(f"entry {position}, name: {_shown(name)} is not one of the {landmarks.COUNT} landmark names")
    unknown = next((key for key in entry if key != "name" and key not in _FIELDS), None)
    if unknown is not None:
        raise _invalid(f"entry {position} ({name}), {_shown(unknown)}: no such field")
    default = defaults.get(name) if defaults else None
    return Keypoint(name, *(_number(position, name, field, entry, default) for field in _FIELDS))


def _number(position: int, name: str, field: str, entry: Mapping[str, Any], default: Keypoint | None) -> float:
    where = f"entry {position} ({name}), {field}"
    if field not in entry:
        if default is not None:
            return float(getattr(default, field))
        raise _invalid(f"{where}: missing")
    value = entry[field]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (isinstance(value, float) and not math.isfinite(value)):
        raise _invalid(f"{where}: expected a finite number, got {_shown(value)}")
    if field in _SHARES and not 0 <= value <= 1:
        raise _invalid(f"{where}: must be 0 to 1, got {_shown(value)}")
    if abs(value) > _MAX_COORDINATE:
        raise _invalid(f"{where}: is in shares of the photo's size, got {_shown(value)}")
    return float(value)


def _shown(value: object) -> str:
    """An outsider's value for a message: short, plain ASCII, and safe with nesting and numbers without end."""
    if isinstance(value, str):
        return ascii(value[:_SHOWN_CHARACTERS])
    if isinstance(value, int) and abs(value) >= _SHOWN_NUMBER:
        return "a number of many digits"
    if value is None or isinstance(value, int | float):
        return repr(value)
    return {"list": "a list", "dict": "an object"}.get(type(value).__name__, "something else")


def _invalid(message: str) -> KeypointsInvalid:
    return KeypointsInvalid("keypoints_invalid", f"Keypoints: {message}.")
