"""One backup: how it goes on, and what is known of its file."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.work.long_item import LongItem

from .querysets import BackupQuerySet


class Backup(LongItem):
    """A backup of the whole site; its file is `name` in BACKUP_DIR.

    A completed one that lacks a file which a row names, or has one that differs from its row, is partial.
    """

    class Kind(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled"
        MANUAL = "manual", "Manual"

    class Step(models.TextChoices):
        DATABASE = "database", "Database"
        FILES = "files", "Files"
        VERIFYING = "verifying", "Verifying"
        COPYING = "copying", "Second copy"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    wants_email = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    name = models.CharField(max_length=60, blank=True, help_text="Of the file in the folder of backups.")
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file, but for these last digits of it.")
    is_encrypted = models.BooleanField(default=False)
    is_partial = models.BooleanField(default=False)
    vendor = models.CharField("database", max_length=12, blank=True)
    database_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    row_count = models.PositiveBigIntegerField(null=True, blank=True)
    file_count = models.PositiveBigIntegerField(null=True, blank=True)
    file_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    problem_count = models.PositiveBigIntegerField(default=0, help_text="Files that are missing or damaged.")
    problems = models.JSONField(default=list, help_text="The first of them.")

    verified_at = models.DateTimeField(null=True, blank=True)
    verify_error = models.CharField(max_length=500, blank=True)
    drilled_at = models.DateTimeField(null=True, blank=True, help_text="When it was last restored as a drill.")
    drill_error = models.CharField(max_length=500, blank=True)
    copied_at = models.DateTimeField(null=True, blank=True, help_text="When it was copied to a second place.")
    copy_storage = models.CharField(max_length=40, blank=True)
    copy_error = models.CharField(max_length=500, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, help_text="When its file was removed.")

    # One backup at a time: see the constraint.
    turn = models.PositiveSmallIntegerField(default=1, editable=False)

    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        permissions = (("operate_backup", "Can see, run, download, verify and delete backups"),)
        constraints = (
            *LongItem.Meta.constraints,
            models.UniqueConstraint(
                fields=("turn",), condition=Q(status__in=("pending", "running")), name="backup_one_at_a_time"
            ),
            models.UniqueConstraint(fields=("name",), condition=~Q(name=""), name="backup_name_once"),
            models.CheckConstraint(
                condition=~Q(status="completed")
                | (~Q(name="") & Q(size_bytes__isnull=False, finished_at__isnull=False)),
                name="backup_completed_has_file",
            ),
            models.CheckConstraint(
                condition=Q(is_partial=False) | Q(problem_count__gt=0), name="backup_partial_has_problems"
            ),
        )
        indexes = (
            *LongItem.Meta.indexes,
            models.Index(fields=("-created_at", "-id"), name="backup_newest"),
            models.Index(
                fields=("-started_at",),
                condition=Q(status="completed", removed_at=None),
                name="backup_newest_there",
            ),
        )

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} backup"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("backups:backup", args=[self.pk])

    @property
    def is_there(self) -> bool:
        """Whether there is a file to restore, as far as is known."""
        return self.status == self.Status.COMPLETED and self.removed_at is None

    @property
    def is_good(self) -> bool:
        """Whether it is whole, verified, and there."""
        return self.is_there and not self.is_partial and self.verified_at is not None and not self.verify_error
