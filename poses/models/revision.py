"""One version of a pose's keypoints."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from poses.engine import keypoints as keypoint_json
from poses.engine.people import Keypoint


class PoseRevision(models.Model):
    """Keypoints as a model found or a person corrected them. Never changed: an edit makes the next one."""

    class Source(models.TextChoices):
        MODEL = "model", "Model"
        HUMAN = "human", "Person"
        IMPORT = "import", "Import"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pose = models.ForeignKey("poses.Pose", on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(help_text="Counted from 1 on each pose.")
    source = models.CharField(max_length=10, choices=Source)
    keypoints = models.JSONField(
        help_text="33 of name, x, y, z, visibility, presence; x and y in shares of width and height."
    )
    world_keypoints = models.JSONField(
        help_text="33 of the same in metres, always the model's: edits on the photo do not move them."
    )
    score = models.FloatField(help_text="Mean visibility, 0 to 1.")
    box = models.JSONField(help_text="x, y, width, height in shares of the photo's.")
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    detection = models.ForeignKey("poses.Detection", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-number",)
        indexes = (models.Index(fields=("-created_at", "-id"), name="revision_newest"),)
        constraints = (
            models.UniqueConstraint(fields=("pose", "number"), name="revision_number_once_a_pose"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_number_from_1"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="revision_score_share"),
            models.CheckConstraint(
                condition=Q(source="model", detection__isnull=False) | (~Q(source="model") & Q(detection__isnull=True)),
                name="revision_of_model_if_and_only_if_detection",
            ),
        )

    def __str__(self) -> str:
        return f"Revision {self.number} ({self.get_source_display()})"

    @property
    def points(self) -> tuple[Keypoint, ...]:
        """The keypoints as the engine's own type."""
        return keypoint_json.from_json(self.keypoints)
