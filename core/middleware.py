"""Middleware that any Django site of this house could use."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import is_valid_path

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADER = "Content-Security-Policy"


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Nothing inline and nothing from elsewhere, unless the view has set a policy of its own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault(_HEADER, _POLICY)
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
