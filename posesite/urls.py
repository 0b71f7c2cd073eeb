"""URLs of the whole site."""

import sys
from typing import Any

from django.contrib import admin
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import defaults
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

from core.api import errors
from core.health.views import healthz, readyz
from core.metrics.views import metrics_page
from core.middleware import unavailable_page

urlpatterns = [
    path("", include("poses.urls")),
    path("batches/webhooks/", include("batches.webhook_urls")),
    path("batches/", include("batches.urls")),
    path("backups/", include("backups.urls")),
    path("frames/", include("frames.urls")),
    path("accounts/", include("accounts.urls")),
    path("queue/", include("core.queue_page.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics_page, name="metrics"),
    path("api/", include("poses.api.urls")),
    path("api/", include("batches.api.urls")),
    path("api/", include("batches.api.webhook_urls")),
    path("api/", include("frames.api.urls")),
    path("api/", include("backups.api.urls")),
    path("api/auth/", include("accounts.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="swagger-ui"),
    path("api/redoc/", SpectacularRedocView.as_view(url_name="schema"), name="redoc"),
    *staticfiles_urlpatterns(),  # none unless DEBUG
]


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page for people, JSON below /api/."""
    if request.path.startswith("/api/"):
        return errors.bad_request(request, exception)
    return defaults.bad_request(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page for people, JSON below /api/."""
    if request.path.startswith("/api/"):
        return errors.not_found(request, exception)
    return defaults.page_not_found(request, exception)


def handler500(request: HttpRequest, *args: Any) -> HttpResponse:
    """A page for people, JSON below /api/; where a part of the site is down, the answer says so."""
    if request.path.startswith("/api/"):
        return errors.server_error(request)
    # Django calls this while it handles the error: one of a middleware that no other middleware has seen.
    return unavailable_page(sys.exception()) or defaults.server_error(request)
