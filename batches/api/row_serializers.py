"""How the rows and images of a batch look in JSON."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from batches.models import Batch, BatchImage, BatchRow
from batches.selectors import standing
from batches.selectors.output_rows import output_path
from poses.api.serializers import DetectionErrorSerializer

_LARGEST_NUMBER = 2_147_483_647
_MOST_ROWS = 100


class BatchImageSerializer(serializers.Serializer[BatchImage]):
    """An image of a row."""

    url = serializers.CharField()
    status = serializers.ChoiceField(choices=standing.ImageStanding.choices)
    error = DetectionErrorSerializer(allow_null=True)
    output = serializers.CharField(allow_null=True, help_text="The URL of what came out, as in the output CSV.")
    thumbnail = serializers.CharField(allow_null=True)
    photo = serializers.UUIDField(allow_null=True)
    people_found = serializers.IntegerField(allow_null=True)
    bytes_before = serializers.IntegerField(allow_null=True)
    bytes_after = serializers.IntegerField(allow_null=True)
    ssim = serializers.FloatField(allow_null=True, help_text="0 to 1, where it was asked for.")
    is_original_kept = serializers.BooleanField(allow_null=True, help_text="Compressed it would have been larger.")


class SampleSerializer(BatchImageSerializer):
    """An image that was tried with the check."""

    row = serializers.IntegerField(help_text="The row's number.")


class BatchRowSerializer(serializers.Serializer[BatchRow]):
    """A row of the CSV, with its images in the order in which it names them."""

    number = serializers.IntegerField(help_text="Counts rows of data from 1.")
    line = serializers.IntegerField(help_text="In the file; the header is 1.")
    serial = serializers.CharField()
    product = serializers.CharField()
    state = serializers.ChoiceField(choices=BatchRow.State.choices)
    error_code = serializers.CharField(help_text="Of the first image that failed; else empty.")
    images = BatchImageSerializer(many=True)

    def to_representation(self, instance: BatchRow) -> dict[str, Any]:
        """By hand; the row comes with its places."""
        base_url, batch = self.context["base_url"], self.context["batch"]
        return {
            "number": instance.number,
            "line": instance.line,
            "serial": instance.serial,
            "product": instance.product,
            "state": instance.state,
            "error_code": instance.error_code,
            "images": [_image(batch, place.image, base_url) for place in instance.places.all()],
        }


class BatchRowPageSerializer(serializers.Serializer[Any]):
    """Some rows."""

    next = serializers.CharField(allow_null=True, help_text="The URL of the next page.")
    results = BatchRowSerializer(many=True)


class RowsAskedSerializer(serializers.Serializer[Any]):
    """Which rows; in the address."""

    state = serializers.ChoiceField(choices=BatchRow.State.choices, required=False)
    after = serializers.IntegerField(
        default=0, min_value=0, max_value=_LARGEST_NUMBER, help_text="Rows with larger numbers than this."
    )
    limit = serializers.IntegerField(default=20, min_value=1, max_value=_MOST_ROWS)


def error_of(item: Batch | BatchImage) -> dict[str, str] | None:
    """Why it failed; None where it has not."""
    return {"code": item.error_code, "message": item.error_message} if item.error_code else None


def sample(batch: Batch, row: BatchRow, image: BatchImage, base_url: str) -> dict[str, Any]:
    """An image that was tried, as SampleSerializer describes it."""
    return {"row": row.number, **_image(batch, image, base_url)}


def _image(batch: Batch, image: BatchImage, base_url: str) -> dict[str, Any]:
    output = image.output
    path, thumbnail = output_path(batch, image), _thumbnail_path(image)
    return {
        "url": image.url,
        "status": standing.image_standing_of(image),
        "error": error_of(image),
        "output": base_url + path if path else None,
        "thumbnail": base_url + thumbnail if thumbnail else None,
        "photo": image.photo_id,
        "people_found": image.people_found,
        "bytes_before": image.bytes_before,
        "bytes_after": image.bytes_after,
        "ssim": output.ssim if output is not None else None,
        "is_original_kept": output.is_original_kept if output is not None else None,
    }


def _thumbnail_path(image: BatchImage) -> str:
    """The photo's where there is one: an output beside it has none of its own."""
    if image.photo_id is not None:
        return reverse("photo-thumbnail", args=[image.photo_id])
    return reverse("batch-output-thumbnail", args=[image.output_id]) if image.output_id is not None else ""
