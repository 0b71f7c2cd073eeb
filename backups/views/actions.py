"""What an operator asks for."""

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from backups.models import Check
from backups.services import asking, removing
from core.errors import DomainError

from .access import operators_only
from .backup import answer_backup, visible_backup
from .list import answer_list

if TYPE_CHECKING:
    from accounts.models import User

# A POST that is refused leaves its address in the browser, where people reload it or come back to it.
_ASKED_FOR = ["GET", "HEAD", "POST"]


@operators_only(leads_back=False)
@require_http_methods(_ASKED_FOR)
def run(request: HttpRequest) -> HttpResponse:
    """Begins a backup, and leads where it can be watched; 409 with the list while one is going on."""
    if request.method != "POST":
        return redirect("backups:list")
    try:
        asking.run_now(actor=_user(request))
    except DomainError as error:
        messages.error(request, error.message)
        return answer_list(request, status=error.status)
    return redirect("backups:list")


@operators_only(leads_back=False)
@require_http_methods(_ASKED_FOR)
def verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Has every byte looked at again."""
    return _check(request, pk, Check.Kind.VERIFICATION)


@operators_only(leads_back=False)
@require_http_methods(_ASKED_FOR)
def drill(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Has it restored beside the site."""
    return _check(request, pk, Check.Kind.DRILL)


@operators_only()
@require_http_methods(_ASKED_FOR)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, and deletes the file."""
    backup = visible_backup(request, pk)
    if backup.removed_at is not None:
        raise Http404
    if request.method != "POST":
        return render(request, "backups/delete.html", {"backup": backup})
    try:
        removing.delete(backup=backup, actor=_user(request))
    except DomainError as error:
        messages.error(request, error.message)
        return answer_backup(request, backup, status=error.status)
    messages.success(request, f"{backup} is deleted.")
    return redirect("backups:list")


def _check(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    backup = visible_backup(request, pk)
    if request.method != "POST":
        return redirect(backup)
    try:
        asking.check(backup=backup, kind=kind, actor=_user(request))
    except DomainError as error:
        messages.error(request, error.message)
        return answer_backup(request, backup, status=error.status)
    return redirect(f"{backup.get_absolute_url()}#checks")


def _user(request: HttpRequest) -> "User":
    return cast("User", request.user)
