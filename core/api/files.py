"""Answers that are a file: stored bytes, what is made of them, or a redirect to where they are."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from core.storage.base import LINK_SECONDS

from .schema import refusals

_POLICY = "default-src 'none'; sandbox"
_ONE_DAY = 86_400


class SizedPieces(Protocol):
    """Bytes, a piece at a time, of which the sum is known."""

    size_bytes: int

    def __iter__(self) -> Iterator[bytes]:
        """The pieces."""


class Rendition(Protocol):
    """What to send: the bytes, or a `link` to where they are; `filename` is safe in a header."""

    @property
    def content(self) -> bytes | SizedPieces:
        """Empty where there is a link."""

    @property
    def content_type(self) -> str:
        """With its parameters."""

    @property
    def filename(self) -> str:
        """Without quotes and line ends."""

    @property
    def link(self) -> str | None:
        """A URL of the storage's own."""


class AnyAccept(BaseContentNegotiation):
    """The path says what is answered, whatever the caller accepts; errors are JSON."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        """The first."""
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first, JSON."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class FileView(APIView):
    """A file of an object that the caller may see."""

    renderer_classes = [JSONRenderer]
    content_negotiation_class = AnyAccept
    is_unchanging = False

    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The bytes, as they are stored or made now, or a redirect to where they are."""
        found = get_object_or_404(self.objects(request), pk=pk)
        try:
            rendition = self.rendition(found)
        except FileNotFoundError as error:
            raise Http404 from error
        if rendition.link is not None:
            return _redirect(rendition.link)
        response = sent(rendition.content, rendition.content_type)
        return as_file(response, rendition.filename, is_unchanging=self.is_unchanging)

    def objects(self, request: Request) -> QuerySet[Any]:
        """The objects to look among."""
        raise NotImplementedError

    def rendition(self, found: Any, /) -> Rendition:
        """What to send. Raises FileNotFoundError where it is gone."""
        raise NotImplementedError


def as_file(
    response: HttpResponseBase, filename: str, *, is_unchanging: bool = False, is_attachment: bool = False
) -> HttpResponseBase:
    """With the headers of a file: its name, that it runs nothing, and how long a browser may keep it."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _POLICY
    disposition = "attachment" if is_attachment else "inline"
    response["Content-Disposition"] = f'{disposition}; filename="{filename}"'
    response["Cache-Control"] = f"private, max-age={_ONE_DAY}, immutable" if is_unchanging else "private, no-cache"
    return response


def sent(content: bytes | SizedPieces, content_type: str) -> HttpResponseBase:
    """Bytes at once, pieces as they come."""
    if isinstance(content, bytes):
        return HttpResponse(content, content_type=content_type)
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Length"] = str(content.size_bytes)
    return response


def binary(summary: str, content_type: str, *statuses: int) -> Any:
    """Describes a file for the schema, and which refusals besides the usual ones come in its place."""
    return extend_schema(
        summary=summary,
        responses={(200, content_type): OpenApiResponse(OpenApiTypes.BINARY), **refusals(404, 503, *statuses)},
    )


def _redirect(link: str) -> HttpResponseBase:
    """Kept by the browser for less time than the link is good for."""
    return HttpResponseRedirect(link, headers={"Cache-Control": f"private, max-age={LINK_SECONDS // 2}"})
