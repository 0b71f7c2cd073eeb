"""What an edit begins from, and what the editor draws of it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from poses.engine import landmarks
from poses.engine.landmarks import Side
from poses.models import Photo, Pose, PoseRevision
from poses.selectors.drawing import all_landmark_constants, drawn_keypoints
from poses.services.revising import latest_of_model, numbered

# Which extra landmarks change sides with a region's points.
_EXTRAS_OF_LEGS = ("patella", "tibial_tuberosity")
_EXTRA_INDEX = {name: landmarks.COUNT + index for index, name in enumerate(landmarks.EXTRA_NAMES)}


@dataclass(frozen=True, slots=True)
class EditedPose:
    """A pose, the revision that the edit began from, the model's latest, and who else is on the photo."""

    pose: Pose
    base: PoseRevision
    model: PoseRevision
    others: tuple[Pose, ...]

    @property
    def photo(self) -> Photo:
        """The photo that the pose is on."""
        return self.pose.photo

    @property
    def size(self) -> tuple[int, int]:
        """The upright photo's width and height in pixels."""
        return self.photo.width, self.photo.height


def edited_pose(pose: Pose, began_from: int | None = None) -> EditedPose:
    """The pose with what an edit of it needs; `began_from` is the number of one of its revisions, else the current."""
    is_current = began_from is None or began_from == pose.current.number
    base = pose.current if is_current else numbered(pose, began_from or 0, field="expected_revision")
    others = Pose.objects.select_related("current").filter(photo=pose.photo_id).exclude(pk=pose.pk).order_by("person")
    return EditedPose(pose, base, latest_of_model(pose), tuple(others))


def editor_data(edited: EditedPose) -> dict[str, Any]:
    """All of it for the script, plain JSON."""
    photo = edited.photo
    return {
        "pose": str(edited.pose.pk),
        "person": edited.pose.person,
        "revision": edited.base.number,
        "photo": {
            "width": photo.width,
            "height": photo.height,
            "imageUrl": reverse("photo-display", args=[photo.pk]),
        },
        "landmarks": {**all_landmark_constants(), "pairs": _pairs()},
        "base": drawn_keypoints(edited.base.points),
        "baseExtras": edited.base.extra_keypoints,
        "model": drawn_keypoints(edited.model.points),
        "others": [
            {"person": other.person, "keypoints": drawn_keypoints(other.current.points)} for other in edited.others
        ],
    }


def _pairs() -> dict[str, list[tuple[int, int]]]:
    """Left and right of what can be swapped, by the points' indexes."""
    extras = [
        (index, _EXTRA_INDEX[name.replace("left", "right")])
        for (name, index), side in zip(_EXTRA_INDEX.items(), landmarks.EXTRA_SIDES, strict=True)
        if side is Side.LEFT
    ]
    of_legs = [pair for pair in extras if landmarks.EXTRA_NAMES[pair[0] - landmarks.COUNT].endswith(_EXTRAS_OF_LEGS)]
    pairs = list(landmarks.LEFT_RIGHT_PAIRS)
    parts = {part: [pair for pair in pairs if pair[0] in landmarks.REGIONS[part]] for part in ("arms", "legs", "face")}
    return {"all": pairs + extras, **parts, "legs": parts["legs"] + of_legs}
