"""Correcting keypoints: every save is a new revision."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.db import transaction

from core.errors import Conflict, DomainError
from poses.engine import keypoints as keypoint_json
from poses.engine import validation, versions
from poses.engine.people import Keypoint, PoseVersion
from poses.models import Photo, Pose, PoseRevision

from . import engine, revising
from .locking import lock_photo
from .revising import Made

if TYPE_CHECKING:
    from accounts.models import User

Keypoints = tuple[Keypoint, ...]


class StaleEdit(Conflict):
    """The pose has a newer revision than the edit began from: three versions to choose from, point by point.

    `theirs` is the current revision, `model` the latest that a model made, `mine` what the edit asked for, `began_from`
    the number of the revision that it changed.
    """

    def __init__(self, *, began_from: int, theirs: PoseRevision, model: PoseRevision, mine: PoseVersion) -> None:
        message = (
            f"The pose is at revision {theirs.number}, the edit began from {began_from}. "
            "Load the pose again and repeat the edit."
        )
        super().__init__("stale_edit", message, fields={"expected_revision": [message]})
        self.began_from, self.theirs, self.model, self.mine = began_from, theirs, model, mine
        self.details = {"conflict": self._conflict()}

    def _conflict(self) -> dict[str, Any]:
        return {
            "revision": self.theirs.number,
            "began_from": self.began_from,
            "model_revision": self.model.number,
            "mine": keypoint_json.to_json(self.mine.keypoints),
            "theirs": self.theirs.keypoints,
            "model": self.model.keypoints,
            "mine_extras": keypoint_json.extras_to_json(self.mine.extras),
            "theirs_extras": self.theirs.extra_keypoints,
            "model_extras": self.model.extra_keypoints,
        }


def replace_keypoints(
    *,
    pose: Pose,
    keypoints: object,
    editor: "User",
    expected_revision: int,
    extra_keypoints: object = None,
    may_omit: bool = False,
    client: str = "",
    reason: str = "",
) -> PoseRevision:
    """Saves all 33 keypoints, given as JSON, as a new revision and answers it.

    `extra_keypoints` are all extra landmarks that are placed, or None where they stay. With `may_omit` the fields that
    an entry leaves out stay too. Raises DomainError on `keypoints`, `extra_keypoints` or `expected_revision`, StaleEdit
    where that is not the current one any more, Conflict (`pose_approved`) on `keypoints` where the pose is locked.
    """
    return _save(
        pose,
        expected_revision,
        lambda base, model: validation.validated(keypoints, base, model=model, may_omit=may_omit),
        extra_keypoints,
        Made(by=editor, client=client, reason=reason),
    )


def change_keypoints(
    *,
    pose: Pose,
    keypoints: object,
    editor: "User",
    expected_revision: int,
    extra_keypoints: object = None,
    client: str = "",
    reason: str = "",
) -> PoseRevision:
    """Saves some of the keypoints, given as JSON by name; the rest stays. See `replace_keypoints`."""
    return _save(
        pose,
        expected_revision,
        lambda base, model: validation.validated_changes(keypoints, base, model=model),
        extra_keypoints,
        Made(by=editor, client=client, reason=reason),
    )


def restore_revision(
    *,
    pose: Pose,
    number: int,
    editor: "User",
    expected_revision: int,
    points: list[str] | None = None,
    client: str = "",
    reason: str = "",
) -> PoseRevision:
    """Brings back a whole revision, or the named points of it, as a new revision.

    A whole one keeps its source: a pose that is brought back to the model's follows the model again. Raises DomainError
    on `revision` or `points`, and as `replace_keypoints` does.
    """
    with transaction.atomic():
        photo, locked, base, model = _begun(pose, expected_revision)
        brought = revising.numbered(locked, number, field="revision")
        made = Made(by=editor, client=client, reason=reason, restored_from=number)
        version = brought.version if points is None else _with_points(base, brought, points)
        _refuse_stale(locked, base, model, version)
        whole = brought if points is None else None
        revision = revising.add_revision(photo, locked, version, base=base, model=model, made=made, whole=whole)
    _show(pose, locked)
    return revision


def _save(
    pose: Pose,
    expected_revision: int,
    edited: Callable[[Keypoints, Keypoints], Keypoints],
    extra_keypoints: object,
    made: Made,
) -> PoseRevision:
    with transaction.atomic():
        photo, locked, base, model = _begun(pose, expected_revision)
        before = base.version
        with engine.refusing_on("keypoints"):
            keypoints = edited(before.keypoints, model.points)
        with engine.refusing_on("extra_keypoints"):
            extras = before.extras if extra_keypoints is None else validation.validated_extras(extra_keypoints)
        version = PoseVersion(keypoints, extras)
        _refuse_stale(locked, base, model, version)
        revision = revising.add_revision(photo, locked, version, base=base, model=model, made=made)
    _show(pose, locked)
    return revision


def _begun(pose: Pose, expected_revision: int) -> tuple[Photo, Pose, PoseRevision, PoseRevision]:
    """The locked photo, the pose as it is now, the revision that the edit began from, and the model's latest."""
    photo = lock_photo(pose.photo_id)
    locked = Pose.objects.select_related("current").filter(pk=pose.pk).first()
    if locked is None:
        raise DomainError("not_found", "The pose was deleted meanwhile.", status=HTTPStatus.NOT_FOUND)
    if locked.is_locked:
        raise Conflict.on_field(
            "keypoints", "pose_approved", "This pose is approved and locked. Have it unlocked in the review, then save."
        )
    base = revising.numbered(locked, expected_revision, field="expected_revision")
    return photo, locked, base, revising.latest_of_model(locked)


def _refuse_stale(pose: Pose, base: PoseRevision, model: PoseRevision, mine: PoseVersion) -> None:
    if base.number != pose.current.number:
        raise StaleEdit(began_from=base.number, theirs=pose.current, model=model, mine=mine)


def _with_points(base: PoseRevision, brought: PoseRevision, points: list[str]) -> PoseVersion:
    known = versions.points_by_name(brought.version).keys() | versions.points_by_name(base.version).keys()
    unknown = next((name for name in points if name not in known), None)
    if unknown is not None or not points:
        message = f"{unknown!r} is not a point of this pose." if points else "Name at least one point."
        raise DomainError.on_field("points", "point_unknown", message)
    taken = dict.fromkeys(points, versions.Choice.THEIRS)
    return versions.merged({versions.Choice.MINE: base.version, versions.Choice.THEIRS: brought.version}, taken)


def _show(pose: Pose, locked: Pose) -> None:
    """Brings the caller's own object in step."""
    pose.current, pose.score, pose.updated_at = locked.current, locked.score, locked.updated_at
    pose.review_status, pose.review_reason = locked.review_status, locked.review_reason
    pose.mirror_disagreement, pose.reviewed_at = locked.mirror_disagreement, locked.reviewed_at
