"""The action "Detect again"."""

from typing import TYPE_CHECKING, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from poses.models import Photo
from poses.services import detecting

from .asking import Question, ask, counted, is_confirmed

if TYPE_CHECKING:
    from accounts.models import User


@admin.action(permissions=["detect"], description="Detect again")
def detect_again(
    model_admin: "admin.ModelAdmin[Photo]", request: HttpRequest, queryset: QuerySet[Photo]
) -> HttpResponse | None:
    """Asks once, then queues each photo for its own detection; those being worked on are left to that."""
    if not is_confirmed(request):
        return ask(model_admin, request, _question(list(queryset)))
    chosen = queryset.count()
    queued = detecting.queue_again(photos=queryset, actor=cast("User", request.user))
    if queued:
        model_admin.message_user(request, f"Queued to be detected again: {counted(queued, 'photo')}.", messages.SUCCESS)
    if busy := chosen - queued:
        words = f"Being worked on right now and left alone: {counted(busy, 'photo')}."
        model_admin.message_user(request, words, messages.WARNING)
    return None


def _question(photos: list[Photo]) -> Question:
    return Question(
        action="detect_again",
        title="Detect again",
        text=(
            f"Look for people again on {counted(len(photos), 'photo')}, each with the model and settings it was "
            "uploaded with? What a person has corrected stays. It is done in the background."
        ),
        rows=[(photo.pk, _named(photo)) for photo in photos],
    )


def _named(photo: Photo) -> str:
    people = "person" if photo.people_wanted == 1 else "people"
    return f"{photo.title} ({photo.model_name}, up to {photo.people_wanted} {people})"
