"""What happened to photos and poses."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .querysets import LogQuerySet


class LogEntry(models.Model):
    """One thing that was done, kept when the photo is gone: the reference then leads nowhere."""

    class Action(models.TextChoices):
        UPLOAD = "upload", "Upload"
        DETECT = "detect", "Detect"
        EDIT = "edit", "Edit"
        REVIEW = "review", "Review"
        DELETE = "delete", "Delete"

    class Status(models.TextChoices):
        SUCCESS = "success", "Success"
        FAILURE = "failure", "Failure"

    photo = models.ForeignKey(
        "poses.Photo", on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="log"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", help_text="Whose photo it is or was."
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who did it.",
    )
    action = models.CharField(max_length=10, choices=Action)
    status = models.CharField(max_length=10, choices=Status)
    message = models.CharField(max_length=500, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LogQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "log entries"
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("owner", "-created_at", "-id"), name="log_newest_of_owner"),
            models.Index(fields=("-created_at", "-id"), name="log_newest"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.get_status_display()}"
