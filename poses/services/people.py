"""Found people as poses and revisions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Max

from core.storage.rows import insert
from poses.engine import keypoints as keypoint_json
from poses.engine.geometry import intersection_over_union
from poses.engine.people import Box, Person
from poses.models import Detection, LogEntry, Photo, Pose, PoseRevision

from .logging import log

if TYPE_CHECKING:
    from accounts.models import User

# Two boxes that share this much of their union are the same person in two detections of one photo.
_SAME_PERSON = 0.3


def save_first(photo: Photo, detection: Detection, found: Sequence[Person]) -> list[Pose]:
    """Poses for a photo that has none, in two inserts whatever their number."""
    return _add(photo, detection, dict(enumerate(found)))


def merge(photo: Photo, detection: Detection, found: Sequence[Person], *, actor: "User | None") -> list[Pose]:
    """All poses of a photo that was detected before.

    A person found again gets a new revision, which becomes current unless a person has corrected or approved the pose.
    Newly found people are added. Those not found again go, with a line in the log, unless somebody has had to do with
    them: corrected, reviewed, assigned or commented.
    """
    poses = list(photo.poses.select_related("current", "detection"))
    revisions = PoseRevision.objects.filter(pose__photo=photo)
    last_numbers = dict(revisions.order_by().values_list("pose_id").annotate(Max("number")))
    edited = set(revisions.exclude(source=PoseRevision.Source.MODEL).values_list("pose_id", flat=True))
    matched = matches([Box(**pose.current.box) for pose in poses], found)
    kept = []
    for index, pose in enumerate(poses):
        if index in matched:
            _add_revision(pose, last_numbers[pose.id] + 1, detection, matched[index])
        elif pose.id not in edited and pose.is_untouched:
            log(photo=photo, actor=actor, action=LogEntry.Action.DELETE, message=f"{pose} was not found again")
            pose.delete()
            continue
        kept.append(pose)
    known = {id(person) for person in matched.values()}
    new = [person for person in found if id(person) not in known]
    taken = {pose.person for pose in kept}
    free = [number for number in range(len(taken) + len(new)) if number not in taken]
    added = _add(photo, detection, dict(zip(free, new, strict=False)))
    return sorted([*kept, *added], key=lambda pose: pose.person)


def make_current(pose: Pose, revision: PoseRevision) -> None:
    """Has the pose show a revision of its own, and keeps what lists go by in step."""
    pose.current, pose.score = revision, revision.score
    if pose.review_status == Pose.Review.REJECTED:  # on keypoints that are gone: these want another look
        pose.review_status, pose.review_reason = Pose.Review.NEEDS_REVIEW, ""
        pose.reviewed_by = pose.reviewed_at = None
    review = ("review_status", "review_reason", "reviewed_by", "reviewed_at")
    pose.save(update_fields=("current", "score", "detection", "mirror_disagreement", *review, "updated_at"))


def matches(known: Sequence[Box], found: Sequence[Person]) -> dict[int, Person]:
    """The found person for each known box, by its place in `known`, that has one; the best overlaps first."""
    pairs = [
        (intersection_over_union(box, person.box), index, number)
        for index, box in enumerate(known)
        for number, person in enumerate(found)
    ]
    matched: dict[int, Person] = {}
    taken: set[int] = set()
    for overlap, index, number in sorted(pairs, reverse=True):
        if overlap >= _SAME_PERSON and index not in matched and number not in taken:
            matched[index] = found[number]
            taken.add(number)
    return matched


def _add(photo: Photo, detection: Detection, people: dict[int, Person]) -> list[Pose]:
    """The pose names its current revision and the revision its pose: both ids are known before either row is."""
    poses, revisions = [], []
    for number, person in people.items():
        pose = Pose(photo=photo, person=number, detection=detection, score=person.score)
        revision = _revision(pose, 1, detection, person)
        pose.current = revision
        poses.append(pose)
        revisions.append(revision)
    insert(poses)
    insert(revisions)
    return poses


def _add_revision(pose: Pose, number: int, detection: Detection, person: Person) -> None:
    revision = _revision(pose, number, detection, person)
    insert([revision])
    pose.mirror_disagreement = None  # that of the latest keypoints by a model, which nobody has checked yet
    if pose.current.source == PoseRevision.Source.MODEL and not pose.is_locked:
        pose.detection = detection
        make_current(pose, revision)
    else:
        pose.save(update_fields=("mirror_disagreement", "updated_at"))


def _revision(pose: Pose, number: int, detection: Detection, person: Person) -> PoseRevision:
    return PoseRevision(
        pose=pose,
        number=number,
        source=PoseRevision.Source.MODEL,
        keypoints=keypoint_json.to_json(person.keypoints),
        world_keypoints=keypoint_json.to_json(person.world),
        score=person.score,
        box=keypoint_json.box_to_json(person.box),
        detection=detection,
    )
