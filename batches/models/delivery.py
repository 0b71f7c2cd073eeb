"""Telling somebody that a batch has ended."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.work.item import HeldItem

from .querysets import DeliveryQuerySet


class Delivery(HeldItem):
    """A webhook or an e-mail: what it says, whom it goes to, and when it is tried next.

    Held between the tries. Its id is the same at every try, so that a receiver knows what it has seen.
    """

    class Channel(models.TextChoices):
        WEBHOOK = "webhook", "Webhook"
        EMAIL = "email", "E-mail"

    class Event(models.TextChoices):
        COMPLETED = "batch.completed", "Batch completed"
        PING = "ping", "Ping"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    batch = models.ForeignKey("batches.Batch", on_delete=models.CASCADE, null=True, related_name="deliveries")
    run = models.PositiveIntegerField(default=1, help_text="Of the batch.")
    channel = models.CharField(max_length=10, choices=Channel)
    event = models.CharField(max_length=20, choices=Event)
    target = models.CharField(max_length=2048, help_text="URL or e-mail address.")
    body = models.JSONField(help_text="What is told; the same at every try.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="Since it was last sent by hand.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="When it is tried next, while it is held.")
    has_begun_sending = models.BooleanField(
        default=False,
        help_text="An e-mail whose sending was cut short may have arrived, and is not sent again by itself.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    delivered_at = models.DateTimeField(null=True, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ("-created_at", "-id")
        constraints = (
            *HeldItem.Meta.constraints,
            models.UniqueConstraint(fields=("batch", "run", "channel"), name="delivery_once_a_run_and_channel"),
            models.CheckConstraint(
                condition=Q(status="held", due_at__isnull=False) | (~Q(status="held") & Q(due_at=None)),
                name="delivery_due_if_and_only_if_held",
            ),
        )
        indexes = (
            *HeldItem.Meta.indexes,
            models.Index(fields=("owner", "-created_at", "-id"), name="delivery_newest_of_owner"),
            models.Index(fields=("-created_at", "-id"), name="delivery_newest"),
            models.Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="delivery_due"),
        )

    def __str__(self) -> str:
        return f"{self.get_event_display()} to {self.target}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("webhooks:delivery", args=[self.pk])

    @property
    def is_at_rest(self) -> bool:
        """Whether it may be sent again: nobody sends it, and no message is on its way that will have it sent."""
        return not self.is_unfinished


class DeliveryTry(models.Model):
    """One try and what came of it; success has no error."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField(null=True)
    http_status = models.PositiveSmallIntegerField("HTTP status", null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "delivery tries"
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return self.error_code or "delivered"
