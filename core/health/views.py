"""GET /healthz: is the process serving? GET /readyz: is what it needs there?"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .parts import DOWN
from .report import reporter


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 whenever the process answers; asks nothing of database, storage or model."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The state of every part; 503 where the site is down, 200 where it serves, be it degraded."""
    report = reporter.report()
    status = HTTPStatus.SERVICE_UNAVAILABLE if report.state == DOWN else HTTPStatus.OK
    return JsonResponse({"state": report.state, "parts": report.parts}, status=status)
