"""Who has taken a backup away."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from .backup import Backup


class Download(models.Model):
    """A request for a backup's file, or for a part of it."""

    class Way(models.TextChoices):
        PAGE = "page", "Page"
        API = "api", "API"
        LINK = "link", "Link in an e-mail"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    backup = models.ForeignKey(Backup, on_delete=models.CASCADE, related_name="downloads")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    email = models.EmailField(help_text="As it was then: the log outlives the account.")
    way = models.CharField(max_length=4, choices=Way)
    address = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    first_byte = models.PositiveBigIntegerField(default=0)
    last_byte = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("-at", "-id"), name="download_newest"),
            models.Index(fields=("backup", "-at", "-id"), name="download_newest_of_backup"),
        )

    def __str__(self) -> str:
        return f"{self.email}, {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_whole(self) -> bool:
        """Whether all of the file was asked for."""
        return self.first_byte == 0 and self.last_byte + 1 == self.backup.size_bytes
