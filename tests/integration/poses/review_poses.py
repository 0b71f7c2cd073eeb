"""Poses and people for the review's tests."""

from collections.abc import Callable

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import User
from poses.models import Pose
from tests.integration.poses.gallery_photos import make_photo


def member_of(make_user: Callable[..., User], role: str, email: str = "") -> User:
    """An ordinary user, no staff, with one role."""
    member = make_user(email or f"{role.lower()}@example.org", name=f"{role} Member")
    member.groups.add(Group.objects.get(name=role))
    return member


def make_pose(owner: User, name: str = "photo.jpg", *, status: str = "needs_review", **values: object) -> Pose:
    """A person on a photo of its own, in that state."""
    photo = make_photo(owner, name)
    of_state = {"review_status": status}
    if status in ("approved", "rejected"):
        of_state |= {"reviewed_at": timezone.now(), "reviewed_by": owner}
    if status == "rejected":
        of_state["review_reason"] = "Legs are swapped"
    Pose.objects.filter(photo=photo).update(**of_state, **values)
    return stored(photo.poses.get())


def make_poses(owner: User, count: int, **values: object) -> list[Pose]:
    """Poses that need review, five on a photo and all alike but for what is given."""
    photos = [make_photo(owner, people=5) for _ in range(count // 5)]
    poses = Pose.objects.filter(photo__in=photos)
    poses.update(**{"review_status": "needs_review", "created_at": photos[0].created_at, **values})
    assert len(poses) == count
    return list(poses)


def stored(pose: Pose) -> Pose:
    """As the database has it."""
    return Pose.objects.with_current().select_related("assigned_to", "reviewed_by").get(pk=pose.pk)
