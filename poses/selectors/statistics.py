"""Model against human: which keypoints people move, and how far, by the model that placed them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from poses.engine.deviations import Deviation, deviations
from poses.models import Pose, PoseRevision

from .days import begin_of, end_of

if TYPE_CHECKING:
    from accounts.models import User

MOST_POSES = 10_000
_SHA_SHOWN = 8
_SOURCE = PoseRevision.Source


@dataclass(frozen=True, slots=True)
class ModelDeviations:
    """One model file: the poses that people looked at, how many of them they corrected, and its 33 keypoints."""

    name: str
    sha256: str
    poses: int
    corrected: int
    keypoints: list[Deviation]

    @property
    def label(self) -> str:
        """Name and the beginning of the file's hash: two files may have one name."""
        return f"{self.name} {self.sha256[:_SHA_SHOWN]}"


@dataclass(frozen=True, slots=True)
class KeypointStatistics:
    """Every model, the one with the most poses first; `is_cut` where there are more poses than are counted."""

    models: list[ModelDeviations]
    poses: int
    is_cut: bool


class _Row(NamedTuple):
    source: str
    from_model_px: list[float]
    torso_px: float
    model_name: str
    model_sha256: str


def may_see_statistics(user: "User") -> bool:
    """Staff, and who may export or approve everyone's poses."""
    return user.is_staff or user.has_perm("poses.export_pose") or user.has_perm("poses.approve_pose")


def keypoint_statistics(
    *, user: "User", since: date | None = None, until: date | None = None, at_most: int = MOST_POSES
) -> KeypointStatistics:
    """Of poses that the user may see, and that a person corrected or approved; no keypoints are read.

    The days are those of the site's time zone, both included, of when the person was found. Where there are more than
    `at_most` poses the latest of them count. Those corrected before distances were kept are left out.
    """
    poses = _within(Pose.objects.visible_to(user), since, until)
    # Two reads, each by an index of its own: one with an OR would walk through all poses.
    latest = sorted((*_read(_corrected(poses), at_most), *_read(_found_right(poses), at_most)), reverse=True)
    rows = [_Row(*values) for _, _, *values in latest]
    counted = rows[:at_most]
    return KeypointStatistics(_by_model(counted), len(counted), len(rows) > at_most)


def _within(poses: QuerySet[Pose], since: date | None, until: date | None) -> QuerySet[Pose]:
    if since:
        poses = poses.filter(created_at__gte=begin_of(since))
    return poses.filter(created_at__lte=end_of(until)) if until else poses


def _corrected(poses: QuerySet[Pose]) -> QuerySet[Pose]:
    return poses.filter(current__from_model_px__isnull=False, current__source=_SOURCE.HUMAN)


def _found_right(poses: QuerySet[Pose]) -> QuerySet[Pose]:
    return poses.filter(review_status=Pose.Review.APPROVED, current__source=_SOURCE.MODEL)


def _read(poses: QuerySet[Pose], at_most: int) -> Iterable[tuple[Any, ...]]:
    """The latest, one more than `at_most`: moment, id and what a `_Row` takes."""
    poses = poses.annotate(
        compared_name=_compared("detection__model_name"), compared_sha256=_compared("detection__model_sha256")
    )
    known = poses.filter(compared_name__isnull=False).order_by("-created_at", "-id")
    return known.values_list("created_at", "id", *_values())[: at_most + 1]


def _compared(field: str) -> Coalesce:
    """Of the model's revision that the current one is, or was compared with when it was made."""
    earlier = PoseRevision.objects.filter(
        pose=OuterRef("pk"),
        source=_SOURCE.MODEL,
        restored_from=None,
        number__lte=OuterRef("current__number"),
    )
    return Coalesce(f"current__{field}", Subquery(earlier.order_by("-number").values(field)[:1]))


def _values() -> tuple[str, ...]:
    return "current__source", "current__from_model_px", "current__torso_px", "compared_name", "compared_sha256"


def _by_model(rows: Iterable[_Row]) -> list[ModelDeviations]:
    by_model: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        by_model.setdefault((row.model_name, row.model_sha256), []).append(row)
    found = [_model(name, sha256, of_model) for (name, sha256), of_model in by_model.items()]
    return sorted(found, key=lambda model: (-model.poses, model.name, model.sha256))


def _model(name: str, sha256: str, rows: list[_Row]) -> ModelDeviations:
    corrected = [row for row in rows if row.source == _SOURCE.HUMAN]
    keypoints = deviations(
        [row.from_model_px for row in corrected],
        [row.torso_px or 0.0 for row in corrected],
        untouched=len(rows) - len(corrected),
    )
    return ModelDeviations(name, sha256, len(rows), len(corrected), keypoints)
