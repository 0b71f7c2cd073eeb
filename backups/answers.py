"""A backup's file as an answer over HTTP: whole or in part, to pages and API alike."""

from ipaddress import ip_address
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import User
from backups.models import Backup
from backups.services import downloading
from backups.services.downloading import Requester
from core.api.errors import error_body
from core.api.files import as_file, sent
from core.ranges import RangeNotSatisfiable

_ZIP = "application/zip"


def file_answer(request: HttpRequest | Request, backup: Backup, *, way: str) -> HttpResponseBase:
    """200, 206 or 416, to HEAD the headers alone; a GET is written down as a download. Raises NotHere."""
    is_head = request.method == "HEAD"
    wanted = None if is_head else request.headers.get("Range")
    try:
        part = downloading.part_of(backup, wanted=wanted, if_range=request.headers.get("If-Range"))
    except RangeNotSatisfiable as error:
        refusal = JsonResponse(error_body(error.code, error.message), status=error.status)
        refusal["Content-Range"] = error.content_range
        return refusal
    if is_head:
        response: HttpResponseBase = HttpResponse(content_type=_ZIP)
        response["Content-Length"] = str(part.total_bytes)
    else:
        requester = Requester(user=cast(User, request.user), way=way, address=_address(request))
        response = sent(downloading.begin(backup, part, requester=requester), _ZIP)
    if part.part is not None:
        response.status_code = 206
        response["Content-Range"] = part.part.content_range
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = part.etag
    return as_file(response, part.name, is_attachment=True)


def _address(request: HttpRequest | Request) -> str | None:
    """As far as it can be trusted, by NUM_PROXIES."""
    found = BaseThrottle().get_ident(request)  # type: ignore[arg-type]  # reads headers and META only
    try:
        return str(ip_address((found or "").partition("%")[0]))
    except ValueError:
        return None
