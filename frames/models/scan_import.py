"""A file that is read into a scan."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.work.long_item import LongItem
from frames.formats.report import Report
from poses.models.photo import photo_storage

from .querysets import DepthImportQuerySet
from .scan import DepthScan


class DepthImport(LongItem):
    """Reads a CSV into a scan, whole or not at all; the file is kept until it has ended."""

    class Step(models.TextChoices):
        READING = "reading", "Reading"
        STORING = "storing", "Storing"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scan = models.ForeignKey(DepthScan, on_delete=models.CASCADE, related_name="imports")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    file = models.FileField(storage=photo_storage, max_length=200, blank=True, help_text="Until the import has ended.")
    original_name = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    is_strict = models.BooleanField(default=True, help_text="Any finding refuses the whole file.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # What came of it.
    row_count = models.PositiveIntegerField(default=0, editable=False, help_text="Rows of the file in the scan now.")
    replaced_count = models.PositiveIntegerField(
        default=0, editable=False, help_text="Of these, rows whose depth the scan had before."
    )
    is_upward = models.BooleanField(default=False, editable=False, help_text="The file's depths fall from row to row.")
    finding_counts = models.JSONField(default=dict, editable=False, help_text="Rows by what was found.")

    # What the attempt at work has found so far; set by it, kept when it ends.
    report: Report | None = None

    objects = DepthImportQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            *LongItem.Meta.constraints,
            models.UniqueConstraint(
                fields=("scan",), condition=Q(status__in=("pending", "running")), name="depthimport_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(replaced_count__lte=models.F("row_count")), name="depthimport_replaced_are_rows"
            ),
        )
        indexes = (
            *LongItem.Meta.indexes,
            models.Index(fields=("scan", "-created_at", "-id"), name="depthimport_newest_of_scan"),
        )

    def __str__(self) -> str:
        return f"{self.original_name} into {self.scan_id}"

    def get_absolute_url(self) -> str:
        """The import's report."""
        return reverse("frames:import", args=[self.pk])

    @property
    def finding_count(self) -> int:
        """All that was found, also what is not listed."""
        return sum(self.finding_counts.values())
