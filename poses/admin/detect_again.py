"""The action "Detect again"."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core.errors import DomainError
from poses.engine.errors import EngineError
from poses.models import Photo
from poses.services import detecting
from poses.services.options import DetectionOptions

if TYPE_CHECKING:
    from accounts.models import User

# Messages travel in a cookie.
_FAILURES_SHOWN = 5


@admin.action(permissions=["detect"], description="Detect again")
def detect_again(
    model_admin: "admin.ModelAdmin[Photo]", request: HttpRequest, queryset: QuerySet[Photo]
) -> HttpResponse | None:
    """Asks once, then runs each photo's own detection over it; one that fails does not stop the rest."""
    photos = list(queryset)
    if "confirmed" not in request.POST:
        return _question(model_admin, request, photos)
    failures = [f"{photo.title}: {reason}" for photo, reason in _run(photos, cast("User", request.user))]
    done = len(photos) - len(failures)
    if done:
        model_admin.message_user(request, f"Detected again: {_counted(done)}.", messages.SUCCESS)
    if failures:
        model_admin.message_user(request, f"Not detected: {_counted(len(failures))}.", messages.ERROR)
    for failure in failures[:_FAILURES_SHOWN]:
        model_admin.message_user(request, failure, messages.ERROR)
    return None


def _run(photos: Iterable[Photo], actor: "User") -> Iterable[tuple[Photo, str]]:
    """Detects each; answers those that failed, with the reason."""
    for photo in photos:
        try:
            detecting.detect_again(photo=photo, actor=actor, options=DetectionOptions.again(photo))
        except (DomainError, EngineError) as error:
            yield photo, str(error)
        except OSError:
            yield photo, "The stored file cannot be read."
        else:
            if photo.status == Photo.Status.FAILED:
                yield photo, photo.error_message


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
