"""One person on one photo."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .querysets import PoseQuerySet


class Pose(models.Model):
    """A person on a photo; its keypoints are those of the current revision."""

    class Review(models.TextChoices):
        NEW = "new", "New"
        NEEDS_REVIEW = "needs_review", "Needs review"
        IN_REVIEW = "in_review", "In review"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey("poses.Photo", on_delete=models.CASCADE, related_name="poses")
    person = models.PositiveSmallIntegerField(help_text="Counted from 0 on each photo.")
    current = models.OneToOneField("poses.PoseRevision", on_delete=models.RESTRICT, related_name="+")
    detection = models.ForeignKey(
        "poses.Detection",
        on_delete=models.RESTRICT,
        related_name="poses",
        help_text="Whose keypoints the current revision has, or was made from.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    # The current revision's, so that the review's queue goes by index.
    score = models.FloatField(help_text="Mean visibility of the current revision, 0 to 1.")
    mirror_disagreement = models.FloatField(
        null=True,
        blank=True,
        help_text="Mean distance of the model's latest keypoints to the mirrored photo's, over the body's size.",
    )

    review_status = models.CharField(max_length=12, choices=Review, default=Review.NEW)
    review_reason = models.CharField(max_length=300, blank=True, help_text="Why it was rejected.")
    review_comment = models.TextField(max_length=2000, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True, help_text="When it was approved or rejected.")

    objects = PoseQuerySet.as_manager()

    class Meta:
        ordering = ("person",)
        permissions = (
            ("approve_pose", "Can approve, reject and unlock poses"),
            ("export_pose", "Can export everyone's keypoints"),
        )
        constraints = (
            models.UniqueConstraint(fields=("photo", "person"), name="pose_person_once_a_photo"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="pose_score_share"),
            models.CheckConstraint(
                condition=(Q(review_status="rejected") & ~Q(review_reason=""))
                | (~Q(review_status="rejected") & Q(review_reason="")),
                name="pose_rejected_if_and_only_if_reason",
            ),
            models.CheckConstraint(
                condition=Q(review_status__in=("approved", "rejected"), reviewed_at__isnull=False)
                | (~Q(review_status__in=("approved", "rejected")) & Q(reviewed_at=None)),
                name="pose_reviewed_if_and_only_if_moment",
            ),
        )
        indexes = (
            models.Index(fields=("-created_at", "-id"), name="pose_newest"),
            # The review's queue, one status at a time.
            models.Index(fields=("review_status", "score", "id"), name="pose_least_sure"),
            models.Index(fields=("review_status", "-mirror_disagreement", "id"), name="pose_most_mirrored"),
            models.Index(fields=("review_status", "created_at", "id"), name="pose_oldest"),
        )

    def __str__(self) -> str:
        return f"Person {self.person + 1}"

    @property
    def is_locked(self) -> bool:
        """Whether it is approved, so that nothing may change it."""
        return self.review_status == self.Review.APPROVED

    @property
    def is_untouched(self) -> bool:
        """Whether the review knows nothing of it."""
        return self.review_status == self.Review.NEW and self.assigned_to_id is None and not self.review_comment
