"""GET /metrics."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from . import waiting  # noqa: F401  # registers its gauges
from .gauges import Gauges
from .values import all_processes

# Read anew at each scrape: this process, and what is registered.
_read_now = CollectorRegistry()
PlatformCollector(_read_now)
ProcessCollector(registry=_read_now)
_read_now.register(Gauges())

# A request that carries one of these has come through a proxy, whose own address says nothing of who asks.
_OF_A_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Counts of all processes, in the text format of Prometheus; 404 for whoever may not read them."""
    if not _is_allowed(request):
        raise Http404
    with all_processes() as registry:
        counted = generate_latest(registry)
    return HttpResponse(counted + generate_latest(_read_now), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _is_allowed(request: HttpRequest) -> bool:
    """By METRICS_TOKEN where one is set; else from this machine itself, and through no proxy."""
    if settings.METRICS_TOKEN:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    return not any(name in request.META for name in _OF_A_PROXY) and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
