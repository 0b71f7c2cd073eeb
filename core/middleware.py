"""Middleware that any Django site of this house could use."""

import functools
import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader
from django.urls import is_valid_path
from django.utils.functional import LazyObject, empty
from django.utils.log import log_response

from core import logs, metrics
from core.api.errors import error_headers
from core.errors import DomainError
from core.storage.base import PhotoStorage
from core.storage.errors import database_trouble

requests_logger = logging.getLogger("posesite.requests")

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
_UNAVAILABLE = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE})


def _policy(sources: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in sources.items())


@functools.cache
def _policies(picture_origin: str) -> tuple[str, str]:
    """For pages and for the API's pages; pictures may come from one other origin, where there is one."""
    pictures = {"img-src": f"{_SOURCES['img-src']} {picture_origin}".rstrip()}
    return _policy(_SOURCES | pictures), _policy(_API_PAGE_SOURCES | pictures)


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Nothing inline and nothing from elsewhere, unless the view has set a policy of its own.

    Where browsers are sent to the photo storage itself, its pictures are let in.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if _HEADER not in response.headers:
            pages, api_pages = _policies(cast(PhotoStorage, storages["photos"]).link_origin)
            response.headers[_HEADER] = api_pages if request.path_info.startswith("/api/") else pages
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


_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_REQUEST_ID_HEADER = "X-Request-ID"


def request_id(get_response: GetResponse) -> GetResponse:
    """Gives each request an id, in its log lines and on its answer; the client's own where it sends a plain one."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        identifier = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        with logs.bound(identifier):
            response = get_response(request)
        response.headers[_REQUEST_ID_HEADER] = identifier
        return response

    return middleware


# Asked for every few seconds; a line for each would hide the others.
_UNLOGGED_VIEWS = frozenset({"healthz", "readyz", "metrics"})
_NO_VIEW = "none"


def observed(get_response: GetResponse) -> GetResponse:
    """Counts each request and writes its line into the log."""
    static_prefix = f"/{settings.STATIC_URL.lstrip('/')}"

    def middleware(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - started
        match = request.resolver_match
        view = match.view_name if match else _NO_VIEW
        metrics.request(method=request.method or "", status=response.status_code, view=view, seconds=seconds)
        if view in _UNLOGGED_VIEWS or request.path.startswith(static_prefix):
            response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
            return response
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            # Django does this too, but where the request's id is forgotten already.
            log_response(
                "%s: %s", response.reason_phrase, request.path, response=cast(HttpResponse, response), request=request
            )
        _log(request, response.status_code, seconds)
        return response

    return middleware


def _log(request: HttpRequest, status: int, seconds: float) -> None:
    if not requests_logger.isEnabledFor(logging.INFO):
        return
    path, milliseconds, user = _shown_path(request), round(seconds * 1000, 1), _user_id(request)
    requests_logger.info(
        "%s %s %s, %s ms, user %s",
        *(request.method, path, status, milliseconds, "-" if user is None else user),
        extra={
            "method": request.method,
            "path": path,
            "status": status,
            "milliseconds": milliseconds,
            "user_id": user,
        },
    )


def _shown_path(request: HttpRequest) -> str:
    """Without the query string and tokens in the path, on one line whatever the client sent."""
    path = request.path
    match = request.resolver_match
    if match and (token := match.kwargs.get("token")):
        path = path.replace(str(token), "***")
    return path if path.isprintable() else path.encode("unicode_escape").decode("ascii")


def _user_id(request: HttpRequest) -> Any:
    """The id of the user where something has asked for the user; a log line alone is worth no query."""
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject) and user.__dict__.get("_wrapped", empty) is empty:
        return None
    return getattr(user, "pk", None)


class UnavailablePages:
    """A page that says so, where a plain view could not reach the storage or the database, or found the disk full.

    Below /api/ the API's own handler answers the same in JSON.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing of its own."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """See Django's middleware; None leaves the error as it is."""
        return None if request.path.startswith("/api/") else unavailable_page(error)


def unavailable_page(error: BaseException | None) -> HttpResponse | None:
    """503 or 507 for what is down or full; None for every other error.

    Made without the request: who is logged in is for the database to say, which may be what is down.
    """
    trouble = error if isinstance(error, DomainError) else database_trouble(error)
    if trouble is None or trouble.status not in _UNAVAILABLE:
        return None
    page = loader.get_template("503.html").render({"message": trouble.message, "status": int(trouble.status)})
    return HttpResponse(page, status=trouble.status, headers=error_headers(trouble))
