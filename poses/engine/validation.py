"""An outsider's JSON as keypoints: what clients, forms and files give is checked here and nowhere else.

Whatever is refused raises KeypointsInvalid (`keypoints_invalid`), naming the first entry and field that is wrong.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import landmarks
from .errors import KeypointsInvalid
from .keypoints import DECIMALS
from .people import ExtraKeypoint, Keypoint, KeypointState

_MAX_COORDINATE = 100.0
_NUMBERS = ("x", "y", "z", "visibility", "presence")
_SHARES = ("visibility", "presence")
_MODELS_OWN = ("z", *_SHARES)
_STATES = tuple(state.value for state in KeypointState)
_EXTRA_STATES = (KeypointState.VISIBLE.value, KeypointState.OCCLUDED.value)
_SHOWN_CHARACTERS, _SHOWN_NUMBER = 40, 10**15


def validated(
    value: object, base: Sequence[Keypoint] = (), *, model: Sequence[Keypoint] = (), may_omit: bool = False
) -> tuple[Keypoint, ...]:
    """All 33 keypoints, given in any order by name, in the landmarks' order.

    `base` are those that the edit began from, whose z, visibility and presence stay: they are the model's word. A point
    that differs from its own there must lie on the photo, unless its state is absent; one that the model itself placed
    outside, in `base` or in `model`, may stay or go back there. With `may_omit` the fields that an entry leaves out are
    those of `base`.
    """
    points = _points(value, base, model, may_omit=may_omit)
    missing = [name for name in landmarks.NAMES if name not in points]
    if missing:
        raise _invalid(f"expected {landmarks.COUNT} keypoints, got {len(points)}; missing: {', '.join(missing[:5])}")
    return tuple(points[name] for name in landmarks.NAMES)


def validated_changes(
    value: object, base: Sequence[Keypoint], *, model: Sequence[Keypoint] = ()
) -> tuple[Keypoint, ...]:
    """`base` with a part of the 33 in place, each with a name and what changes. See `validated`."""
    changes = _points(value, base, model, may_omit=True)
    if not changes:
        raise _invalid("expected at least one keypoint")
    return tuple(changes.get(point.name, point) for point in base)


def validated_extras(value: object) -> tuple[ExtraKeypoint, ...]:
    """The extra landmarks that are placed, none to all of them, in the landmarks' order."""
    entries = _entries(value, landmarks.EXTRA_NAMES, "extra landmark")
    points = {name: _extra(where, name, entry) for where, name, entry in entries}
    return tuple(points[name] for name in landmarks.EXTRA_NAMES if name in points)


def _points(
    value: object, base: Sequence[Keypoint], model: Sequence[Keypoint], *, may_omit: bool
) -> dict[str, Keypoint]:
    before, of_model = ({point.name: point for point in points} for points in (base, model))
    points: dict[str, Keypoint] = {}
    for where, name, entry in _entries(value, landmarks.NAMES, "keypoint"):
        points[name] = _point(where, name, entry, before.get(name) if may_omit else None)
        if name in before:
            _check_models_own(where, points[name], before[name])
        _check_place(where, points[name], (before.get(name), of_model.get(name)))
    return points


def _entries(value: object, names: Sequence[str], what: str) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Where, name and fields of each entry: a list of objects whose names are known and stand once."""
    if not isinstance(value, list):
        raise _invalid(f"expected a list of {what}s")
    if len(value) > len(names):
        raise _invalid(f"expected {'at most ' * (what != 'keypoint')}{len(names)} {what}s, got {len(value)}")
    entries: list[tuple[str, str, Mapping[str, Any]]] = []
    seen: set[str] = set()
    for position, entry in enumerate(value):
        if not isinstance(entry, dict):
            raise _invalid(f"entry {position}: expected an object with a name and what is known of the {what}")
        name = entry.get("name")
        if not isinstance(name, str) or name not in names:
            raise _invalid(f"entry {position}, name: {_shown(name)} is not one of the {len(names)} {what} names")
        if name in seen:
            raise _invalid(f'entry {position}: "{name}" stands twice')
        seen.add(name)
        entries.append((f"entry {position} ({name})", name, entry))
    return entries


def _point(where: str, name: str, entry: Mapping[str, Any], default: Keypoint | None) -> Keypoint:
    _check_fields(where, entry, _NUMBERS)
    x, y, z, visibility, presence = (_number(where, field, entry, default) for field in _NUMBERS)
    marked = default.marked if default and "state" not in entry else _state(where, entry.get("state"), _STATES)
    return Keypoint(name, x, y, z, visibility, presence, marked)


def _extra(where: str, name: str, entry: Mapping[str, Any]) -> ExtraKeypoint:
    _check_fields(where, entry, ("x", "y"))
    x, y = (_number(where, field, entry, None) for field in ("x", "y"))
    _check_inside(where, x, y)
    return ExtraKeypoint(name, x, y, _state(where, entry.get("state"), _EXTRA_STATES) or KeypointState.VISIBLE)


def _check_fields(where: str, entry: Mapping[str, Any], numbers: Sequence[str]) -> None:
    unknown = next((key for key in entry if key not in ("name", "state", *numbers)), None)
    if unknown is not None:
        raise _invalid(f"{where}, {_shown(unknown)}: no such field")


def _state(where: str, value: object, allowed: Sequence[str]) -> KeypointState | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in allowed:
        raise _invalid(f"{where}, state: {_shown(value)} is not {', '.join(allowed[:-1])} or {allowed[-1]}")
    return KeypointState(value)


def _number(where: str, field: str, entry: Mapping[str, Any], default: Keypoint | None) -> float:
    if field not in entry:
        if default is not None:
            return float(getattr(default, field))
        raise _invalid(f"{where}, {field}: missing")
    value = entry[field]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (isinstance(value, float) and not math.isfinite(value)):
        raise _invalid(f"{where}, {field}: expected a finite number, got {_shown(value)}")
    if field in _SHARES and not 0 <= value <= 1:
        raise _invalid(f"{where}, {field}: must be 0 to 1, got {_shown(value)}")
    if abs(value) > _MAX_COORDINATE:
        raise _invalid(f"{where}, {field}: is in shares of the photo's size, got {_shown(value)}")
    return float(value)


def _check_models_own(where: str, point: Keypoint, before: Keypoint) -> None:
    for field in _MODELS_OWN:
        value, own = getattr(point, field), getattr(before, field)
        if round(value - own, DECIMALS):
            raise _invalid(f"{where}, {field}: is the model's and stays {own:.6g}; mark the point's state instead")


def _check_place(where: str, point: Keypoint, allowed: Iterable[Keypoint | None]) -> None:
    if point.state is KeypointState.ABSENT or any(other and _is_same(point, other) for other in allowed):
        return
    _check_inside(where, point.x, point.y)


def _is_same(a: Keypoint, b: Keypoint) -> bool:
    return a.state is b.state and round(a.x - b.x, DECIMALS) == 0 == round(a.y - b.y, DECIMALS)


def _check_inside(where: str, x: float, y: float) -> None:
    for field, value in (("x", x), ("y", y)):
        if not 0 <= value <= 1:
            raise _invalid(f"{where}, {field}: lies outside the photo at {value:.6g}; move it inside or mark it absent")


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
