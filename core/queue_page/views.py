"""The page of the queue, for those who may retry what failed."""

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import Conflict
from core.work import retrying
from core.work.kinds import Kind

from .overview import kinds_for, overview_of

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def queue_page(request: HttpRequest) -> HttpResponse:
    """What waits, runs and has failed, kind by kind; a POST queues failed rows again."""
    kinds = kinds_for(cast("Any", request.user))
    if not kinds:
        raise Http404
    if request.method == "POST":
        _retry(request, kinds)
        return redirect("queue")
    now = timezone.now()
    overviews = [
        overview_of(kind, viewer=cast("Any", request.user), now=now, before=request.GET.get(kind.name, ""))
        for kind in kinds
    ]
    lists = render_to_string("queue/lists.html", {"overviews": overviews}, request)
    digest = hashlib.sha256(lists.encode()).hexdigest()[:16]
    context = {"lists": lists, "digest": digest}
    if not cast("HtmxDetails", request.htmx):  # type: ignore[attr-defined]  # set by django_htmx's middleware
        return render(request, "queue/page.html", context)
    if request.headers.get("X-Seen") == digest:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)  # what somebody reads or copies is left in its place
    return render(request, "queue/refreshed.html", context)


def _retry(request: HttpRequest, kinds: list[Kind]) -> None:
    """`retry` names a kind and a row, `retry_all` a kind."""
    by_name = {kind.name: kind for kind in kinds}
    name, _, key = request.POST.get("retry", "").partition(":")
    try:
        if kind := by_name.get(request.POST.get("retry_all", "")):
            queued = retrying.retry_all(kind, actor=request.user)
        elif kind := by_name.get(name):
            queued = retrying.retry(kind, [key], actor=request.user)
        else:
            raise Http404
    except Conflict as error:
        messages.error(request, error.message)
        return
    if queued:
        messages.success(request, "1 is tried again." if queued == 1 else f"{queued} are tried again.")
    else:
        messages.info(request, "Nothing of it has failed any more.")
