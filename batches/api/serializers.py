"""How batches look in JSON."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from batches.imaging.settings import CompressionSettings, OutputFormat
from batches.models import Batch
from batches.selectors import progress, standing
from batches.selectors.pages import sample_rows
from batches.services.options import BatchOptions
from core.api.schema import ErrorSerializer
from poses.api.serializers import DetectionErrorSerializer, DetectionOptionsSerializer

from .row_serializers import SampleSerializer, error_of, sample

_QUALITY = (1, 100)
_TARGET_PERCENT = (1, 99)
_LONGEST_SIDE = (16, 16_384)
_MAX_URL = 2048
_FORMATS = tuple(item.value for item in OutputFormat)


class NewBatchSerializer(DetectionOptionsSerializer):
    """A CSV, and what to do with its images."""

    file = serializers.FileField(
        allow_empty_file=True,
        help_text="A CSV in UTF-8 with a header and the columns serial number, product name and image URLs.",
    )
    compress = serializers.BooleanField(default=True)
    format = serializers.ChoiceField(choices=_FORMATS, default=OutputFormat.KEEP.value)
    quality = serializers.IntegerField(
        required=False, min_value=_QUALITY[0], max_value=_QUALITY[1], help_text="50 where there is no target either."
    )
    target_percent = serializers.IntegerField(
        required=False,
        min_value=_TARGET_PERCENT[0],
        max_value=_TARGET_PERCENT[1],
        help_text="Of the original's bytes, in the place of a quality.",
    )
    longest_side = serializers.IntegerField(
        required=False, min_value=_LONGEST_SIDE[0], max_value=_LONGEST_SIDE[1], help_text="Pixels; larger ones shrink."
    )
    ssim = serializers.BooleanField(default=False, help_text="Measure how alike original and result are.")
    find_people = serializers.BooleanField(default=True)
    email = serializers.EmailField(required=False, help_text="Is sent the output CSV at the end.")
    webhook_url = serializers.CharField(required=False, max_length=_MAX_URL, help_text="Is called at the end.")
    dry_run = serializers.BooleanField(
        default=False, help_text="true: only check the CSV and try three rows; `start/` begins the work."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What does not go together."""
        if attrs.get("quality") is not None and attrs.get("target_percent") is not None:
            raise serializers.ValidationError({"target_percent": "Give a quality or a target size, not both."})
        if not attrs["compress"] and not attrs["find_people"]:
            raise serializers.ValidationError({"find_people": "Have images compressed, people found, or both."})
        return attrs

    def batch_options(self, *, base_url: str) -> BatchOptions:
        """The validated options; `base_url` is the site's own."""
        given = self.validated_data
        compression = CompressionSettings(
            format=OutputFormat(given["format"]),
            quality=given.get("quality"),
            target_percent=given.get("target_percent"),
            longest_side=given.get("longest_side"),
        )
        return BatchOptions(
            compression=compression if given["compress"] else None,
            detection=self.options if given["find_people"] else None,
            base_url=base_url,
            measures_ssim=given["ssim"],
            email=given.get("email", ""),
            webhook_url=given.get("webhook_url", ""),
        )


class ProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with a CSV; `row` is the line of the file, `column` the header's name of the column."""

    code = serializers.CharField()
    message = serializers.CharField()
    row = serializers.IntegerField(allow_null=True)
    column = serializers.CharField(allow_null=True)


class CsvErrorSerializer(ErrorSerializer):
    """A 400 of an upload."""

    problems = ProblemSerializer(many=True, required=False, help_text="All that is wrong with the CSV, at most 100.")
    more_problems = serializers.IntegerField(required=False, help_text="How many there are besides.")


class BatchOptionsSerializer(serializers.Serializer[Any]):
    """What was asked for; null where it does not apply."""

    compress = serializers.BooleanField()
    format = serializers.ChoiceField(choices=_FORMATS, allow_null=True)
    quality = serializers.IntegerField(allow_null=True)
    target_percent = serializers.IntegerField(allow_null=True)
    longest_side = serializers.IntegerField(allow_null=True)
    ssim = serializers.BooleanField()
    find_people = serializers.BooleanField()
    model = serializers.CharField(allow_null=True)
    people = serializers.IntegerField(allow_null=True)
    min_confidence = serializers.FloatField(allow_null=True)
    email = serializers.CharField()
    webhook_url = serializers.CharField()


class BatchLinksSerializer(serializers.Serializer[Any]):
    """Where to read on."""

    rows = serializers.CharField()
    output_csv = serializers.CharField(allow_null=True, help_text="null until the results are written.")
    failed_csv = serializers.CharField()
    images_zip = serializers.CharField()


