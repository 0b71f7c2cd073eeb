"""A save that came too late, as its page shows it: one's own points, the other's and the model's, to choose from."""

from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm

from poses.engine import draw
from poses.engine import keypoints as keypoint_json
from poses.engine.people import PoseVersion
from poses.engine.versions import Choice
from poses.models import Pose, PoseRevision
from poses.selectors.drawing import all_landmark_constants, drawn_version
from poses.services.editing import StaleEdit
from poses.services.revising import numbered

from . import choices
from .conflict_rows import Row, conflict_rows, dots
from .text import as_text

# Of the revisions that came in between.
_NAMED_AT_MOST = 5
_LOOKS = {Choice.MINE: "Mine", Choice.THEIRS: "Theirs", Choice.MODEL: "The model’s"}


@dataclass(frozen=True, slots=True)
class Look:
    """One of the three skeletons over the photo, in its pixels: bones as one path, and the points that differ."""

    choice: Choice
    words: str
    bones: str
    dots: list[tuple[int, float, float]]


def conflict_context(pose: Pose, form: BaseForm, error: StaleEdit) -> dict[str, Any]:
    """What `poses/conflict_body.html` shows. It posts back to where the edit was posted; `form` is the edit's."""
    photo = pose.photo
    size = (photo.width, photo.height)
    three = {Choice.MINE: error.mine, Choice.THEIRS: error.theirs.version, Choice.MODEL: error.model.version}
    base = numbered(pose, error.began_from, field="expected_revision")
    rows = conflict_rows(three, base.version, size=size)
    return {
        "pose": pose,
        "photo": photo,
        "error": error,
        "meanwhile": _meanwhile(pose, error),
        "rows": [row for row in rows if not row.is_agreed],
        "agreed": [row for row in rows if row.is_agreed],
        "looks": [_look(choice, version, rows, size) for choice, version in three.items()],
        "data": _data(three, size),
        "fields": _fields(error),
        "reason": form["reason"].value() or "",
        "keep_url": photo.get_absolute_url(),
    }


def _meanwhile(pose: Pose, error: StaleEdit) -> list[PoseRevision]:
    """The latest revisions that came in between, the current one first."""
    since = pose.revisions.filter(number__gt=error.began_from).select_related("editor").order_by("-number")
    columns = ("number", "source", "editor", "reason", "created_at", "pose", "points_moved", "restored_from")
    return list(since.only(*columns)[:_NAMED_AT_MOST])


def _look(choice: Choice, version: PoseVersion, rows: list[Row], size: tuple[int, int]) -> Look:
    paths = draw.bone_paths(version.keypoints, width=size[0], height=size[1])
    return Look(choice, _LOOKS[choice], "".join(paths.values()), dots(rows, choice))


def _data(three: dict[Choice, PoseVersion], size: tuple[int, int]) -> dict[str, Any]:
    """The same for the script that draws the result."""
    versions = {choice.value: drawn_version(version) for choice, version in three.items()}
    return {"width": size[0], "height": size[1], "landmarks": all_landmark_constants(), "versions": versions}


def _fields(error: StaleEdit) -> dict[str, str]:
    """The hidden fields: my points, and which revisions the choices are about."""
    written = keypoint_json.to_json(error.mine.keypoints)
    return {
        "keypoints": as_text([choices.placed(entry) for entry in written]),
        "extra_keypoints": as_text(keypoint_json.extras_to_json(error.mine.extras)),
        "expected_revision": str(error.theirs.number),
        choices.BEGAN_FROM: str(error.began_from),
        choices.MODEL_REVISION: str(error.model.number),
    }
