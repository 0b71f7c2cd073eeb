"""`/api/frames/`: the rows of a range of depths, as pictures or as numbers."""

import json
from typing import cast

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.schema import refusals
from frames.models import DepthScan
from frames.selectors.frames import MOST_ROWS, read_anew

from .answers import ANSWERS, named
from .asked import Asked, FramesAskedSerializer, asked_of, scan_meant
from .formats import FORMATS, ByFormat, CsvRenderer, NpyRenderer, PngRenderer

_PAGE = BrowsableAPIRenderer.format
_JSON = JSONRenderer.media_type
_PNG_IN_BASE64 = {"type": "string", "description": "A PNG of one row, in base64."}
_ROW = {
    "oneOf": [_PNG_IN_BASE64, {"type": "object", "properties": {"depth": {"type": "number"}, "frame": _PNG_IN_BASE64}}]
}


class FramesView(APIView):
    """Rows of one of the caller's own scans."""

    renderer_classes = [JSONRenderer, BrowsableAPIRenderer, PngRenderer, CsvRenderer, NpyRenderer]
    content_negotiation_class = ByFormat

    @extend_schema(
        summary="Read the rows of a range of depths",
        description="In order of depth, both ends included. As JSON each row is a PNG of its own in base64, as `png` "
        f"all are one strip with a depth axis; at most {MOST_ROWS['json']:,} and {MOST_ROWS['png']:,} rows. `csv` and "
        "`npy` have the numbers as they were imported, any number of rows. Without rows JSON is an empty list, a strip "
        "404 `no_rows`.",
        parameters=[FramesAskedSerializer, OpenApiParameter("format", str, enum=FORMATS)],
        responses={
            (200, _JSON): {"type": "array", "items": _ROW},
            **{
                (200, renderer.media_type): OpenApiResponse(OpenApiTypes.BINARY)
                for renderer in (PngRenderer, CsvRenderer, NpyRenderer)
            },
            304: OpenApiResponse(description="As `If-None-Match` has it."),
            **{(status, _JSON): answer for status, answer in refusals(400, 404, 409).items()},
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """GET and HEAD."""
        asked = asked_of(request.query_params)
        kind = request.accepted_renderer.format
        scan = scan_meant(request.user, asked.scan)
        if kind == _PAGE:
            answer = cast(HttpResponse, _read(scan, asked, "json"))
            return Response(json.loads(answer.content))
        response = get_conditional_response(request, asked.etag(scan, kind)) or _read(scan, asked, kind)
        response["ETag"] = asked.etag(scan, kind)  # of the edition that was read in the end
        if request.method == "HEAD" and isinstance(response, StreamingHttpResponse):
            response.streaming_content = ()  # nobody would look at it
        return named(response, scan, asked, kind)

    def handle_exception(self, exc: Exception) -> Response:
        """Refusals are JSON, whatever was asked for."""
        response = super().handle_exception(exc)
        if getattr(self.request, "accepted_renderer", None) and self.request.accepted_renderer.format != _PAGE:
            self.request.accepted_renderer = JSONRenderer()
            self.request.accepted_media_type = JSONRenderer.media_type
        return response


def _read(scan: DepthScan | None, asked: Asked, kind: str) -> HttpResponseBase:
    answer = ANSWERS[kind]
    if scan is None:
        return answer(None, asked)
    try:
        return read_anew(scan, lambda scan: answer(scan, asked))
    except DepthScan.DoesNotExist as error:
        raise Http404 from error
