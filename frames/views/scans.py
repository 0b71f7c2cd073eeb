"""The list of scans, and what they are called."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.pages.live import answer_live
from core.pages.words import counted
from frames.forms.naming import ScanForm
from frames.models import DepthScan
from frames.services import scans
from poses.selectors.keyset import Cursor, page_of
from poses.views.gallery import page_link

from .listing import ScanLine, lines_of

_PAGE_SIZE = 20


@never_cache
@require_safe
@login_required
def scan_list(request: HttpRequest) -> HttpResponse:
    """The user's scans, newest first, or to htmx the parts that change; nothing where they are as the page has them."""
    return answer_live(request, page="frames/list.html", live="frames/list_live.html", context=_context(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_scan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name and unit; then back to the list, or to the scan's page for who comes from there."""
    scan = get_object_or_404(DepthScan.objects.visible_to(request.user), pk=pk)
    before = _named(scan)
    back = scan.get_absolute_url() if request.GET.get("from") == "scan" else reverse("frames:list")
    form = ScanForm(request.POST if request.method == "POST" else None, initial=before)
    if form.is_valid():
        try:
            scans.rename(scan=scan, **form.cleaned_data)
        except DomainError as error:
            form.add_refusal(error)
        else:
            messages.success(request, f"{scan.name} is saved.")
            return redirect(back)
    return render(request, "frames/edit.html", {"form": form, "title": before["name"], "back": back})


def _context(request: HttpRequest) -> dict[str, Any]:
    given = request.GET
    page = page_of(
        DepthScan.objects.visible_to(request.user).with_last_import(),
        size=_PAGE_SIZE,
        before=Cursor.parse(given.get("before", "")),
        after=Cursor.parse(given.get("after", "")),
    )
    lines = lines_of(page.rows)
    said, said_of = _said(lines)
    return {
        "lines": lines,
        "newer": page_link(given, after=page.newer),
        "older": page_link(given, before=page.older),
        "is_moving": any(line.is_moving for line in lines),
        "said": said,
        "said_of": said_of,
    }


def _said(lines: list[ScanLine]) -> tuple[str, str]:
    """For those who listen, and what changes where it is to be said anew: how many imports are going on."""
    moving = [line for line in lines if line.is_moving]
    count = counted(len(moving), "file is", "files are") if moving else "No file is"
    words = f"{count} being imported."
    return words, words


def _named(scan: DepthScan) -> dict[str, str]:
    return {"name": scan.name, "unit": scan.unit}
