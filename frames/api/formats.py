"""What a range of rows can be had as, and how a request says so."""

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from core.errors import DomainError

FORMATS = ("json", "png", "csv", "npy")


class PngRenderer(JSONRenderer):
    """What is asked for as PNG; the view itself makes it."""

    media_type, format = "image/png", "png"


class CsvRenderer(JSONRenderer):
    """What is asked for as CSV; the view itself makes it."""

    media_type, format = "text/csv", "csv"


class NpyRenderer(JSONRenderer):
    """What is asked for as NPY; the view itself makes it."""

    media_type, format = "application/x-npy", "npy"


class ByFormat(DefaultContentNegotiation):
    """By `format`, whatever the caller accepts; without it by that."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Raises DomainError for a format that there is not, NotAcceptable."""
        name = request.query_params.get("format")
        if not name:
            found: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
            return found
        for renderer in renderers:
            if renderer.format == name:
                return renderer, renderer.media_type
        message = f"There is no such format. Give one of {', '.join(FORMATS)}."
        raise DomainError.on_field("format", "invalid", message)