class BatchSummarySerializer(serializers.Serializer[Batch]):
    """A batch in a list. The context has the `base_url` of the site as the caller reached it."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The CSV's file name.")
    status = serializers.ChoiceField(choices=standing.Standing.choices)
    stage = serializers.ChoiceField(choices=Batch.Stage.choices, help_text="What its owner has decided.")
    run = serializers.IntegerField(help_text="Counts up with each retry of what had failed.")
    error = DetectionErrorSerializer(allow_null=True)
    row_count = serializers.IntegerField()
    image_count = serializers.IntegerField(help_text="Distinct URLs.")
    options = BatchOptionsSerializer()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    links = BatchLinksSerializer()

    def to_representation(self, instance: Batch) -> dict[str, Any]:
        """By hand, as photos are."""
        return {
            "id": instance.id,
            "name": instance.name,
            "status": standing.standing_of(instance),
            "stage": instance.stage,
            "run": instance.run,
            "error": error_of(instance),
            "row_count": instance.row_count,
            "image_count": instance.image_count,
            "options": _options(instance),
            "created_at": instance.created_at,
            "started_at": instance.started_at,
            "finished_at": instance.finished_at,
            "links": _links(instance, self.context["base_url"]),
        }


class ImageCountsSerializer(serializers.Serializer[Any]):
    """Distinct URLs by where they stand."""

    queued = serializers.IntegerField()
    fetching = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()


class RowCountsSerializer(serializers.Serializer[Any]):
    """Rows by their state."""

    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    partial = serializers.IntegerField()  # type: ignore[assignment]  # the name is the API's, and DRF's own attribute
    failed = serializers.IntegerField()


class BatchProgressSerializer(serializers.Serializer[Any]):
    """How far it has come."""

    images = ImageCountsSerializer()
    rows = RowCountsSerializer()
    share = serializers.FloatField(help_text="Of the images that are done or failed, 0 to 1.")
    images_per_second = serializers.FloatField(help_text="Lately; 0 while nothing runs.")
    seconds_left = serializers.FloatField(allow_null=True, help_text="null where nobody can say.")
    bytes_before = serializers.IntegerField(help_text="Of the images that are done.")
    bytes_after = serializers.IntegerField()


class EstimateSerializer(serializers.Serializer[Any]):
    """What trying the first, the middle and the last row of a draft has shown."""

    samples = SampleSerializer(many=True)
    estimated_seconds = serializers.FloatField(allow_null=True, help_text="For all images; null while none is done.")


class BatchSerializer(BatchSummarySerializer):
    """A batch with its progress."""

    progress = BatchProgressSerializer()
    warnings = ProblemSerializer(many=True, help_text="What the check found that stops nothing, at most 100.")
    more_warnings = serializers.IntegerField(help_text="How many there are besides.")
    check = EstimateSerializer(allow_null=True, help_text="Of a draft; null once it is started.")

    def to_representation(self, instance: Batch) -> dict[str, Any]:
        """The summary and what takes reads of its own."""
        return {
            **super().to_representation(instance),
            "progress": _progress(instance),
            "warnings": instance.warnings,
            "more_warnings": instance.more_warnings,
            "check": _check(instance, self.context["base_url"]) if instance.is_draft else None,
        }


def _options(batch: Batch) -> dict[str, Any]:
    compresses, finds_people = batch.compresses, batch.finds_people
    has_quality = compresses and batch.target_percent is None
    return {
        "compress": compresses,
        "format": batch.output_format if compresses else None,
        "quality": batch.compression.used_quality if has_quality else None,
        "target_percent": batch.target_percent,
        "longest_side": batch.longest_side,
        "ssim": batch.measures_ssim,
        "find_people": finds_people,
        "model": batch.model_name if finds_people else None,
        "people": batch.people_wanted if finds_people else None,
        "min_confidence": batch.min_confidence if finds_people else None,
        "email": batch.email,
        "webhook_url": batch.webhook_url,
    }


def _links(batch: Batch, base_url: str) -> Mapping[str, str | None]:
    def link(name: str) -> str:
        return base_url + reverse(name, args=[batch.pk])

    has_results = batch.status == Batch.Status.COMPLETED
    return {
        "rows": link("batch-rows"),
        "output_csv": link("batch-output-csv") if has_results else None,
        "failed_csv": link("batch-failed-csv"),
        "images_zip": link("batch-images-zip"),
    }


def _progress(batch: Batch) -> dict[str, Any]:
    now = progress.progress_of(batch, now=timezone.now())
    return {
        "images": {"queued": now.queued, "fetching": now.fetching, "done": now.done, "failed": now.failed},
        "rows": {
            "waiting": now.rows_waiting,
            "done": now.rows_done,
            "partial": now.rows_partial,
            "failed": now.rows_failed,
        },
        "share": now.share,
        "images_per_second": now.per_second,
        "seconds_left": now.seconds_left,
        "bytes_before": now.bytes_before,
        "bytes_after": now.bytes_after,
    }


def _check(batch: Batch, base_url: str) -> dict[str, Any]:
    return {
        "samples": [sample(batch, sampled.row, sampled.images[0], base_url) for sampled in sample_rows(batch)],
        "estimated_seconds": progress.seconds_by_samples(batch, shifts=settings.BATCH_SHIFTS),
    }
