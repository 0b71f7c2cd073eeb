"""How depth scans and their imports look in JSON."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.schema import ErrorSerializer
from core.work.pace import pace_of
from frames.formats.findings import Code
from frames.models import DepthImport, DepthScan, ImportFinding
from poses.api.serializers import DetectionErrorSerializer

STRICT, LENIENT = "strict", "lenient"
MODES = ((STRICT, "Any finding refuses the file"), (LENIENT, "Good rows are kept, the others are listed"))


class NewImportSerializer(serializers.Serializer[Any]):
    """A CSV, and what to do where something is wrong with it."""

    file = serializers.FileField(
        allow_empty_file=True,
        help_text="A CSV in UTF-8 with a header: a depth, then 2 to 4,096 grey values from 0 to 255 a row.",
    )
    mode = serializers.ChoiceField(choices=MODES, default=STRICT)


class NewScanSerializer(NewImportSerializer):
    """A scan and its first CSV."""

    name = serializers.CharField(required=False, allow_blank=True, help_text="The file's, without one.")
    unit = serializers.CharField(default="m", help_text="Of the depths.")


class ChangedScanSerializer(serializers.Serializer[Any]):
    """What its owner may change."""

    name = serializers.CharField(required=False)
    unit = serializers.CharField(required=False)


class DepthImportSerializer(serializers.ModelSerializer[DepthImport]):
    """How an import goes on, and what came of it."""

    file_name = serializers.CharField(source="original_name")
    mode = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    progress_done = serializers.IntegerField(help_text="Of the step: bytes while it reads, rows while it stores.")
    percent = serializers.IntegerField(allow_null=True, help_text="Of the step; null where its sum is not known.")
    seconds_left = serializers.SerializerMethodField(help_text="Of the step; null where nobody can say.")
    finding_count = serializers.IntegerField()
    finding_counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="Rows by what was found, also those that are not listed."
    )
    findings = serializers.SerializerMethodField(help_text="Where they are listed.")

    class Meta:
        model = DepthImport
        fields = read_only_fields = (
            *("id", "scan", "file_name", "size_bytes", "mode", "status", "error", "step", "progress_done"),
            *("progress_total", "percent", "seconds_left", "row_count", "replaced_count", "is_upward"),
            *("finding_count", "finding_counts", "findings", "created_at", "started_at", "finished_at"),
        )

    @extend_schema_field(serializers.ChoiceField(choices=MODES))
    def get_mode(self, item: DepthImport) -> str:
        """As it was asked for."""
        return STRICT if item.is_strict else LENIENT

    @extend_schema_field(DetectionErrorSerializer(allow_null=True))
    def get_error(self, item: DepthImport) -> dict[str, str] | None:
        """Why it failed."""
        return {"code": item.error_code, "message": item.error_message} if item.error_code else None

    def get_seconds_left(self, item: DepthImport) -> float | None:
        """A guess by what the step has done."""
        return pace_of(item, now=timezone.now()).seconds_left

    def get_findings(self, item: DepthImport) -> str:
        """The URL."""
        return reverse("depth-import-findings", args=[item.pk])


class DepthScanSerializer(serializers.ModelSerializer[DepthScan]):
    """A scan, with its newest import in `newest_import`."""

    class Meta:
        model = DepthScan
        fields = read_only_fields = (
            *("id", "name", "unit", "row_count", "depth_min", "depth_max", "step", "width", "thin_width"),
            *("edition", "created_at", "imported_at"),
        )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With `import`, which cannot be declared: to Python it is a keyword."""
        newest = DepthImportSerializer(
            source="newest_import", read_only=True, allow_null=True, help_text="The newest one."
        )
        return {**super().get_fields(), "import": newest}


class FindingSerializer(serializers.ModelSerializer[ImportFinding]):
    """What is wrong with a row."""

    row = serializers.IntegerField(help_text="The line in the file; the header is 1.")
    column = serializers.CharField(help_text="As the header names it; empty where it is about the whole row.")
    is_kept = serializers.SerializerMethodField(help_text="Whether a lenient import takes the row all the same.")

    class Meta:
        model = ImportFinding
        fields = read_only_fields = ("row", "column", "code", "message", "is_kept")

    def get_is_kept(self, finding: ImportFinding) -> bool:
        """By its kind."""
        return Code(finding.code).is_kept


class ListedFindingSerializer(serializers.Serializer[Any]):
    """One of those that refused a file."""

    code = serializers.ChoiceField(choices=[code.value for code in Code])
    row = serializers.IntegerField()
    message = serializers.CharField()
    column = serializers.CharField()


class CsvRefusedSerializer(ErrorSerializer):
    """A 400 of an upload."""

    findings = ListedFindingSerializer(many=True, required=False, help_text="The first hundred.")
    finding_counts = serializers.DictField(child=serializers.IntegerField(), required=False)
