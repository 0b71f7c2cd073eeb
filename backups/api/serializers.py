"""How backups look in JSON."""

from typing import Any, TypeVar

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backups.models import Backup, Check, Download
from backups.selectors.states import BackupState, CheckState, check_state_of, state_of
from core.work.item import WorkItem
from core.work.pace import pace_of

W = TypeVar("W", Backup, Check)


class WorkErrorSerializer(serializers.Serializer[Any]):
    """Why something failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class ProblemFileSerializer(serializers.Serializer[Any]):
    """A file that a row names and that was not as it should be."""

    name = serializers.CharField(help_text="In the storage of photos.")
    row = serializers.CharField(help_text="`photo <id>` or the like.")
    reason = serializers.CharField(help_text="`missing`, or `damaged`: it is in the backup, and not what its row says.")


_PROGRESS = (
    *("step", "progress_done", "progress_total", "bytes_per_second", "seconds_left"),
    *("started_at", "finished_at", "created_at"),
)


class _PaceSerializer(serializers.ModelSerializer[W]):
    """How fast the step goes on."""

    bytes_per_second = serializers.SerializerMethodField(help_text="In this step; null where nobody can say.")
    seconds_left = serializers.SerializerMethodField(help_text="Of this step; null where nobody can say.")

    def get_bytes_per_second(self, item: W) -> float | None:
        """From its third second on."""
        return pace_of(item, now=timezone.now()).bytes_per_second

    def get_seconds_left(self, item: W) -> float | None:
        """A guess by that."""
        return pace_of(item, now=timezone.now()).seconds_left


class BackupSerializer(_PaceSerializer[Backup]):
    """A backup and what is known of its file."""

    status = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    asked_by = serializers.EmailField(
        source="asked_by.email",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="null for the schedule and for commands.",
    )
    problems = ProblemFileSerializer(many=True, read_only=True, help_text="The first hundred.")
    download = serializers.SerializerMethodField(help_text="null where there is no file.")

    class Meta:
        model = Backup
        fields = read_only_fields = (
            *("id", "name", "kind", "status", "error", "asked_by", *_PROGRESS),
            *("size_bytes", "sha256", "is_encrypted", "is_partial", "vendor", "database_bytes", "row_count"),
            *("file_count", "file_bytes", "problem_count", "problems", "verified_at", "verify_error", "drilled_at"),
            *("drill_error", "copied_at", "copy_storage", "copy_error", "removed_at", "download"),
        )

    @extend_schema_field(serializers.ChoiceField(choices=BackupState.choices))
    def get_status(self, backup: Backup) -> str:
        """In one word."""
        return state_of(backup).value

    @extend_schema_field(WorkErrorSerializer(allow_null=True))
    def get_error(self, backup: Backup) -> dict[str, str] | None:
        """Why it failed."""
        return _error_of(backup)

    def get_download(self, backup: Backup) -> str | None:
        """The URL of its file."""
        if not backup.is_there:
            return None
        url: str = self.context["request"].build_absolute_uri(reverse("backup-download", args=[backup.pk]))
        return url


class CheckSerializer(_PaceSerializer[Check]):
    """A verification or a drill, and what came of it."""

    status = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    asked_by = serializers.EmailField(
        source="asked_by.email",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="null for the schedule and for commands.",
    )

    class Meta:
        model = Check
        fields = read_only_fields = (
            *("id", "backup", "kind", "status", "error", "asked_by", *_PROGRESS, "row_count", "file_count"),
        )

    @extend_schema_field(serializers.ChoiceField(choices=CheckState.choices))
    def get_status(self, check: Check) -> str:
        """In one word."""
        return check_state_of(check).value

    @extend_schema_field(WorkErrorSerializer(allow_null=True))
    def get_error(self, check: Check) -> dict[str, str] | None:
        """What was found."""
        return _error_of(check)


class DownloadSerializer(serializers.ModelSerializer[Download]):
    """A request for a backup's file, or for a part of it."""

    name = serializers.CharField(source="backup.name")
    is_whole = serializers.BooleanField()

    class Meta:
        model = Download
        fields = read_only_fields = (
            *("id", "backup", "name", "email", "way", "address", "at", "first_byte", "last_byte", "is_whole"),
        )


def _error_of(item: WorkItem) -> dict[str, str] | None:
    return {"code": item.error_code, "message": item.error_message} if item.error_code else None
