"""How photos stand that are still to be worked on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from poses.models import Photo
from poses.models.querysets import Viewer

from .gallery import with_skeletons

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A user's unfinished photos, those that were queued first, and how many more there are."""

    photos: list[Photo]
    more: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Photos that stand differently now, read `with_skeletons`, and ids that are not there any more."""

    photos: list[Photo]
    gone: list[UUID]


def unfinished_of(user: "User", *, at_most: int) -> Unfinished:
    """One read; a second one counts where there are more than are wanted."""
    photos = Photo.objects.filter(owner=user, lease_until__isnull=False).order_by("queued_at", "id")
    first = list(photos[: at_most + 1])
    more = photos.order_by().count() - at_most if len(first) > at_most else 0
    return Unfinished(first[:at_most], max(more, 0))


def changes_since(known: Mapping[UUID, str], *, viewer: Viewer) -> Changes:
    """What has become of photos whose status is `known`; those that the viewer may not see are as good as gone."""
    asked = Photo.objects.visible_to(viewer).filter(pk__in=known).order_by()
    standing = dict(asked.values_list("pk", "status"))
    changed = [pk for pk, status in standing.items() if status != known[pk]]
    return Changes(_read(changed), [pk for pk in known if pk not in standing])


def as_they_stand(ids: Collection[UUID], *, viewer: Viewer) -> Changes:
    """The same for ids of which nothing is known."""
    return changes_since(dict.fromkeys(ids, ""), viewer=viewer)


def _read(ids: Collection[UUID]) -> list[Photo]:
    return list(with_skeletons(Photo.objects.filter(pk__in=ids)).order_by("queued_at", "id")) if ids else []
