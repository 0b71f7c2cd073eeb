"""The blocks of a scan's rows, for the viewer."""

from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.api.files import as_file
from frames.models import DepthBlock, DepthScan

_ONE_YEAR = 31_536_000


@login_required
@require_safe
def tile(request: HttpRequest, pk: UUID, edition: int, level: int, position: int) -> HttpResponse:
    """A block as n depths, float64, and then n rows of `thin_width` greys, all little-endian.

    The edition is in the address, so what is there never changes; 404 for any but the scan's present one.
    """
    found = (
        DepthBlock.objects.filter(
            scan__in=DepthScan.objects.visible_to(request.user).filter(pk=pk, edition=edition),
            level=level,
            position=position,
            staged_by=None,
        )
        .values_list("rows__depths", "rows__thin")
        .first()
    )
    if found is None:
        return HttpResponse(status=HTTPStatus.NOT_FOUND, headers={"Cache-Control": "no-store"})
    response = HttpResponse(b"".join(found), content_type="application/octet-stream")
    as_file(response, f"{level}-{position}.bin")
    response["Cache-Control"] = f"private, max-age={_ONE_YEAR}, immutable"
    return response
