"""A CSV of image URLs, and what is to be done with each image."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from batches.imaging.settings import CompressionSettings, OutputFormat
from core.work.item import HeldItem
from poses.models.photo import photo_storage

from .querysets import BatchQuerySet


class Batch(HeldItem):
    """What was asked for, and how far it has come.

    The work on it is writing its results, once its last image is final; until then the row is held. `stage` is what
    its owner has decided.
    """

    class Stage(models.TextChoices):
        DRAFT = "draft", "Checked, not started"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        CANCELLED = "cancelled", "Cancelled"
        FINISHED = "finished", "Finished"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches")
    name = models.CharField(max_length=255, help_text="The CSV's file name.")
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.DRAFT)
    run = models.PositiveIntegerField(default=1, help_text="Counts up with each retry of what had failed.")

    compresses = models.BooleanField(default=True)
    output_format = models.CharField(
        max_length=10, choices=[(item.value, item.name) for item in OutputFormat], default=OutputFormat.KEEP.value
    )
    quality = models.PositiveSmallIntegerField(null=True, blank=True)
    target_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of the original's bytes, in the place of a quality."
    )
    longest_side = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels.")
    measures_ssim = models.BooleanField("measures SSIM", default=False)

    finds_people = models.BooleanField(default=True)
    model_name = models.CharField(max_length=100, blank=True)
    people_wanted = models.PositiveSmallIntegerField(default=1)
    min_confidence = models.FloatField(default=0.5)

    email = models.EmailField("e-mail address", blank=True)
    webhook_url = models.CharField("webhook URL", max_length=2048, blank=True)
    base_url = models.CharField(max_length=300, help_text="Of the site, as the owner reached it.")

    header = models.JSONField(help_text="The CSV's column names as they were.")
    serial_column = models.PositiveSmallIntegerField()
    product_column = models.PositiveSmallIntegerField()
    urls_column = models.PositiveSmallIntegerField()
    warnings = models.JSONField(default=list, help_text="What the check found that stops nothing.")
    more_warnings = models.PositiveIntegerField(default=0, help_text="Besides those.")
    row_count = models.PositiveIntegerField()
    image_count = models.PositiveIntegerField(help_text="Distinct URLs.")

    results = models.FileField(storage=photo_storage, max_length=200, blank=True, help_text="The output CSV.")
    results_bytes = models.PositiveBigIntegerField(null=True)

    idempotency_key = models.CharField(max_length=255, null=True, editable=False)
    request_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    served_at = models.DateTimeField(default=timezone.now, editable=False, help_text="When workers last took of it.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    running_since = models.DateTimeField(null=True, editable=False, help_text="Start, resume or retry.")
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        ordering = ("-created_at", "-id")
        permissions = (("retry_batch", "Can see and retry the work of everyone's batches"),)
        constraints = (
            *HeldItem.Meta.constraints,
            models.UniqueConstraint(fields=("owner", "idempotency_key"), name="batch_once_an_idempotency_key"),
            models.CheckConstraint(condition=Q(compresses=True) | Q(finds_people=True), name="batch_does_something"),
            models.CheckConstraint(condition=Q(quality=None) | Q(target_percent=None), name="batch_quality_or_target"),
            models.CheckConstraint(
                condition=Q(stage="draft", started_at=None) | (~Q(stage="draft") & Q(started_at__isnull=False)),
                name="batch_started_unless_draft",
            ),
            models.CheckConstraint(
                condition=Q(status="completed", finished_at__isnull=False)
                | (~Q(status="completed") & Q(finished_at=None)),
                name="batch_finished_if_and_only_if_completed",
            ),
        )
        indexes = (
            *HeldItem.Meta.indexes,
            models.Index(fields=("owner", "-created_at", "-id"), name="batch_newest_of_owner"),
            models.Index(fields=("-created_at", "-id"), name="batch_newest"),
            # Those that workers look at: few, however many there have been.
            models.Index(fields=("served_at",), condition=Q(status="held"), name="batch_open"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("batches:batch", args=[self.pk])

    @property
    def compression(self) -> CompressionSettings:
        """What is asked of the compression."""
        return CompressionSettings(
            format=OutputFormat(self.output_format),
            quality=self.quality,
            target_percent=self.target_percent,
            longest_side=self.longest_side,
        )

    @property
    def is_draft(self) -> bool:
        """Whether it was checked and not started yet."""
        return self.stage == self.Stage.DRAFT

    @property
    def is_final(self) -> bool:
        """Whether its results are written, or could not be."""
        return self.status in (self.Status.COMPLETED, self.Status.FAILED)

    @property
    def is_open(self) -> bool:
        """Whether there may be work on its images."""
        return self.status == self.Status.HELD and not self.is_draft
