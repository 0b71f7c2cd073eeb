"""The action "Detect again"."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from poses.models import Photo
from poses.services import detecting

if TYPE_CHECKING:
    from accounts.models import User


@admin.action(permissions=["detect"], description="Detect again")
def detect_again(
    model_admin: "admin.ModelAdmin[Photo]", request: HttpRequest, queryset: QuerySet[Photo]
) -> HttpResponse | None:
    """Asks once, then queues each photo for its own detection; those being worked on are left to that."""
    if "confirmed" not in request.POST:
        return _question(model_admin, request, list(queryset))
    chosen = queryset.count()
    queued = detecting.queue_again(photos=queryset, actor=cast("User", request.user))
    if queued:
        model_admin.message_user(request, f"Queued to be detected again: {_counted(queued)}.", messages.SUCCESS)
    if busy := chosen - queued:
        words = f"Being worked on right now and left alone: {_counted(busy)}."
        model_admin.message_user(request, words, messages.WARNING)
    return None


def _question(model_admin: "admin.ModelAdmin[Photo]", request: HttpRequest, photos: list[Photo]) -> HttpResponse:
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Detect again",
        "subtitle": None,
        "opts": model_admin.opts,
        "media": model_admin.media,
        "photos": photos,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/poses/detect_again.html", context)


def _counted(number: int) -> str:
    return "1 photo" if number == 1 else f"{number} photos"
