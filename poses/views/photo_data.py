"""What the photo page hands to its scripts and its table: plain numbers and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from poses.engine import draw, landmarks
from poses.engine.people import Keypoint, KeypointState
from poses.models import Photo, Pose
from poses.selectors.drawing import STATE_WORDS, PersonData, person_data, words

_NAMED_AT_MOST = 4

# 33 distances in pixels of the photo for each pose that has some.
Uncertainties = Mapping[UUID, Sequence[float]]


class PhotoData(TypedDict):
    """A photo for the scripts; width and height are the upright photo's in pixels."""

    id: str
    width: int
    height: int
    imageUrl: str
    people: list[PersonData]


@dataclass(frozen=True, slots=True)
class Row:
    """A keypoint as a row of the table, x and y in pixels of the upright photo, visibility in per cent.

    `uncertainty_px` is how far off a mirror check found it, None where nobody asked for one.
    """

    index: int
    name: str
    words: str
    side: str
    x_px: float
    y_px: float
    visibility: int
    state: str
    state_words: str
    uncertainty_px: float | None


@dataclass(frozen=True, slots=True)
class PersonRows:
    """A person's 33 rows; `number` counts from 1."""

    pose_id: UUID
    person: int
    number: int
    score: int
    rows: list[Row]


def photo_data(photo: Photo, uncertainties: Uncertainties) -> PhotoData:
    """The photo with its people; read it with `with_poses()`."""
    return {
        "id": str(photo.id),
        "width": photo.width,
        "height": photo.height,
        "imageUrl": reverse("photo-display", args=[photo.id]),
        "people": [person_data(pose, uncertainty=uncertainties.get(pose.pk)) for pose in photo.poses.all()],
    }


def skeleton_svg(photo: Photo) -> SafeString:
    """The skeletons as they stand in the page before any script runs; made of numbers and our own names alone."""
    people = [pose.current.points for pose in photo.poses.all()]
    return mark_safe(draw.skeleton_svg(people, width=photo.width, height=photo.height))  # noqa: S308


def person_rows(photo: Photo, uncertainties: Uncertainties) -> list[PersonRows]:
    """Everyone's keypoints as rows of a table."""
    return [
        PersonRows(
            pose_id=pose.pk,
            person=pose.person,
            number=pose.person + 1,
            score=round(pose.current.score * 100),
            rows=_rows(photo, pose, uncertainties.get(pose.pk)),
        )
        for pose in photo.poses.all()
    ]


def _rows(photo: Photo, pose: Pose, uncertainty: Sequence[float] | None) -> list[Row]:
    far_off: Sequence[float | None] = uncertainty or [None] * landmarks.COUNT
    return [_row(photo, index, point, far_off[index]) for index, point in enumerate(pose.current.points)]


def _row(photo: Photo, index: int, point: Keypoint, uncertainty_px: float | None) -> Row:
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
        uncertainty_px=uncertainty_px,
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
