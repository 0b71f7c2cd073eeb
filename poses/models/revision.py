"""One version of a pose's keypoints."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from poses.engine import keypoints as keypoint_json
from poses.engine.people import Keypoint, PoseVersion


class PoseRevision(models.Model):
    """Keypoints as a model found or a person corrected them. Never changed: an edit makes the next one."""

    class Source(models.TextChoices):
        MODEL = "model", "Model"
        HUMAN = "human", "Person"
        IMPORT = "import", "Import"

    class Client(models.TextChoices):
        PAGE = "page", "Page"
        ADMIN = "admin", "Admin"
        API = "api", "API"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pose = models.ForeignKey("poses.Pose", on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(help_text="Counted from 1 on each pose.")
    source = models.CharField(max_length=10, choices=Source)
    keypoints = models.JSONField(
        help_text="33 of name, x, y, z, visibility, presence; x and y in shares of width and height."
    )
    extra_keypoints = models.JSONField(
        default=list, blank=True, help_text="Extra landmarks that are placed: name, x, y, state."
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

    # Of revisions that a person made; empty on those of a detection.
    client = models.CharField(max_length=10, choices=Client, blank=True, help_text="Where the editor worked.")
    reason = models.CharField(max_length=300, blank=True)
    began_from = models.PositiveIntegerField(null=True, blank=True, help_text="Number of the revision it changed.")
    restored_from = models.PositiveIntegerField(null=True, blank=True, help_text="Number of the one brought back.")
    points_moved = models.PositiveSmallIntegerField(null=True, blank=True)
    mean_moved_px = models.FloatField(null=True, blank=True, help_text="Over the points moved, in the photo's pixels.")
    states_changed = models.PositiveSmallIntegerField(null=True, blank=True)
    # How far people moved each point of the model's, kept so that statistics need not read keypoints.
    from_model_px = models.JSONField(
        null=True, blank=True, help_text="33 distances from the latest revision by a model, in the photo's pixels."
    )
    torso_px = models.FloatField(null=True, blank=True, help_text="The torso's length in that revision.")

    # Written once, when somebody asks for it.
    mirror_px = models.JSONField(
        null=True, blank=True, help_text="33 distances to what was found on the mirrored photo, in the photo's pixels."
    )

    class Meta:
        ordering = ("-number",)
        indexes = (
            models.Index(fields=("-created_at", "-id"), name="revision_newest"),
            # Those that people made, for statistics: few among all that models made.
            models.Index(fields=("pose",), condition=Q(from_model_px__isnull=False), name="revision_of_people"),
        )
        constraints = (
            models.UniqueConstraint(fields=("pose", "number"), name="revision_number_once_a_pose"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_number_from_1"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="revision_score_share"),
            models.CheckConstraint(
                condition=Q(restored_from=None) | Q(began_from__isnull=False), name="revision_restored_by_an_edit"
            ),
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

    @property
    def version(self) -> PoseVersion:
        """The keypoints and the extra landmarks."""
        return PoseVersion(self.points, keypoint_json.extras_from_json(self.extra_keypoints))
