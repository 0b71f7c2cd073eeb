"""Actions ask once before they do anything: what, to how many, to which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

CONFIRMED = "confirmed"
SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of an action's rows.

    `rows` are their keys and what to call them; `seen` is handed back with the answer; `form` asks for more.
    """

    action: str
    title: str
    text: str
    rows: Sequence[tuple[object, str]]
    seen: Sequence[str] = ()
    form: forms.Form | None = None


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the person has answered."""
    return CONFIRMED in request.POST


def ask(model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, question: Question) -> HttpResponse:
    """The question as a page, which posts back to the list."""
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "subtitle": None,
        "opts": model_admin.opts,
        "media": model_admin.media,
        "question": question,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/poses/question.html", context)


def counted(number: int, what: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"1 {what}" if number == 1 else f"{number} {what}s"
