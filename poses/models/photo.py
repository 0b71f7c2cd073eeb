"""A photo and where it stands."""

import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from core.storage.base import PhotoStorage
from core.work.item import WorkItem

from .querysets import PhotoQuerySet

if TYPE_CHECKING:
    from .pose import Pose


def photo_storage() -> PhotoStorage:
    """The storage that photos live in, by setting."""
    return cast(PhotoStorage, storages["photos"])


class Photo(WorkItem):
    """An uploaded photo. The file is kept as it came; size in pixels is that of the upright photo.

    The work on it is finding people; status and error are those of its latest detection.
    """

    class Source(models.TextChoices):
        WEB = "web", "Browser"
        API = "api", "API"
        ADMIN = "admin", "Admin"
        BUCKET = "bucket", "Bucket"
        BATCH = "batch", "Batch"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="photos")
    file = models.FileField(storage=photo_storage, max_length=200)
    thumbnail = models.FileField(storage=photo_storage, max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    size_bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField(help_text="Pixels, after orientation.")
    height = models.PositiveIntegerField(help_text="Pixels, after orientation.")
    content_type = models.CharField(max_length=40)
    is_displayable = models.BooleanField(default=True, help_text="Browsers show the file itself, upright.")
    original_name = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=10, choices=Source)
    notice = models.CharField(
        max_length=40, blank=True, help_text="What the gate did to the file, such as first_frame_only."
    )

    # What was asked for; a detection that ran keeps its own copy.
    model_name = models.CharField(max_length=100)
    people_wanted = models.PositiveSmallIntegerField()
    min_confidence = models.FloatField()

    people_found = models.PositiveSmallIntegerField(default=0)
    detection = models.ForeignKey(
        "poses.Detection", on_delete=models.SET_NULL, null=True, related_name="+", help_text="The latest that ran."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        permissions = (("retry_photo", "Can see and retry everyone's detections"),)
        constraints = (
            *WorkItem.Meta.constraints,
            models.UniqueConstraint(fields=("owner", "sha256"), name="photo_once_an_owner"),
            models.CheckConstraint(condition=Q(width__gte=1, height__gte=1), name="photo_has_pixels"),
            models.CheckConstraint(
                condition=Q(min_confidence__gte=0, min_confidence__lte=1), name="photo_confidence_share"
            ),
        )
        indexes = (
            *WorkItem.Meta.indexes,
            models.Index(fields=("owner", "-created_at", "-id"), name="photo_newest_of_owner"),
            models.Index(fields=("-created_at", "-id"), name="photo_newest"),
        )

    def __str__(self) -> str:
        return self.original_name or str(self.id)

    def get_absolute_url(self) -> str:
        """The viewer's page."""
        return reverse("poses:photo", args=[self.id])

    @cached_property
    def people(self) -> "list[Pose]":
        """The poses with all that is shown of them; no query where `with_poses` or a service has them at hand."""
        from .pose import Pose

        is_prefetched = "poses" in getattr(self, "_prefetched_objects_cache", {})
        poses = self.poses.all() if is_prefetched else Pose.objects.with_current().filter(photo=self)
        return list(poses)

    @property
    def title(self) -> str:
        """The file's name as it was given, or a plain word."""
        return PurePath(self.original_name).name or "Photo"
