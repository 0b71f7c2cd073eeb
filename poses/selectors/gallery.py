"""What the gallery shows."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from poses.models import Photo, Pose

from .days import begin_of, end_of

if TYPE_CHECKING:
    from accounts.models import User
    from poses.models.querysets import PhotoQuerySet

# Names of models are looked for on this many of the newest photos: a search through all would grow with them.
_RECENT = 200


class StatusFilter(StrEnum):
    """Where a photo stands, and whether anybody was found on it; PENDING is all that has not ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    PENDING = "pending"
    NOBODY = "nobody"


class PeopleFilter(StrEnum):
    """How many people were found."""

    NONE = "0"
    ONE = "1"
    SEVERAL = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryFilter:
    """What to show; the days are those of the site's time zone, both included."""

    search: str = ""
    status: StatusFilter | None = None
    people: PeopleFilter | None = None
    since: date | None = None
    until: date | None = None
    model: str = ""
    is_everyones: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves out any of the user's own photos."""
        return any((self.search, self.status, self.people, self.since, self.until, self.model))


def gallery_photos(*, user: "User", wanted: GalleryFilter) -> "PhotoQuerySet":
    """The photos that the user may see and wants to, without order."""
    photos = Photo.objects.visible_to(user).order_by()
    if not wanted.is_everyones:
        photos = photos.filter(owner=user)
    if wanted.search:
        photos = photos.filter(original_name__icontains=wanted.search)
    if wanted.model:
        photos = photos.filter(model_name=wanted.model)
    if wanted.since:
        photos = photos.filter(created_at__gte=begin_of(wanted.since))
    if wanted.until:
        photos = photos.filter(created_at__lte=end_of(wanted.until))
    return _by_people(_by_status(photos, wanted.status), wanted.people)


def with_skeletons(photos: "PhotoQuerySet") -> "PhotoQuerySet":
    """Each photo with the keypoints to draw on its thumbnail and nothing more, in one further query."""
    poses = Pose.objects.select_related("current").only("photo", "person", "current__keypoints").order_by("person")
    return photos.select_related("owner").prefetch_related(Prefetch("poses", poses))


def recent_model_names(user: "User") -> set[str]:
    """The models of the newest photos that the user may see."""
    newest = Photo.objects.visible_to(user).order_by("-created_at", "-id")
    return set(newest.values_list("model_name", flat=True)[:_RECENT])


def _by_status(photos: "PhotoQuerySet", status: StatusFilter | None) -> "PhotoQuerySet":
    if status is None:
        return photos
    if status is StatusFilter.NOBODY:
        return photos.filter(status=Photo.Status.COMPLETED, people_found=0)
    if status is StatusFilter.PENDING:
        return photos.filter(lease_until__isnull=False)
    return photos.filter(status=status.value)


def _by_people(photos: "PhotoQuerySet", people: PeopleFilter | None) -> "PhotoQuerySet":
    if people is None:
        return photos
    if people is PeopleFilter.SEVERAL:
        return photos.filter(people_found__gte=2)
    return photos.filter(people_found=int(people))
