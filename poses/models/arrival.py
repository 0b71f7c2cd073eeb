"""An upload that a client put straight into the bucket."""

from django.conf import settings
from django.db import models

from core.work.item import WorkItem


class Arrival(WorkItem):
    """An object in the bucket that the bucket itself has told of; the work on it is making a photo of it.

    The row outlives the object, so that an event which is sent twice is known.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    bucket = models.CharField(max_length=255)
    key = models.CharField(max_length=1024)
    etag = models.CharField("eTag", max_length=200)
    sequencer = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(help_text="As the bucket says when it is asked.")
    photo = models.ForeignKey("poses.Photo", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("-queued_at", "-id")
        constraints = (
            *WorkItem.Meta.constraints,
            # The key first: rows are looked up by it too.
            models.UniqueConstraint(fields=("key", "bucket", "etag", "sequencer"), name="arrival_once_an_event"),
        )
        indexes = (
            *WorkItem.Meta.indexes,
            models.Index(fields=("-queued_at", "-id"), name="arrival_newest"),
        )

    def __str__(self) -> str:
        return self.key
