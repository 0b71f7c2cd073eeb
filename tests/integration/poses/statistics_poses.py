"""Poses that people corrected or approved, for the statistics' tests."""

from accounts.models import User
from poses.models import Photo, Pose, PoseRevision
from poses.services import editing
from tests.integration.poses.gallery_photos import make_photo


def corrected(owner: User, pixels: float = 4.0, *, name: str = "left_knee", **fields: object) -> Pose:
    """A pose on a 640 × 480 photo with one point moved to the right by a person."""
    pose = make_photo(owner, **fields).poses.get()
    move(pose, owner, pixels, name=name)
    return pose


def move(pose: Pose, by: User, pixels: float, *, name: str = "left_knee") -> None:
    """Moves one point from where it is."""
    current = PoseRevision.objects.get(pk=pose.current_id)
    x = next(point["x"] for point in current.keypoints if point["name"] == name)
    edit = [{"name": name, "x": x + pixels / 640}]
    editing.change_keypoints(
        pose=pose, keypoints=edit, editor=by, expected_revision=current.number, client=PoseRevision.Client.API
    )


def approved(owner: User, **fields: object) -> Pose:
    """A pose that was approved as the model found it."""
    pose = make_photo(owner, **fields).poses.get()
    approve(pose)
    return pose


def approve(pose: Pose) -> None:
    """As the review does."""
    photo: Photo = pose.photo
    Pose.objects.filter(pk=pose.pk).update(review_status="approved", reviewed_at=photo.created_at)
