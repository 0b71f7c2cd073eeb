"""A compressed image."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from poses.models.photo import photo_storage

from .querysets import OutputQuerySet


class Output(models.Model):
    """What compression by certain settings made of certain bytes; an owner has each once, whatever the batch."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    source_sha256 = models.CharField(max_length=64, help_text="Of the bytes that were compressed.")
    settings_key = models.CharField(max_length=100, help_text="Equal for equal settings.")
    file = models.FileField(storage=photo_storage, max_length=200)
    thumbnail = models.FileField(storage=photo_storage, max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    content_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes_before = models.PositiveIntegerField()
    bytes_after = models.PositiveIntegerField()
    is_original_kept = models.BooleanField(help_text="Compressed it would have been larger.")
    quality = models.PositiveSmallIntegerField(null=True)
    ssim = models.FloatField("SSIM", null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # Made just now, and not inserted before; set by who makes it.
    is_new = False

    objects = OutputQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "source_sha256", "settings_key"), name="output_once_an_owner_and_settings"
            ),
            models.CheckConstraint(condition=Q(bytes_after__lte=models.F("bytes_before")), name="output_never_larger"),
        )
        indexes = (models.Index(fields=("-created_at", "-id"), name="output_newest"),)

    def __str__(self) -> str:
        return f"{self.bytes_before} → {self.bytes_after} bytes"
