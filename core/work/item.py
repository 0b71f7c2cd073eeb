"""A row that is worked on in the background."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

# A row whose work ended three workers, or that lapsed three times, is not tried again.
MAX_ATTEMPTS = 3
LONGEST_MESSAGE = 500
# How long a sent message is trusted before the row is sent again.
MESSAGE_LEASE = timedelta(seconds=30)


def message_lapses_at() -> datetime:
    """When a row that is queued now is sent again, unless it was worked on."""
    return timezone.now() + MESSAGE_LEASE


class WorkItem(models.Model):
    """What a kind of work needs of its rows. Written by `claims` alone.

    While a row is unfinished somebody answers for it until `lease_until`: its message while it is pending, its worker
    while it is running. Then the sweep takes it up.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"

    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.CharField(max_length=LONGEST_MESSAGE, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True, editable=False, help_text="The token of who works on it now.")
    lease_until = models.DateTimeField(null=True, blank=True, editable=False, default=message_lapses_at)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    request_id = models.CharField(max_length=64, blank=True, editable=False, help_text="Of the request that asked.")

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=(Q(status="failed") & ~Q(error_code="")) | (~Q(status="failed") & Q(error_code="")),
                name="%(class)s_failed_if_and_only_if_error",
            ),
            models.CheckConstraint(
                condition=Q(status="running", claim__isnull=False) | (~Q(status="running") & Q(claim=None)),
                name="%(class)s_running_if_and_only_if_claimed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("pending", "running"), lease_until__isnull=False)
                | Q(status__in=("completed", "failed"), lease_until=None),
                name="%(class)s_leased_until_finished",
            ),
        )
        indexes = (
            # Only unfinished and failed rows are in them, so they stay small however many rows there are.
            models.Index(fields=("lease_until",), condition=Q(lease_until__isnull=False), name="%(class)s_unfinished"),
            models.Index(fields=("queued_at",), condition=Q(status="failed"), name="%(class)s_failed"),
        )

    @property
    def is_unfinished(self) -> bool:
        """Whether it waits or is being worked on."""
        return self.status in (self.Status.PENDING, self.Status.RUNNING)


class HeldItem(WorkItem):
    """A row that is not sent to the workers before something else lets it go; the sweep leaves it alone until then."""

    class Status(models.TextChoices):
        HELD = "held", "Held"
        PENDING = "pending", "Pending"
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"

    status = models.CharField(max_length=10, choices=Status, default=Status.HELD)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = (
            *WorkItem.Meta.constraints[:2],
            models.CheckConstraint(
                condition=Q(status__in=("pending", "running"), lease_until__isnull=False)
                | Q(status__in=("held", "completed", "failed"), lease_until=None),
                name="%(class)s_leased_while_let_go",
            ),
        )
        indexes = WorkItem.Meta.indexes
