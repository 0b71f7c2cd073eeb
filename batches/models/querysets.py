"""Reads that chain. Who may see what is written here and nowhere else."""

from typing import TYPE_CHECKING, Self, TypeAlias

from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    # These stand in quotes below.
    from .batch import Batch  # noqa: F401
    from .delivery import Delivery  # noqa: F401
    from .image import BatchImage  # noqa: F401
    from .output import Output  # noqa: F401

Viewer: TypeAlias = "User | AnonymousUser"


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches."""

    def visible_to(self, user: Viewer) -> Self:
        """The user's own, and nobody else's: whose URLs they are is nobody's business."""
        return self.filter(owner_id=user.pk)


class BatchImageQuerySet(models.QuerySet["BatchImage"]):
    """Images of batches."""

    def visible_to(self, user: Viewer) -> Self:
        """Those of the user's own batches."""
        return self.filter(batch__owner_id=user.pk)


class BatchImageManager(models.Manager["BatchImage"]):
    """Rows come with what the work and the queue's page need of the batch."""

    def get_queryset(self) -> BatchImageQuerySet:
        """With batch and owner, in the same read."""
        return BatchImageQuerySet(self.model, using=self._db).select_related("batch__owner")


class OutputQuerySet(models.QuerySet["Output"]):
    """Outputs."""

    def visible_to(self, user: Viewer) -> Self:
        """The user's own."""
        return self.filter(owner_id=user.pk)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries."""

    def visible_to(self, user: Viewer) -> Self:
        """Those that tell of the user's own batches."""
        return self.filter(owner_id=user.pk)
