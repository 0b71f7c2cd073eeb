"""Deleting a scan, which is asked once more first."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from frames.models import DepthScan
from frames.services import scans

from .words import range_words


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_scan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks, and deletes it."""
    scan = get_object_or_404(DepthScan.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        is_busy = scan.imports.unfinished().exists()
        return render(request, "frames/delete.html", {"scan": scan, "range": range_words(scan), "is_busy": is_busy})
    scans.delete(scan)
    messages.success(request, f"{scan.name} is deleted.")
    return redirect("frames:list")
