"""A file that waits for its removal."""

from django.db import models
from django.utils import timezone

from core.work.item import HeldItem


class Removal(HeldItem):
    """A file whose row was deleted while somebody, such as a backup, still needed the file.

    Held until nobody does; the work is removing the file.
    """

    name = models.CharField(max_length=200, unique=True, help_text="In the storage of photos.")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = HeldItem.Meta.constraints
        indexes = (
            *HeldItem.Meta.indexes,
            models.Index(fields=("status", "id"), name="removal_by_status"),
            models.Index(fields=("-asked_at", "-id"), name="removal_newest"),
        )

    def __str__(self) -> str:
        return self.name
