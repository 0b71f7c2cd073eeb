"""Uploads straight to the bucket."""

from django.contrib import admin
from django.utils.safestring import SafeString

from core.admin.options import ReadOnlyAdmin
from poses.models import Arrival

from .columns import error_text, photo_link, state_badge


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin[Arrival]):
    """What the bucket told of, and what came of it."""

    list_display = ("queued_at", "key", "owner", "state", "size_bytes", "photo_page")
    list_display_links = ("queued_at", "key")
    list_filter = ("status", "queued_at")
    list_select_related = ("owner", "photo")
    search_fields = ("^key", "owner__email")
    search_help_text = "The beginning of the key, the owner's e-mail address, or a photo's id."
    id_search_fields = ("photo_id",)
    ordering = ("-queued_at", "-id")
    fields = readonly_fields = (
        *("key", "bucket", "owner", "status", "error", "photo_page", "size_bytes", "etag", "sequencer"),
        *("attempts", "queued_at", "lease_until", "request_id"),
    )

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    @admin.display(description="status", ordering="status")
    def state(self, arrival: Arrival) -> SafeString:
        """The status, and why where it failed."""
        return state_badge(arrival)

    @admin.display(description="error")
    def error(self, arrival: Arrival) -> str:
        """Message and code."""
        return error_text(arrival)

    @admin.display(description="photo")
    def photo_page(self, arrival: Arrival) -> SafeString | str:
        """A link, or nothing where there is none (yet, or any more)."""
        return photo_link(arrival.photo) if arrival.photo else "-"
