"""A photo whose keypoints are compared with those of its mirror image."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from core.work.item import WorkItem

if TYPE_CHECKING:
    from accounts.models import User


class MirrorCheckManager(models.Manager["MirrorCheck"]):
    """Rows come with what the work and the queue's page need of the photo."""

    def get_queryset(self) -> models.QuerySet["MirrorCheck"]:
        """With photo and owner, in the same read."""
        return super().get_queryset().select_related("photo__owner")


class MirrorCheck(WorkItem):
    """The work is one detection on the mirrored photo; what comes of it is kept with the revisions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.OneToOneField("poses.Photo", on_delete=models.CASCADE, related_name="mirror_check")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = MirrorCheckManager()

    class Meta:
        ordering = ("-queued_at", "-id")
        constraints = WorkItem.Meta.constraints
        indexes = WorkItem.Meta.indexes

    def __str__(self) -> str:
        return f"Mirror check of {self.photo}"

    @property
    def owner(self) -> "User":
        """Whose photo it is."""
        return self.photo.owner
