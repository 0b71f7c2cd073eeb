"""Backups, checks, downloads and e-mails, to be looked at; what can be done with them is on the pages of backups."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from backups.models import Backup, Check, Download, Notice
from backups.templatetags.backup_words import as_bytes
from core.admin.options import M, ReadOnlyAdmin
from core.work.item import WorkItem
from poses.admin.columns import error_text, state_badge

_WORK = ("id", "attempts", "queued_at", "lease_until", "request_id")


class _WorkAdmin(ReadOnlyAdmin[M]):
    """What all rows that are worked on show."""

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    @admin.display(description="status", ordering="status")
    def state(self, item: WorkItem) -> SafeString:
        """The status, and why where it failed."""
        return state_badge(item)

    @admin.display(description="error")
    def error(self, item: WorkItem) -> str:
        """Message and code."""
        return error_text(item)


@admin.register(Backup)
class BackupAdmin(_WorkAdmin[Backup]):
    """All that were ever made, also those whose file was removed."""

    list_display = ("__str__", "kind", "state", "is_partial", "size", "created_at", "verified_at")
    list_filter = ("status", "kind", "is_partial", ("removed_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("name", "asked_by__email")
    search_help_text = "File's name, e-mail address of who asked, or id."
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        *("name", "kind", "status", "error", "is_partial", "is_encrypted", "size", "sha256", "asked_by"),
        *("wants_email", "created_at", "started_at", "finished_at", "step", "step_started_at"),
        *("progress_done", "progress_total", "vendor", "database_size", "row_count", "file_count", "size_of_files"),
        *("problem_count", "problems"),
        *("verified_at", "verify_error", "drilled_at", "drill_error", "copied_at", "copy_storage", "copy_error"),
        *("removed_at", *_WORK),
    )

    @admin.display(description="size", ordering="size_bytes")
    def size(self, backup: Backup) -> str:
        """Of the file."""
        return as_bytes(backup.size_bytes)

    @admin.display(description="size of the database")
    def database_size(self, backup: Backup) -> str:
        """As it is in the file."""
        return as_bytes(backup.database_bytes)

    @admin.display(description="size of the files")
    def size_of_files(self, backup: Backup) -> str:
        """All together."""
        return as_bytes(backup.file_bytes)


@admin.register(Check)
class CheckAdmin(_WorkAdmin[Check]):
    """Verifications and drills."""

    list_display = ("created_at", "kind", "backup", "state", "asked_by", "finished_at")
    list_filter = ("status", "kind", "created_at")
    search_fields = ("backup__name", "asked_by__email")
    search_help_text = "Backup's file name, e-mail address of who asked, or an id of check or backup."
    id_search_fields = ("pk", "backup_id")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        *("backup", "kind", "status", "error", "asked_by", "created_at", "started_at", "finished_at", "step"),
        *("step_started_at", "progress_done", "progress_total", "row_count", "file_count", *_WORK),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Check]:
        """With what the rows show."""
        return super().get_queryset(request).select_related("backup", "asked_by")


@admin.register(Download)
class DownloadAdmin(ReadOnlyAdmin[Download]):
    """Who has taken which backup away."""

    list_display = ("at", "email", "backup", "way", "address", "first_byte", "last_byte")
    list_filter = ("way", "at")
    search_fields = ("email", "backup__name")
    search_help_text = "E-mail address, backup's file name, or an id of download or backup."
    id_search_fields = ("pk", "backup_id")
    ordering = ("-at", "-id")
    list_select_related = ("backup",)
    fields = readonly_fields = ("backup", "user", "email", "way", "address", "at", "first_byte", "last_byte", "id")


@admin.register(Notice)
class NoticeAdmin(_WorkAdmin[Notice]):
    """E-mails about backups."""

    list_display = ("created_at", "event", "backup", "state", "tries", "due_at", "sent_at")
    list_filter = ("status", "event", "created_at")
    search_fields = ("backup__name",)
    search_help_text = "Backup's file name, or an id of e-mail or backup."
    id_search_fields = ("pk", "backup_id")
    ordering = ("-created_at", "-id")
    list_select_related = ("backup",)
    fields = readonly_fields = (
        *("event", "backup", "found_by", "recipients", "status", "error", "last_error", "tries", "due_at", "sent_at"),
        *("created_at", "has_begun_sending", *_WORK),
    )
