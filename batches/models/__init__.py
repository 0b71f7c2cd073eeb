"""Batches: their rows, images, outputs; who is told of them; which hosts are asked."""

from .batch import Batch
from .delivery import Delivery, DeliveryTry
from .host import Host, Slot
from .image import BatchImage
from .output import Output
from .row import BatchRow, RowImage
from .webhook_secret import WebhookSecret

__all__ = [
    "Batch",
    "BatchImage",
    "BatchRow",
    "Delivery",
    "DeliveryTry",
    "Host",
    "Output",
    "RowImage",
    "Slot",
    "WebhookSecret",
]
