"""Deliveries with what became of their latest try."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from batches.models import Delivery, DeliveryTry

# A delivery is tried seven times by itself, and by hand as often as its owner likes.
TRIES_SHOWN = 50


def with_last_try(deliveries: "QuerySet[Delivery]") -> "QuerySet[Delivery]":
    """Each with `last_tried_at`, `last_error_code` and `last_error_message` (None: not tried yet), and `batch_name`."""
    latest = DeliveryTry.objects.filter(delivery=OuterRef("pk")).order_by("-at", "-id")
    columns: dict[str, Any] = {
        "last_tried_at": Subquery(latest.values("at")[:1]),
        "last_error_code": Subquery(latest.values("error_code")[:1]),
        "last_error_message": Subquery(latest.values("error_message")[:1]),
        "batch_name": F("batch__name"),
    }
    return deliveries.annotate(**columns)


def log_of(delivery: Delivery) -> list[DeliveryTry]:
    """Its latest tries, the newest first."""
    return list(delivery.log.all()[:TRIES_SHOWN])
