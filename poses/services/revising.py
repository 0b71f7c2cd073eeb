"""Making revisions by hand: who, what moved, and what the log says of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max

from core.errors import DomainError
from poses.engine import keypoints as keypoint_json
from poses.engine import versions
from poses.engine.geometry import bounding_box, mean_visibility
from poses.engine.people import PoseVersion
from poses.models import Detection, LogEntry, Photo, Pose, PoseRevision

from .logging import log, log_in_admin
from .people import make_current

if TYPE_CHECKING:
    from accounts.models import User

# A number that the column cannot hold is that of no revision.
_LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How a revision came about: by whom, on which of `PoseRevision.Client`, why, and brought back from which."""

    by: "User"
    client: str = ""
    reason: str = ""
    restored_from: int | None = None


def numbered(pose: Pose, number: int, *, field: str) -> PoseRevision:
    """A pose's revision. Raises DomainError (`revision_unknown`) on the field where the pose has none of the number."""
    found = pose.revisions.filter(number=number).first() if 0 < number <= _LARGEST_NUMBER else None
    if found is None:
        raise DomainError.on_field(field, "revision_unknown", f"This pose has no revision {number}.")
    return found


def latest_of_model(pose: Pose) -> PoseRevision:
    """The latest keypoints that a model found. Every pose has some."""
    found = pose.revisions.filter(source=PoseRevision.Source.MODEL, restored_from=None).order_by("-number").first()
    return found or pose.revisions.order_by("number")[0]


def add_revision(
    photo: Photo,
    pose: Pose,
    version: PoseVersion,
    *,
    base: PoseRevision,
    model: PoseRevision,
    made: Made,
    whole: PoseRevision | None = None,
) -> PoseRevision:
    """Adds a revision to a locked pose and makes it the current one, in the caller's transaction.

    `base` is the revision that it changes, `model` the latest by a model, which it is measured against; `whole` the one
    that it repeats as it is, if it does.
    """
    size = (photo.width, photo.height)
    moves = versions.moves(base.version, version, size=size)
    revision = PoseRevision.objects.create(
        pose=pose,
        number=(pose.revisions.aggregate(last=Max("number"))["last"] or 0) + 1,
        source=whole.source if whole else PoseRevision.Source.HUMAN,
        detection=whole.detection if whole else None,
        mirror_px=whole.mirror_px if whole else None,
        keypoints=keypoint_json.to_json(version.keypoints),
        extra_keypoints=keypoint_json.extras_to_json(version.extras),
        world_keypoints=whole.world_keypoints if whole else pose.current.world_keypoints,
        score=mean_visibility(version.keypoints),
        box=keypoint_json.box_to_json(bounding_box(version.keypoints)),
        editor=made.by,
        client=made.client,
        reason=made.reason,
        began_from=base.number,
        restored_from=made.restored_from,
        points_moved=moves.points,
        mean_moved_px=moves.mean_px,
        states_changed=moves.states,
        from_model_px=[round(one, 3) for one in versions.distances_px(model.points, version.keypoints, size=size)],
        torso_px=versions.torso_px(model.points, size=size),
    )
    pose.detection = _whose(pose, whole)
    make_current(pose, revision)
    message = _message(pose, revision)
    log(photo=photo, actor=made.by, action=LogEntry.Action.EDIT, message=message)
    log_in_admin(pose, actor=made.by, message=message)
    return revision


def _whose(pose: Pose, whole: PoseRevision | None) -> Detection:
    """The detection whose keypoints a pose has now: another one only where a whole revision is brought back."""
    if whole is None:
        return pose.detection
    if whole.detection is not None:
        return whole.detection
    before = (
        pose.revisions.filter(source=PoseRevision.Source.MODEL, number__lt=whole.number).order_by("-number").first()
    )
    return before.detection if before and before.detection else pose.detection


def _message(pose: Pose, revision: PoseRevision) -> str:
    parts = [f"{pose}, revision {revision.number}"]
    if revision.restored_from:
        parts.append(f"brought back from revision {revision.restored_from}")
    parts.append(f"{_counted(revision.points_moved, 'point')} moved by {revision.mean_moved_px:.1f} px on average")
    if revision.states_changed:
        parts.append(f"{_counted(revision.states_changed, 'state')} changed")
    return ": ".join([", ".join(parts), revision.reason] if revision.reason else [", ".join(parts)])


def _counted(number: int | None, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
