"""One run of a model over a photo."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Detection(models.Model):
    """Provenance: which model file and runtime found what, asked how. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey("poses.Photo", on_delete=models.CASCADE, related_name="detections")
    model_name = models.CharField(max_length=100)
    model_sha256 = models.CharField(max_length=64)
    mediapipe_version = models.CharField(max_length=20)
    people_wanted = models.PositiveSmallIntegerField()
    min_confidence = models.FloatField()
    people_found = models.PositiveSmallIntegerField()
    milliseconds = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("-created_at", "-id"), name="detection_newest"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(people_found__lte=models.F("people_wanted")), name="detection_found_at_most_wanted"
            ),
        )

    def __str__(self) -> str:
        return f"{self.model_name}, {self.people_found} found"
