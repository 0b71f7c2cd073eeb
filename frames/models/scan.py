"""A scan: image rows of one instrument, by depth."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from .querysets import DepthScanQuerySet


class DepthScan(models.Model):
    """Rows of `width` grey values, each at a depth of its own; empty until its first import has ended.

    `edition` grows with every import that has changed it: of two reads with the same edition both saw the same rows.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="depth_scans")
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=12, default="m", help_text="Of the depths, such as m or ft.")
    width = models.PositiveSmallIntegerField(null=True, editable=False, help_text="Grey values a row, as imported.")
    thin_width = models.PositiveSmallIntegerField(null=True, editable=False, help_text="Pixels a row, as shown.")
    row_count = models.PositiveIntegerField(default=0, editable=False)
    depth_min = models.FloatField(null=True, editable=False)
    depth_max = models.FloatField(null=True, editable=False)
    step = models.FloatField(null=True, editable=False, help_text="The usual distance between rows, if there is one.")
    edition = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    imported_at = models.DateTimeField(null=True, editable=False)

    # Read `with_last_import`; None before the first.
    last_import_id: uuid.UUID | None

    objects = DepthScanQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(row_count=0, depth_min=None, depth_max=None)
                | Q(row_count__gt=0, width__isnull=False, thin_width__isnull=False, depth_min__isnull=False)
                & Q(depth_max__gte=models.F("depth_min")),
                name="depthscan_has_rows_or_no_depths",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(unit=""), name="depthscan_named"),
        )
        indexes = (models.Index(fields=("owner", "-created_at", "-id"), name="depthscan_newest_of_owner"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The scan's viewer."""
        return reverse("frames:scan", args=[self.pk])
