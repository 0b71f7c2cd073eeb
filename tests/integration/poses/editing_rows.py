"""What the editor's forms post."""

import json
from typing import Any

from poses.models import Pose, PoseRevision
from poses.services import editing


def points(revision: PoseRevision, **moved: dict[str, Any]) -> str:
    """The revision's keypoints as the editor's text, with what is moved by name."""
    return json.dumps([point | moved.get(point["name"], {}) for point in revision.keypoints])


def form_of(revision: PoseRevision, *, extras: list[dict[str, Any]] | None = None, **moved: dict[str, Any]) -> dict:
    """What the editor's script posts after an edit that began from the revision."""
    return {
        "keypoints": points(revision, **moved),
        "extra_keypoints": json.dumps(revision.extra_keypoints if extras is None else extras),
        "expected_revision": revision.number,
        "reason": "Hidden by the hand",
    }


def saved_by(user: Any, pose: Pose, **moved: dict[str, Any]) -> PoseRevision:
    """Somebody's edit, saved; the caller's own object stays as it is."""
    there = Pose.objects.select_related("current").get(pk=pose.pk)
    return editing.change_keypoints(
        pose=there,
        keypoints=[{"name": name, **fields} for name, fields in moved.items()],
        editor=user,
        expected_revision=there.current.number,
        reason="Saved first",
    )


def point_of(revision: PoseRevision, name: str) -> dict[str, Any]:
    """A stored keypoint."""
    return next(point for point in revision.keypoints if point["name"] == name)
