"""Is the process serving?"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 whenever the process answers; asks nothing of database, storage or model."""
    return HttpResponse("ok\n", content_type="text/plain")
