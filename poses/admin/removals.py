"""Files to remove."""

from django.contrib import admin
from django.utils.safestring import SafeString

from core.admin.options import ReadOnlyAdmin
from poses.models import Removal

from .columns import error_text, state_badge


@admin.register(Removal)
class RemovalAdmin(ReadOnlyAdmin[Removal]):
    """Files of deleted rows that wait until nobody needs them any more."""

    list_display = ("asked_at", "name", "state")
    list_display_links = ("asked_at", "name")
    list_filter = ("status", "asked_at")
    search_fields = ("^name",)
    search_help_text = "The beginning of the file's name."
    id_search_fields = ()
    ordering = ("-asked_at", "-id")
    fields = readonly_fields = (
        *("name", "asked_at", "status", "error", "attempts", "queued_at", "lease_until", "request_id"),
    )

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    @admin.display(description="status", ordering="status")
    def state(self, removal: Removal) -> SafeString:
        """The status, and why where it failed."""
        return state_badge(removal)

    @admin.display(description="error")
    def error(self, removal: Removal) -> str:
        """Message and code."""
        return error_text(removal)
