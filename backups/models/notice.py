"""E-mails about backups."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.work.item import HeldItem

from .backup import Backup
from .check import Check


class Notice(HeldItem):
    """An e-mail to the operators: of what, to whom, and when it is tried next. Held between the tries."""

    class Event(models.TextChoices):
        COMPLETED = "completed", "Backup completed"
        FAILED = "failed", "Backup failed"
        DAMAGED = "damaged", "Backup damaged"
        DRILL_FAILED = "drill_failed", "Restore drill failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=12, choices=Event)
    backup = models.ForeignKey(Backup, on_delete=models.CASCADE, null=True, related_name="notices")
    found_by = models.ForeignKey(Check, on_delete=models.CASCADE, null=True, related_name="+")
    recipients = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When it is tried next, while it is held.")
    has_begun_sending = models.BooleanField(
        default=False, help_text="One whose sending was cut short may have arrived, and is not sent again by itself."
    )
    last_error = models.CharField(max_length=500, blank=True, help_text="Of the last try.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            *HeldItem.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status="held", due_at__isnull=False) | (~Q(status="held") & Q(due_at=None)),
                name="notice_due_if_and_only_if_held",
            ),
        )
        indexes = (
            *HeldItem.Meta.indexes,
            models.Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="notice_due"),
            models.Index(fields=("-created_at", "-id"), name="notice_newest"),
        )

    def __str__(self) -> str:
        return self.get_event_display()
