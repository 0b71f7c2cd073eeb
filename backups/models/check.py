"""Looking at a backup's file again."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.work.long_item import LongItem

from .backup import Backup
from .querysets import CheckQuerySet


class Check(LongItem):
    """A verification of a backup's every byte, or a drill that restores it beside the site; it fails where it must."""

    class Kind(models.TextChoices):
        VERIFICATION = "verification", "Verification"
        DRILL = "drill", "Restore drill"

    class Step(models.TextChoices):
        VERIFYING = "verifying", "Verifying"
        FILES = "files", "Restoring files"
        DATABASE = "database", "Restoring the database"
        COMPARING = "comparing", "Comparing"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    backup = models.ForeignKey(Backup, on_delete=models.CASCADE, related_name="checks")
    kind = models.CharField(max_length=12, choices=Kind)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    row_count = models.PositiveBigIntegerField(null=True, blank=True, help_text="Rows that were compared.")
    file_count = models.PositiveBigIntegerField(null=True, blank=True, help_text="Files that were compared.")

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            *LongItem.Meta.constraints,
            models.UniqueConstraint(
                fields=("backup", "kind"),
                condition=Q(status__in=("pending", "running")),
                name="check_one_at_a_time",
            ),
        )
        indexes = (
            *LongItem.Meta.indexes,
            models.Index(fields=("kind", "-finished_at"), condition=Q(status="completed"), name="check_last_passed"),
            models.Index(fields=("backup", "-created_at", "-id"), name="check_newest_of_backup"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.backup}"
