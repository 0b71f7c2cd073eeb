"""A scan's band in the list."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.api.files import as_file
from frames.imaging import colormaps
from frames.imaging.preview import draw_band
from frames.models import BLOCK_ROWS, LEVEL_FACTOR, LEVELS, DepthScan
from frames.selectors import blocks


@require_safe
@login_required
def preview(request: HttpRequest, pk: UUID, edition: int) -> HttpResponseBase:
    """The PNG of the finest level that is one block; its address has the edition, so it may be kept."""
    scan = get_object_or_404(DepthScan.objects.visible_to(request.user), pk=pk, edition=edition, row_count__gt=0)
    try:
        found = list(blocks.contents(scan, level=_level(scan), positions=range(1), wants=("thin",)))
    except blocks.ScanChanged as error:
        raise Http404 from error
    if not found:
        raise Http404
    content = draw_band(found[0].thin, colormaps.colormap(colormaps.DEFAULT))
    return as_file(HttpResponse(content, content_type="image/png"), "preview.png", is_unchanging=True)


def _level(scan: DepthScan) -> int:
    return next((level for level in range(LEVELS) if scan.row_count <= BLOCK_ROWS * LEVEL_FACTOR**level), LEVELS - 1)
