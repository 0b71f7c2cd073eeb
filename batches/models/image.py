"""One distinct URL of a batch."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core.work.item import HeldItem

from .querysets import BatchImageManager

if TYPE_CHECKING:
    from accounts.models import User


class BatchImage(HeldItem):
    """The work on it is fetching, compressing, storing and finding people, once however many rows name the URL.

    Held until a shift takes it, which goes by turns between the batches.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey("batches.Batch", on_delete=models.CASCADE, related_name="images")
    number = models.PositiveIntegerField(help_text="In the order in which the CSV first names the URLs.")
    url = models.CharField("URL", max_length=4096)
    host = models.CharField(max_length=300, blank=True, help_text="Name and port; empty where the URL names none.")
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, help_text="Of the bytes that were fetched.")
    photo = models.ForeignKey("poses.Photo", on_delete=models.SET_NULL, null=True, related_name="+")
    output = models.ForeignKey("batches.Output", on_delete=models.SET_NULL, null=True, related_name="images")
    has_made_photo = models.BooleanField(default=False, help_text="The photo was not there before.")
    people_found = models.PositiveSmallIntegerField(null=True)
    bytes_before = models.PositiveIntegerField(null=True)
    bytes_after = models.PositiveIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True, help_text="From the fetch's begin to the result.")
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = BatchImageManager()

    class Meta:
        ordering = ("batch", "number")
        constraints = (
            *HeldItem.Meta.constraints,
            models.UniqueConstraint(fields=("batch", "number"), name="batchimage_once_a_number"),
        )
        indexes = (
            *HeldItem.Meta.indexes,
            models.Index(fields=("batch", "number"), condition=Q(status="held"), name="batchimage_held"),
            models.Index(fields=("batch", "status"), name="batchimage_of_status"),
            models.Index(fields=("batch", "finished_at"), name="batchimage_last_finished"),
        )

    def __str__(self) -> str:
        return self.url

    @property
    def owner(self) -> "User":
        """Whose batch it is of."""
        return self.batch.owner
