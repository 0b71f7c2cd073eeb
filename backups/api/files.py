"""`/api/backups/<id>/download/`."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from backups import answers
from backups.models import Backup, Download
from core.api.files import AnyAccept
from core.api.schema import refusals

from .permissions import IsOperator

_ZIP = OpenApiResponse(OpenApiTypes.BINARY)


class DownloadView(APIView):
    """A backup's file; each GET is written down."""

    permission_classes = [IsOperator]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="Download a backup",
        description="One range of bytes can be asked for, and `If-Range` with the `ETag`, to go on with a download "
        "that was cut. 404 `not_here` where the file is not on this machine.",
        parameters=[
            OpenApiParameter("Range", str, OpenApiParameter.HEADER),
            OpenApiParameter("If-Range", str, OpenApiParameter.HEADER),
        ],
        responses={
            (200, "application/zip"): _ZIP,
            (206, "application/zip"): _ZIP,
            **refusals(404),
            416: OpenApiResponse(description="The range begins beyond the end of the file."),
        },
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The bytes, or some of them."""
        backup = get_object_or_404(Backup.objects.visible_to(request.user).there(), pk=pk)
        return answers.file_answer(request, backup, way=Download.Way.API)
