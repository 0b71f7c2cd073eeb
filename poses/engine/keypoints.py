"""Keypoints as JSON: how they are stored and served. What comes from outside is checked in `validation`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from .people import Box, ExtraKeypoint, Keypoint, KeypointState, WorldLandmark

# Normalised coordinates keep 6 decimals (a 250th of a pixel at 4,000), metres a micrometre.
DECIMALS = 6


class KeypointJSON(TypedDict):
    """A keypoint or world landmark as stored and served; `state` stands only where a person marked it."""

    name: str
    x: float
    y: float
    z: float
    visibility: float
    presence: float
    state: NotRequired[str]


class ExtraKeypointJSON(TypedDict):
    """An extra landmark as stored and served."""

    name: str
    x: float
    y: float
    state: str


class BoxJSON(TypedDict):
    """A box as stored and served, in shares of the photo's width and height."""

    x: float
    y: float
    width: float
    height: float


def box_to_json(box: Box) -> BoxJSON:
    """A box as a JSON object, rounded to six decimals."""
    return {
        "x": round(box.x, DECIMALS),
        "y": round(box.y, DECIMALS),
        "width": round(box.width, DECIMALS),
        "height": round(box.height, DECIMALS),
    }


def to_json(points: Iterable[Keypoint | WorldLandmark]) -> list[KeypointJSON]:
    """Points as JSON objects, rounded to six decimals."""
    return [_to_json(point) for point in points]


def _to_json(point: Keypoint | WorldLandmark) -> KeypointJSON:
    written: KeypointJSON = {
        "name": point.name,
        "x": round(point.x, DECIMALS),
        "y": round(point.y, DECIMALS),
        "z": round(point.z, DECIMALS),
        "visibility": round(point.visibility, DECIMALS),
        "presence": round(point.presence, DECIMALS),
    }
    if isinstance(point, Keypoint) and point.marked is not None:
        written["state"] = point.marked.value
    return written


def from_json(points: Sequence[Mapping[str, Any]]) -> tuple[Keypoint, ...]:
    """Keypoints from stored JSON, unchecked: what is stored was checked when it came in."""
    return tuple(_from_json(**point) for point in points)


def _from_json(*, state: str | None = None, **values: Any) -> Keypoint:
    return Keypoint(**values, marked=None if state is None else KeypointState(state))


def extras_to_json(points: Iterable[ExtraKeypoint]) -> list[ExtraKeypointJSON]:
    """Extra landmarks as JSON objects, rounded to six decimals."""
    return [
        {"name": point.name, "x": round(point.x, DECIMALS), "y": round(point.y, DECIMALS), "state": point.state.value}
        for point in points
    ]


def extras_from_json(points: Sequence[Mapping[str, Any]]) -> tuple[ExtraKeypoint, ...]:
    """Extra landmarks from stored JSON, unchecked."""
    return tuple(ExtraKeypoint(**{**point, "state": KeypointState(point["state"])}) for point in points)
