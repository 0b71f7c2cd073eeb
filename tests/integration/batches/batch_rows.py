"""Rows for tests that look at batches and need nothing done."""

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, BatchImage, BatchRow, Delivery, DeliveryTry, Output, RowImage
from poses.models.photo import photo_storage
from tests.conftest import jpeg

_BODY = {"type": "batch.completed", "timestamp": "2026-01-31T12:00:00Z", "data": {}}
_COMPLETED = {"status": "completed", "lease_until": None}


def finished_batch(owner: User, number: int = 0) -> Batch:
    """A finished batch of a row with an image; its output, its results, and a webhook that was delivered."""
    now = timezone.now()
    batch = Batch.objects.create(
        owner=owner,
        name=f"batch {number}.csv",
        base_url="http://testserver",
        stage="finished",
        header=["No", "Name", "Images"],
        serial_column=0,
        product_column=1,
        urls_column=2,
        row_count=1,
        image_count=1,
        started_at=now,
        finished_at=now,
        results=_stored(f"batches/{number}.csv", b"No,Name,Images\r\n"),
        results_bytes=16,
        **_COMPLETED,
    )
    url = f"https://images.example/{number}.jpg"
    row = BatchRow.objects.create(
        batch=batch, number=1, line=2, serial="1", product="Shoe", cells=["1", "Shoe", url], state="done"
    )
    content = jpeg()
    output = Output.objects.create(
        owner=owner,
        source_sha256=f"{number:064}",
        sha256=f"{number:064}",
        settings_key="keep-q50",
        file=_stored(f"batches/{number}.jpg", content),
        content_type="image/jpeg",
        width=64,
        height=48,
        bytes_before=2 * len(content),
        bytes_after=len(content),
        is_original_kept=False,
        quality=50,
    )
    image = BatchImage.objects.create(
        batch=batch,
        number=1,
        url=url,
        host="images.example:443",
        output=output,
        finished_at=now,
        bytes_before=2 * len(content),
        bytes_after=len(content),
        milliseconds=20,
        **_COMPLETED,
    )
    RowImage.objects.create(row=row, image=image, position=0)
    delivery = Delivery.objects.create(
        owner=owner,
        batch=batch,
        channel="webhook",
        event="batch.completed",
        delivered_at=now,
        target=f"https://hooks.example/{number}",
        body=_BODY,
        tries=1,
        **_COMPLETED,
    )
    DeliveryTry.objects.create(delivery=delivery, milliseconds=20, http_status=200)
    return batch


def _stored(name: str, content: bytes) -> str:
    return photo_storage().save(name, ContentFile(content))
