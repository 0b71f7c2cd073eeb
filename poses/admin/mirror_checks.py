"""Mirror checks."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.admin.options import ReadOnlyAdmin
from poses.models import MirrorCheck

from .columns import error_text, photo_link, state_badge


@admin.register(MirrorCheck)
class MirrorCheckAdmin(ReadOnlyAdmin[MirrorCheck]):
    """Which photos were compared with their mirror image, and what came of it."""

    list_display = ("queued_at", "photo_page", "state", "asked_by")
    list_filter = ("status", "queued_at")
    search_fields = ("photo__original_name", "asked_by__email")
    search_help_text = "Photo's name, e-mail address of who asked, or an id of photo or check."
    id_search_fields = ("pk", "photo_id")
    ordering = ("-queued_at", "-id")
    fields = readonly_fields = (
        *("photo_page", "asked_by", "status", "error", "id", "attempts", "queued_at", "lease_until", "request_id"),
    )

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[MirrorCheck]:
        """With what the rows show."""
        return super().get_queryset(request).select_related("photo", "asked_by")

    @admin.display(description="photo", ordering="photo__original_name")
    def photo_page(self, check: MirrorCheck) -> SafeString:
        """A link."""
        return photo_link(check.photo)

    @admin.display(description="status", ordering="status")
    def state(self, check: MirrorCheck) -> SafeString:
        """The status, and why where it failed."""
        return state_badge(check)

    @admin.display(description="error")
    def error(self, check: MirrorCheck) -> str:
        """Message and code."""
        return error_text(check)
