"""What mirror checks found: how far off each point of a model's latest keypoints may be."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from poses.engine.mirror import Difference
from poses.models import MirrorCheck, Photo, Pose, PoseRevision


@dataclass(frozen=True, slots=True)
class Checked:
    """A pose, the latest keypoints that a model found of it, and how they differ from those on the mirrored photo.

    `difference` is None where nobody has asked yet, and where the person was not found on the mirrored photo.
    """

    pose: Pose
    revision: PoseRevision
    difference: Difference | None


def checked_poses(photo: Photo) -> list[Checked]:
    """All people of a photo, in one read."""
    return [
        Checked(revision.pose, revision, _difference(revision, photo))
        for revision in latest_of_model(photo).select_related("pose").order_by("pose__person")
    ]


def uncertainties(photo: Photo) -> dict[UUID, list[float]]:
    """The 33 distances in the photo's pixels of each pose that has some, by the pose's id."""
    revisions = latest_of_model(photo).filter(mirror_px__isnull=False)
    found = revisions.order_by().values_list("pose_id", "mirror_px")
    return {pose_id: distances for pose_id, distances in found if distances is not None}


def latest_of_model(photo: Photo) -> QuerySet[PoseRevision]:
    """The latest revision that a model made of each pose of a photo."""
    newer = _found().filter(pose=OuterRef("pose"), number__gt=OuterRef("number"))
    return _found().filter(~Exists(newer.order_by()), pose__photo=photo)


def comparable(photo: Photo) -> QuerySet[PoseRevision]:
    """What the photo's latest detection found: another model's keypoints differ for reasons of their own."""
    return _found().filter(pose__photo=photo, detection=photo.detection_id)


def comparable_photos(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """Those with somebody whom the latest detection found."""
    somebody = _found().filter(pose__photo=OuterRef("pk"), detection=OuterRef("detection"))
    return photos.filter(Exists(somebody.order_by()))


def awaits_check() -> Q:
    """Of a pose: its photo's latest detection found it, and no check has come to an end since."""
    of_latest = _found().filter(pose=OuterRef("pk"), detection=OuterRef("photo__detection"))
    # When a check was asked for is known and when it ended is not: at worst it is made once more.
    ended = MirrorCheck.objects.filter(
        photo=OuterRef("photo"),
        status=MirrorCheck.Status.COMPLETED,
        queued_at__gte=OuterRef("photo__detection__created_at"),
    )
    return Q(Exists(of_latest.order_by()), ~Exists(ended.order_by()), mirror_disagreement=None)


def _found() -> QuerySet[PoseRevision]:
    """What detections found; what was brought back is none."""
    return PoseRevision.objects.filter(source=PoseRevision.Source.MODEL, restored_from=None)


def _difference(revision: PoseRevision, photo: Photo) -> Difference | None:
    if revision.mirror_px is None:
        return None
    return Difference.of(revision.mirror_px, revision.points, size=(photo.width, photo.height))
