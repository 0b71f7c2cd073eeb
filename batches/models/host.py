"""How the hosts that images come from are treated."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Host(models.Model):
    """A host's failures in a row; after some it is left alone for a while."""

    name = models.CharField(primary_key=True, max_length=300, help_text="Name and port.")
    failures = models.PositiveIntegerField(default=0)
    closed_until = models.DateTimeField(null=True, blank=True, help_text="Nothing is asked of it before then.")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("changed_at",), name="host_age"),)

    def __str__(self) -> str:
        return self.name


class Slot(models.Model):
    """One of a bounded number of things that may go on at a time, such as fetches from one host.

    Taken by a conditional UPDATE for as long as a lease; one whose holder was killed is free again after that.
    """

    pool = models.CharField(max_length=310)
    number = models.PositiveSmallIntegerField()
    holder = models.UUIDField(default=uuid.uuid4)
    until = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("pool", "number"), name="slot_once_a_number"),
            models.CheckConstraint(condition=~Q(pool=""), name="slot_of_a_pool"),
        )
        indexes = (models.Index(fields=("until",), name="slot_age"),)

    def __str__(self) -> str:
        return f"{self.pool} {self.number}"
