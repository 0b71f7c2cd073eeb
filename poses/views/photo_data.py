"""What the photo page hands to its scripts and its table: plain numbers and words."""

from dataclasses import dataclass
from typing import Any, TypedDict

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from poses.engine import draw, landmarks
from poses.engine import keypoints as keypoint_json
from poses.engine.keypoints import BoxJSON, KeypointJSON
from poses.engine.people import Keypoint, KeypointState
from poses.models import Photo, Pose

# The state of a point in the words of the page.
STATE_WORDS = {
    KeypointState.VISIBLE: "visible",
    KeypointState.OCCLUDED: "uncertain",
    KeypointState.ABSENT: "absent",
}
_NAMED_AT_MOST = 4


class DrawnKeypoint(KeypointJSON):
    """A keypoint and its state: visible, occluded or absent."""

    state: str


class PersonData(TypedDict):
    """One person for the scripts; `person` counts from 0."""

    id: str
    person: int
    revision: int
    score: float
    box: BoxJSON
    keypoints: list[DrawnKeypoint]
    world: list[KeypointJSON]


class PhotoData(TypedDict):
    """A photo for the scripts; width and height are the upright photo's in pixels."""

    id: str
    width: int
    height: int
    imageUrl: str
    people: list[PersonData]


@dataclass(frozen=True, slots=True)
class Row:
    """A keypoint as a row of the table, x and y in pixels of the upright photo, visibility in per cent."""

    index: int
    name: str
    words: str
    side: str
    x_px: float
    y_px: float
    visibility: int
    state: str
    state_words: str


@dataclass(frozen=True, slots=True)
class PersonRows:
    """A person's 33 rows; `number` counts from 1."""

    person: int
    number: int
    score: int
    rows: list[Row]


def words(name: str) -> str:
    """A landmark's name as people say it."""
    if name in ("mouth_left", "mouth_right"):
        return f"{name.removeprefix('mouth_')} mouth corner"
    return name.replace("_", " ")


def landmark_constants() -> dict[str, Any]:
    """The one list of landmarks, for scripts that must not hold a second."""
    return {
        "names": landmarks.NAMES,
        "words": [words(name) for name in landmarks.NAMES],
        "sides": landmarks.SIDES,
        "connections": landmarks.CONNECTIONS,
        "regions": landmarks.REGIONS,
        "mirror": landmarks.MIRROR,
    }


def photo_data(photo: Photo) -> PhotoData:
    """The photo with its people; read it with `with_poses()`."""
    return {
        "id": str(photo.id),
        "width": photo.width,
        "height": photo.height,
        "imageUrl": reverse("photo-display", args=[photo.id]),
        "people": [_person_data(pose) for pose in photo.poses.all()],
    }


def _person_data(pose: Pose) -> PersonData:
    current = pose.current
    return {
        "id": str(pose.id),
        "person": pose.person,
        "revision": current.number,
        "score": current.score,
        "box": current.box,
        "keypoints": [
            {**point_json, "state": point.state.value}
            for point_json, point in zip(keypoint_json.to_json(current.points), current.points, strict=True)
        ],
        "world": current.world_keypoints,
    }


def skeleton_svg(photo: Photo) -> SafeString:
    """The skeletons as they stand in the page before any script runs; made of numbers and our own names alone."""
    people = [pose.current.points for pose in photo.poses.all()]
    return mark_safe(draw.skeleton_svg(people, width=photo.width, height=photo.height))  # noqa: S308


def person_rows(photo: Photo) -> list[PersonRows]:
    """Everyone's keypoints as rows of a table."""
    return [
        PersonRows(
            person=pose.person,
            number=pose.person + 1,
            score=round(pose.current.score * 100),
            rows=[_row(photo, index, point) for index, point in enumerate(pose.current.points)],
        )
        for pose in photo.poses.all()
    ]


def _row(photo: Photo, index: int, point: Keypoint) -> Row:
    return Row(
        index=index,
        name=point.name,
        words=words(point.name),
        side=landmarks.SIDES[index].value,
        x_px=point.x * photo.width,
        y_px=point.y * photo.height,
        visibility=round(point.visibility * 100),
        state=point.state.value,
        state_words=STATE_WORDS[point.state],
    )


def description(people: list[PersonRows]) -> str:
    """The skeletons in words, for who cannot see them."""
    if len(people) == 1:
        return f"1 person. {_person_description(people[0])}"
    each = " ".join(f"Person {person.number}: {_person_description(person)}" for person in people)
    return f"{len(people)} people. {each}".strip()


def _person_description(person: PersonRows) -> str:
    visible = sum(row.state == KeypointState.VISIBLE for row in person.rows)
    parts = [f"{visible} of {landmarks.COUNT} points visible"]
    for state in (KeypointState.OCCLUDED, KeypointState.ABSENT):
        names = [row.words for row in person.rows if row.state == state]
        if names:
            shown = ", ".join(names[:_NAMED_AT_MOST])
            rest = f" and {len(names) - _NAMED_AT_MOST} more" if len(names) > _NAMED_AT_MOST else ""
            parts.append(f"{STATE_WORDS[state]}: {shown}{rest}")
    return "; ".join(parts) + "."
