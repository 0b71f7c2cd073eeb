"""A photo as a card of the gallery."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.timesince import timesince

from poses.engine.draw import bone_paths
from poses.engine.landmarks import Side
from poses.models import Photo, Pose

if TYPE_CHECKING:
    from accounts.models import User

# The skeleton is drawn in whole units of a box this wide or high: short paths, and lines of one width on every card.
_BOX = 320


@dataclass(frozen=True, slots=True)
class Bones:
    """SVG paths of one person, by side; an empty one is not drawn."""

    left: str
    right: str
    middle: str


@dataclass(frozen=True, slots=True)
class Card:
    """A photo with the skeletons and the words to show."""

    photo: Photo
    width: int
    height: int
    people: list[Bones]
    found: str
    age: str
    owner: str


def cards_of(photos: Iterable[Photo], *, viewer: "User") -> list[Card]:
    """Cards for photos read `with_skeletons`."""
    return [card_of(photo, viewer=viewer) for photo in photos]


def card_of(photo: Photo, *, viewer: "User") -> Card:
    """The card of a photo read `with_skeletons`; another's says whose it is."""
    width, height = drawing_size(photo)
    return Card(
        photo=photo,
        width=width,
        height=height,
        people=[bones_of(pose, width=width, height=height) for pose in photo.poses.all()],
        found=people_found(photo),
        age=age_of(photo.created_at),
        owner="" if photo.owner_id == viewer.pk else photo.owner.get_full_name(),
    )


def people_found(photo: Photo) -> str:
    """`2 people`, `1 person`, or nothing where a badge says what is the matter."""
    if photo.status != Photo.Status.COMPLETED or not photo.people_found:
        return ""
    return "1 person" if photo.people_found == 1 else f"{photo.people_found} people"


def drawing_size(photo: Photo) -> tuple[int, int]:
    """Width and height of the box that skeletons are drawn in over the photo's thumbnail."""
    scale = _BOX / max(photo.width, photo.height)
    return max(1, round(photo.width * scale)), max(1, round(photo.height * scale))


def bones_of(pose: Pose, *, width: int, height: int) -> Bones:
    """A person in a box of that size; read the pose with its current keypoints."""
    paths = bone_paths(pose.current.points, width=width, height=height)
    return Bones(left=paths.get(Side.LEFT, ""), right=paths.get(Side.RIGHT, ""), middle=paths.get(Side.MIDDLE, ""))


def age_of(moment: datetime) -> str:
    """`just now`, `3 hours ago`."""
    is_fresh = timezone.now() - moment < timedelta(minutes=1)
    return "just now" if is_fresh else f"{timesince(moment, depth=1)} ago"
