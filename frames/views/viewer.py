"""The page of one scan: look at it by depth."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from frames.models import DepthScan

from . import viewer_data
from .words import range_words


@never_cache
@require_safe
@login_required
def scan_viewer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The scan as a strip; while it has no rows, the page of its newest import."""
    scan = get_object_or_404(DepthScan.objects.visible_to(request.user).with_last_import(), pk=pk)
    if not scan.row_count:
        if scan.last_import_id is None:
            raise Http404
        return redirect("frames:import", scan.last_import_id)
    context = {
        "scan": scan,
        "config": viewer_data.config(scan, asked_colormap=request.GET.get("colormap", "")),
        "span": range_words(scan),
        "summary": viewer_data.summary(scan),
        "first_rows_url": viewer_data.frames_url(scan, format="png", limit=str(viewer_data.FIRST_ROWS)),
        "csv_url": viewer_data.frames_url(scan, format="csv"),
        "npy_url": viewer_data.frames_url(scan, format="npy"),
    }
    return render(request, "frames/scan.html", context)
