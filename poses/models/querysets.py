"""Reads that chain. Who may see what is written here and nowhere else."""

from typing import TYPE_CHECKING, Self, TypeAlias

from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    from .log import LogEntry  # noqa: F401  # the three stand in quotes below
    from .photo import Photo  # noqa: F401
    from .pose import Pose  # noqa: F401

Viewer: TypeAlias = "User | AnonymousUser"


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Photos."""

    def visible_to(self, user: Viewer) -> Self:
        """The user's own; all of them for who may view photos."""
        return self if user.has_perm("poses.view_photo") else self.filter(owner_id=user.pk)

    def changeable_by(self, user: Viewer) -> Self:
        """Those that the user may detect again: the user's own; all of them for who may change photos."""
        return self if user.has_perm("poses.change_photo") else self.filter(owner_id=user.pk)

    def checkable_by(self, user: Viewer) -> Self:
        """Those that the user may compare with their mirror image, which changes no keypoint.

        The user's own; all of them for who may change photos, change poses or approve them.
        """
        codenames = ("change_photo", "change_pose", "approve_pose")
        is_every = any(user.has_perm(f"poses.{codename}") for codename in codenames)
        return self if is_every else self.filter(owner_id=user.pk)

    def deletable_by(self, user: Viewer) -> Self:
        """The user's own; all of them for who may delete photos."""
        return self if user.has_perm("poses.delete_photo") else self.filter(owner_id=user.pk)

    def exportable_by(self, user: Viewer) -> Self:
        """Those whose keypoints the user may export: the user's own; all of them for who may export poses."""
        return self if user.has_perm("poses.export_pose") else self.filter(owner_id=user.pk)

    def with_poses(self) -> Self:
        """Each photo's poses with their current revision and provenance, in two queries whatever the number."""
        from .pose import Pose

        poses = Pose.objects.select_related("current", "detection").order_by("person")
        return self.select_related("detection").prefetch_related(models.Prefetch("poses", poses))


class PoseQuerySet(models.QuerySet["Pose"]):
    """Poses."""

    def visible_to(self, user: Viewer) -> Self:
        """Those on the user's own photos; all of them for who may view photos."""
        return self if user.has_perm("poses.view_photo") else self.filter(photo__owner_id=user.pk)

    def editable_by(self, user: Viewer) -> Self:
        """Those on the user's own photos; all of them for who may change poses (Editors)."""
        return self if user.has_perm("poses.change_pose") else self.filter(photo__owner_id=user.pk)

    def deletable_by(self, user: Viewer) -> Self:
        """Those on the user's own photos; all of them for who may delete poses."""
        return self if user.has_perm("poses.delete_pose") else self.filter(photo__owner_id=user.pk)

    def reviewable_by(self, user: Viewer) -> Self:
        """Those that the user may hand on in the review: all of them for who may approve, else what they may edit."""
        return self if user.has_perm("poses.approve_pose") else self.editable_by(user)

    def exportable_by(self, user: Viewer) -> Self:
        """Those on the user's own photos; all of them for who may export poses."""
        return self if user.has_perm("poses.export_pose") else self.filter(photo__owner_id=user.pk)

    def with_current(self) -> Self:
        """Each pose with its photo, current revision and provenance, in one query."""
        return self.select_related("photo", "current", "detection")


class LogQuerySet(models.QuerySet["LogEntry"]):
    """Log entries."""

    def visible_to(self, user: Viewer) -> Self:
        """Those about the user's own photos; all of them for who may view logs (Operators).

        Who may view everyone's photos sees who edited and reviewed the poses on them, too.
        """
        if user.has_perm("poses.view_logentry"):
            return self
        own = models.Q(owner_id=user.pk)
        if not user.has_perm("poses.view_photo"):
            return self.filter(own)
        actions = self.model.Action
        return self.filter(own | models.Q(action__in=(actions.EDIT, actions.REVIEW)))
