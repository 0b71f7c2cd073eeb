"""One person on one photo."""

import uuid

from django.db import models
from django.utils import timezone

from .querysets import PoseQuerySet


class Pose(models.Model):
    """A person on a photo; its keypoints are those of the current revision."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey("poses.Photo", on_delete=models.CASCADE, related_name="poses")
    person = models.PositiveSmallIntegerField(help_text="Counted from 0 on each photo.")
    current = models.OneToOneField("poses.PoseRevision", on_delete=models.RESTRICT, related_name="+")
    detection = models.ForeignKey("poses.Detection", on_delete=models.RESTRICT, related_name="poses")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PoseQuerySet.as_manager()

    class Meta:
        ordering = ("person",)
        constraints = (models.UniqueConstraint(fields=("photo", "person"), name="pose_person_once_a_photo"),)
        indexes = (models.Index(fields=("-created_at", "-id"), name="pose_newest"),)

    def __str__(self) -> str:
        return f"Person {self.person + 1}"
