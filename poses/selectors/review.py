"""The review's queue: which poses, in which order, and who may take them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from poses.models import Photo, Pose, PoseRevision

from .days import begin_of, end_of
from .keyset import Cursor, Order
from .mirror import awaits_check

if TYPE_CHECKING:
    from poses.models.querysets import PoseQuerySet

# Rows are counted up to this many, so that counting costs the same however many there are.
MOST_COUNTED = 99
_MOST_REVIEWERS = 200
_REVIEWING = ("change_pose", "approve_pose")


class ReviewOrder(StrEnum):
    """What comes first: the lowest mean visibility, the largest mirror disagreement, the longest there."""

    LEAST_SURE = "score"
    MIRROR = "mirror"
    OLDEST = "oldest"


class AssignedFilter(StrEnum):
    """Whose the poses are to review."""

    ME = "me"
    NOBODY = "nobody"


class ConfidenceBand(StrEnum):
    """The mean visibility of the current keypoints: below 50 %, up to 80 %, from there on."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


ORDERS: dict[ReviewOrder, Order] = {
    ReviewOrder.LEAST_SURE: Order("score", parse=Cursor.parse_number),
    ReviewOrder.MIRROR: Order("mirror_disagreement", is_descending=True, parse=Cursor.parse_number),
    ReviewOrder.OLDEST: Order("created_at"),
}
BANDS: dict[ConfidenceBand, Q] = {
    ConfidenceBand.LOW: Q(score__lt=0.5),
    ConfidenceBand.MIDDLE: Q(score__gte=0.5, score__lt=0.8),
    ConfidenceBand.HIGH: Q(score__gte=0.8),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """What to show; the days are those of the site's time zone, both included, of when the person was found."""

    status: Pose.Review = Pose.Review.NEEDS_REVIEW
    order: ReviewOrder = ReviewOrder.LEAST_SURE
    search: str = ""
    assigned: AssignedFilter | None = None
    band: ConfidenceBand | None = None
    source: Photo.Source | None = None
    is_edited: bool = False
    is_of_several: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves out any pose of the status."""
        chosen = (self.search, self.assigned, self.band, self.source, self.since, self.until)
        return any((*chosen, self.is_edited, self.is_of_several))


@dataclass(frozen=True, slots=True)
class Bounded:
    """A count that ends at `MOST_COUNTED`."""

    number: int

    def __str__(self) -> str:
        return f"{MOST_COUNTED}+" if self.number > MOST_COUNTED else str(self.number)


def may_review(user: User) -> bool:
    """Whether the user has the queue at all."""
    return any(user.has_perm(f"poses.{codename}") for codename in _REVIEWING)


def review_poses(*, user: User, wanted: ReviewFilter) -> "PoseQuerySet":
    """The poses that the user may review and wants to see, without order."""
    poses = _of_status(user, wanted.status)
    if wanted.search:
        poses = poses.filter(photo__original_name__icontains=wanted.search)
    if wanted.assigned:
        poses = poses.filter(assigned_to=user if wanted.assigned is AssignedFilter.ME else None)
    if wanted.band:
        poses = poses.filter(BANDS[wanted.band])
    if wanted.source:
        poses = poses.filter(photo__source=wanted.source)
    if wanted.is_edited:
        poses = poses.filter(edited())
    if wanted.is_of_several:
        poses = poses.filter(photo__people_found__gte=2)
    if wanted.since:
        poses = poses.filter(created_at__gte=begin_of(wanted.since))
    if wanted.until:
        poses = poses.filter(created_at__lte=end_of(wanted.until))
    return poses


def listed(poses: "PoseQuerySet", order: ReviewOrder) -> "PoseQuerySet":
    """Those that the order can place: only poses that were checked have a mirror disagreement."""
    return poses.filter(mirror_disagreement__isnull=False) if order is ReviewOrder.MIRROR else poses


def unchecked(poses: "PoseQuerySet") -> "PoseQuerySet":
    """Those that a mirror check may still place; those that were asked for longest ago last, and never before all."""
    asked = F("photo__mirror_check__queued_at").asc(nulls_first=True)
    return poses.filter(awaits_check()).order_by(asked, "created_at", "id")


def without_result(poses: "PoseQuerySet") -> "PoseQuerySet":
    """Those that a check cannot place: not found on the mirrored photo, or not by the photo's latest detection."""
    return poses.filter(~awaits_check(), mirror_disagreement=None)


def with_rows(poses: "PoseQuerySet") -> "PoseQuerySet":
    """Each pose with what a row of the queue shows, and of the revisions' keypoints only those that are drawn."""
    return (
        poses.annotate(is_edited=edited())
        .select_related("photo", "current", "assigned_to", "reviewed_by")
        .defer("current__world_keypoints", "current__extra_keypoints", "current__from_model_px", "current__mirror_px")
    )


def bounded_count(poses: "PoseQuerySet") -> Bounded:
    """How many there are, up to `MOST_COUNTED`."""
    return Bounded(poses.order_by()[: MOST_COUNTED + 1].count())


def counts_by_status(user: User) -> dict[Pose.Review, Bounded]:
    """One read a status, each of which ends at the bound."""
    return {status: bounded_count(_of_status(user, status)) for status in Pose.Review}


def edited() -> Exists:
    """Whether a person has corrected the pose at some time."""
    by_hand = PoseRevision.objects.filter(pose=OuterRef("pk"), source=PoseRevision.Source.HUMAN)
    return Exists(by_hand.order_by())


def reviewers() -> list[User]:
    """Active users who may edit or approve everyone's poses, by address; at most 200."""
    of_groups = Q(groups__permissions__codename__in=_REVIEWING, groups__permissions__content_type__app_label="poses")
    given = Q(user_permissions__codename__in=_REVIEWING, user_permissions__content_type__app_label="poses")
    members = User.objects.filter(is_active=True).filter(of_groups | given | Q(is_superuser=True))
    return list(members.distinct().order_by("email")[:_MOST_REVIEWERS])


def _of_status(user: User, status: Pose.Review) -> "PoseQuerySet":
    return Pose.objects.visible_to(user).reviewable_by(user).filter(review_status=status).order_by()
