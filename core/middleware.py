"""Middleware that any Django site of this house could use."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import is_valid_path

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_SOURCES = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The pages of DRF, Swagger UI and Redoc style their elements inline, and Redoc searches in a worker of its own making.
_API_PAGE_SOURCES = _SOURCES | {"style-src": "'self' 'unsafe-inline'", "worker-src": "'self' blob:"}
_HEADER = "Content-Security-Policy"


def _policy(sources: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Nothing inline and nothing from elsewhere, unless the view has set a policy of its own."""
    pages, api_pages = _policy(_SOURCES), _policy(_API_PAGE_SOURCES)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault(_HEADER, api_pages if request.path_info.startswith("/api/") else pages)
        return response

    return middleware


def api_trailing_slash(get_response: GetResponse) -> GetResponse:
    """Serves `/api/photos` as `/api/photos/`, whatever the method; a redirect would lose a POST's body."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path.startswith("/api/") and not path.endswith("/") and is_valid_path(f"{path}/"):
            request.path_info = f"{path}/"
        return get_response(request)

    return middleware
