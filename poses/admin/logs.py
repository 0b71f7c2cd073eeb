"""The log."""

from pathlib import PurePath

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.admin.options import ReadOnlyAdmin
from poses.models import LogEntry, Photo

from .columns import admin_link


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin[LogEntry]):
    """What was done to photos and poses; entries outlive their photo."""

    list_display = ("created_at", "action", "status", "message", "photo_page", "owner", "actor", "milliseconds")
    list_filter = ("action", "status", "created_at")
    list_select_related = ("owner", "actor")
    search_fields = ("message",)
    search_help_text = "Message, or a photo's id."
    id_search_fields = ("photo_id",)
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (*list_display, "photo_number")

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """With the photo's name, if it is still there: following the reference would cost a query a row, or fail."""
        photos = Photo.objects.filter(pk=OuterRef("photo_id")).order_by()
        return super().get_queryset(request).annotate(photo_name=Subquery(photos.values("original_name")))

    @admin.display(description="photo")
    def photo_page(self, entry: LogEntry) -> SafeString | str:
        """A link, or a word where the photo is gone."""
        if entry.photo_id is None:
            return "-"
        name: str | None = getattr(entry, "photo_name", None)
        if name is None:
            return "Deleted"
        return admin_link("photo", entry.photo_id, PurePath(name).name or "Photo")

    @admin.display(description="photo's id")
    def photo_number(self, entry: LogEntry) -> str:
        """Also of a photo that is gone."""
        return str(entry.photo_id) if entry.photo_id else "-"
