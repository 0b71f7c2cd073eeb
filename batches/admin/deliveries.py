"""Webhooks and e-mails."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from batches.models import Delivery, DeliveryTry
from core.admin.options import ReadOnlyAdmin, ReadOnlyInline
from poses.admin.columns import error_text, state_badge


class TryInline(ReadOnlyInline[DeliveryTry, Delivery]):
    """Each try, by itself or by hand."""

    model = DeliveryTry
    fields = readonly_fields = ("at", "http_status", "milliseconds", "error_code", "error_message")
    verbose_name_plural = "tries"


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    """Who was told of which batch, and what came of it."""

    list_display = ("created_at", "event", "channel", "target", "state", "tries", "owner")
    list_filter = ("status", "channel", "event", "created_at")
    search_fields = ("target", "owner__email", "batch__name")
    search_help_text = "URL or e-mail address, the owner's address, batch's name, or an id of delivery or batch."
    id_search_fields = ("pk", "batch_id")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        *("event", "channel", "target", "owner", "batch", "run", "status", "error", "tries", "due_at"),
        *("delivered_at", "has_begun_sending", "body", "id", "attempts", "created_at", "queued_at", "lease_until"),
        "request_id",
    )
    inlines = (TryInline,)

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """With what the rows show."""
        return super().get_queryset(request).select_related("owner", "batch")

    @admin.display(description="status", ordering="status")
    def state(self, delivery: Delivery) -> SafeString:
        """The status, and why where it failed."""
        return state_badge(delivery)

    @admin.display(description="error")
    def error(self, delivery: Delivery) -> str:
        """Message and code."""
        return error_text(delivery)
