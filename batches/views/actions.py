"""What an owner decides about a batch; two of them are asked once more first."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from batches.models import Batch, BatchRow
from batches.services import stages
from core.errors import DomainError
from core.pages.words import counted

Action = Callable[[Batch], object]


# The login page must not lead back to any of them: a browser would come with GET, which has nothing to show.
@require_POST
@login_required(redirect_field_name=None)
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Starts a checked batch."""
    return _act(request, pk, stages.start)


@require_POST
@login_required(redirect_field_name=None)
def pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begins no further image."""
    return _act(request, pk, stages.pause)


@require_POST
@login_required(redirect_field_name=None)
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Goes on with a paused one."""
    return _act(request, pk, stages.resume)


@require_POST
@login_required(redirect_field_name=None)
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tries again what has failed."""
    return _act(request, pk, stages.retry_failed, _retried)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, and begins no further image."""
    if request.method != "POST":
        return render(request, "batches/cancel.html", {"batch": _batch(request, pk)})
    return _act(request, pk, stages.cancel)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, and deletes it."""
    batch = _batch(request, pk)
    if request.method != "POST":
        return render(request, "batches/delete.html", {"batch": batch})
    name, is_draft = batch.name, batch.is_draft
    stages.delete(batch)
    messages.success(request, f"{name} is {'discarded' if is_draft else 'deleted'}.")
    return redirect("batches:list")


def _act(request: HttpRequest, pk: UUID, action: Action, said: Callable[[object], str] | None = None) -> HttpResponse:
    """Back to the page, which says itself how the batch stands; only what it does not show is `said` besides."""
    batch = _batch(request, pk)
    try:
        result = action(batch)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        if said is not None:
            messages.success(request, said(result))
    # What is tried again leaves the filter that it was seen in.
    return redirect(f"{batch.get_absolute_url()}{_filter(request) if said is None else ''}")


def _retried(number: object) -> str:
    return f"{counted(cast('int', number), 'image is', 'images are')} tried again."


def _filter(request: HttpRequest) -> str:
    """The filter that the page had, as far as it makes sense."""
    state = request.POST.get("state", "")
    return f"?state={state}" if state in BatchRow.State.values else ""


def _batch(request: HttpRequest, pk: UUID) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
