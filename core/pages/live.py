"""Parts of pages that refresh themselves: what has not changed is not sent again."""

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


def is_htmx(request: HttpRequest) -> bool:
    """Whether a part of the page asks."""
    return bool(cast("HtmxDetails", request.htmx))  # type: ignore[attr-defined]  # set by django_htmx's middleware


def answer_live(
    request: HttpRequest, *, page: str, live: str, context: dict[str, Any], status: int = HTTPStatus.OK
) -> HttpResponse:
    """The template `page`, or to htmx its changing part `live`; nothing (204) where that is as the page has it.

    `context` has `is_moving`, whether the page looks again, and may have `poll_url`, where (else at its own address).
    """
    part = render_to_string(live, context, request)
    digest = digest_of(part)
    if is_htmx(request) and request.headers.get("X-Seen") == digest:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    template = "components/live_refreshed.html" if is_htmx(request) else page
    return render(request, template, context | {"live": part, "digest": digest}, status=status)


def digest_of(markup: str) -> str:
    """Short, and another one for other markup."""
    return hashlib.sha256(markup.encode()).hexdigest()[:16]
