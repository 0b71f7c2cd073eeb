"""A photo whose keypoints are compared with those of its mirror image."""

import uuid

from django.conf import settings
from django.db import models

from core.work.item import WorkItem


class MirrorCheck(WorkItem):
    """The work is one detection on the mirrored photo; what comes of it is kept with the revisions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.OneToOneField("poses.Photo", on_delete=models.CASCADE, related_name="mirror_check")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("-queued_at", "-id")
        constraints = WorkItem.Meta.constraints
        indexes = WorkItem.Meta.indexes

    def __str__(self) -> str:
        return f"Mirror check of {self.photo}"
