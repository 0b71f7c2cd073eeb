"""A photo as a card of the gallery."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.timesince import timesince

from poses.engine.draw import bone_paths
from poses.models import Photo

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
    scale = _BOX / max(photo.width, photo.height)
    width, height = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
    return Card(
        photo=photo,
        width=width,
        height=height,
        people=[_bones(paths) for paths in _paths(photo, width, height)],
        found=people_found(photo),
        age=_age(photo),
        owner="" if photo.owner_id == viewer.pk else photo.owner.get_full_name(),
    )


def people_found(photo: Photo) -> str:
    """`2 people`, `1 person`, or nothing where a badge says what is the matter."""
    if photo.status != Photo.Status.COMPLETED or not photo.people_found:
        return ""
    return "1 person" if photo.people_found == 1 else f"{photo.people_found} people"


def _paths(photo: Photo, width: int, height: int) -> Iterable[dict[str, str]]:
    for pose in photo.poses.all():
        drawn = bone_paths(pose.current.points, width=width, height=height)
        yield {side.value: path for side, path in drawn.items()}


def _bones(paths: dict[str, str]) -> Bones:
    return Bones(left=paths.get("left", ""), right=paths.get("right", ""), middle=paths.get("middle", ""))


def _age(photo: Photo) -> str:
    is_fresh = timezone.now() - photo.created_at < timedelta(minutes=1)
    return "just now" if is_fresh else f"{timesince(photo.created_at, depth=1)} ago"
