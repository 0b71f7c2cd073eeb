"""`/api/photos/<id>/…`: the photo's bytes, and pictures and tables made of it."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api.schema import refusals
from core.errors import DomainError
from core.storage.base import LINK_SECONDS
from poses.models import Photo
from poses.services import renditions
from poses.services.renditions import Rendition

_POLICY = "default-src 'none'; sandbox"
_ONE_DAY = 86_400


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


class PhotoFileView(APIView):
    """A file of a photo that the caller may see."""

    renderer_classes = [JSONRenderer]
    content_negotiation_class = AnyAccept
    is_unchanging = False

    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The bytes, as they are stored or made now, or a redirect to where they are."""
        photo = get_object_or_404(self.photos(request), pk=pk)
        try:
            rendition = self.rendition(photo)
        except FileNotFoundError as error:
            raise Http404 from error
        if rendition.link is not None:
            return _redirect(rendition.link)
        return as_file(_answer(rendition), rendition.filename, is_unchanging=self.is_unchanging)

    def photos(self, request: Request) -> Any:
        """The photos to look among."""
        return Photo.objects.visible_to(request.user)

    def rendition(self, photo: Photo) -> Rendition:
        """What to send."""
        raise NotImplementedError


def as_file(response: HttpResponseBase, filename: str, *, is_unchanging: bool = False) -> HttpResponseBase:
    """With the headers of a file: its name, that it runs nothing, and how long a browser may keep it."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _POLICY
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    response["Cache-Control"] = f"private, max-age={_ONE_DAY}, immutable" if is_unchanging else "private, no-cache"
    return response


def may_not_export() -> DomainError:
    """What is answered to those who see keypoints and may not take them along."""
    message = "Only the photo's owner, and those who may export keypoints, may download this table."
    return DomainError("export_not_allowed", message, status=HTTPStatus.FORBIDDEN)


def _answer(rendition: Rendition) -> HttpResponseBase:
    if isinstance(rendition.content, bytes):
        return HttpResponse(rendition.content, content_type=rendition.content_type)
    response = StreamingHttpResponse(rendition.content, content_type=rendition.content_type)
    response["Content-Length"] = str(rendition.content.size_bytes)
    return response


def _redirect(link: str) -> HttpResponseBase:
    """Kept by the browser for less time than the link is good for."""
    return HttpResponseRedirect(link, headers={"Cache-Control": f"private, max-age={LINK_SECONDS // 2}"})


def binary(summary: str, content_type: str, *statuses: int) -> Any:
    """Describes a file for the schema, and which refusals besides the usual ones come in its place."""
    return extend_schema(
        summary=summary,
        responses={(200, content_type): OpenApiResponse(OpenApiTypes.BINARY), **refusals(404, 503, *statuses)},
    )


class ImageView(PhotoFileView):
    """The upload as it came."""

    is_unchanging = True
    rendition = staticmethod(renditions.original)
    get = binary("The photo as uploaded", "image/*")(PhotoFileView.get)


class DisplayView(PhotoFileView):
    """The photo upright and in a format that browsers show."""

    is_unchanging = True
    rendition = staticmethod(renditions.display)
    get = binary("The photo for a browser, upright", "image/*", 409)(PhotoFileView.get)


class ThumbnailView(PhotoFileView):
    """The thumbnail."""

    is_unchanging = True
    rendition = staticmethod(renditions.thumbnail)
    get = binary("A small JPEG without metadata", "image/jpeg")(PhotoFileView.get)


class _PoseFileView(PhotoFileView):
    """What is made from the poses changes with every edit."""

    def photos(self, request: Request) -> Any:
        """With poses."""
        return super().photos(request).with_poses()


class OverlaySvgView(_PoseFileView):
    """The skeletons as SVG."""

    rendition = staticmethod(renditions.overlay_svg)
    get = binary("The skeletons as SVG, one group a person", "image/svg+xml")(_PoseFileView.get)


class OverlayPngView(_PoseFileView):
    """The photo with the skeletons burned in."""

    rendition = staticmethod(renditions.overlay_png)
    get = binary("The photo with skeletons, PNG", "image/png", 409)(_PoseFileView.get)


class OverlayJpegView(_PoseFileView):
    """The photo with the skeletons burned in."""

    rendition = staticmethod(renditions.overlay_jpeg)
    get = binary("The photo with skeletons, JPEG", "image/jpeg", 409)(_PoseFileView.get)


class KeypointsCsvView(_PoseFileView):
    """The keypoints as a table, one row a point."""

    get = binary("Keypoints as CSV, one row a point", "text/csv", 403)(_PoseFileView.get)

    def rendition(self, photo: Photo) -> Rendition:
        """For the photo's owner, and for those who may export."""
        if not Photo.objects.filter(pk=photo.pk).exportable_by(self.request.user).exists():
            raise may_not_export()
        return renditions.keypoints_csv(photo)
