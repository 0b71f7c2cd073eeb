"""`/api/depth-scans/<id>/imports/` and `/api/depth-imports/`: take another CSV in, and see how imports go on."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.api.pagination import NewestFirstPagination
from core.api.schema import refusals
from frames.models import DepthImport, DepthScan, ImportFinding
from frames.services.creating import import_into

from .serializers import (
    STRICT,
    CsvRefusedSerializer,
    DepthImportSerializer,
    FindingSerializer,
    NewImportSerializer,
)

if TYPE_CHECKING:
    from accounts.models import User

_LARGEST_NUMBER = 2_147_483_647


@extend_schema_view(
    get=extend_schema(
        summary="List a scan's imports",
        description="Newest first.",
        responses={200: DepthImportSerializer(many=True), **refusals(404)},
    )
)
class ScanImportsView(generics.ListAPIView[DepthImport]):
    """The files that were read into a scan of the caller's own."""

    queryset = DepthImport.objects.none()
    parser_classes = [MultiPartParser]

    def get_serializer_class(self) -> type[Serializer[Any]]:
        """What a POST takes, for the form on its page."""
        return NewImportSerializer if self.request.method == "POST" else DepthImportSerializer

    def get_queryset(self) -> QuerySet[DepthImport]:
        """One scan's."""
        return DepthImport.objects.filter(scan=self._scan())

    @extend_schema(
        summary="Import another CSV into a scan",
        description="Rows at depths that the scan has take their place; the number of values a row must be the scan's. "
        "409 `import_under_way` while another file is imported.",
        request={"multipart/form-data": NewImportSerializer},
        responses={201: DepthImportSerializer, 400: CsvRefusedSerializer, **refusals(404, 409, 413, 503, 507)},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """POST multipart."""
        scan = self._scan()
        form = NewImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["file"]
        item = import_into(
            scan=scan,
            actor=cast("User", request.user),
            stream=file,
            size_bytes=file.size,
            file_name=file.name,
            is_strict=form.validated_data["mode"] == STRICT,
        )
        location = reverse("depth-import-detail", args=[item.pk])
        return Response(DepthImportSerializer(item).data, status=HTTPStatus.CREATED, headers={"Location": location})

    def _scan(self) -> DepthScan:
        return get_object_or_404(DepthScan.objects.visible_to(self.request.user), pk=self.kwargs["pk"])


@extend_schema_view(
    get=extend_schema(summary="Read an import", responses={200: DepthImportSerializer, **refusals(404)})
)
class ImportView(generics.RetrieveAPIView[DepthImport]):
    """An import of the caller's own, with its progress."""

    queryset = DepthImport.objects.none()
    serializer_class = DepthImportSerializer

    def get_queryset(self) -> QuerySet[DepthImport]:
        """The caller's own."""
        return DepthImport.objects.visible_to(self.request.user)


class _ByRowPagination(NewestFirstPagination):
    page_size = max_page_size = 100
    ordering = ("row", "id")

    def is_position(self, text: str) -> bool:
        """A number that the column can hold."""
        return text.isascii() and text.isdecimal() and len(text) < len(str(_LARGEST_NUMBER))


@extend_schema_view(
    get=extend_schema(
        summary="List what an import has found",
        description="By row; at most 10,000 are listed.",
        responses={200: FindingSerializer(many=True), **refusals(404)},
    )
)
class FindingsView(generics.ListAPIView[ImportFinding]):
    """An import's report."""

    queryset = ImportFinding.objects.none()
    serializer_class = FindingSerializer
    pagination_class = _ByRowPagination

    def get_queryset(self) -> QuerySet[ImportFinding]:
        """One import's."""
        found = get_object_or_404(DepthImport.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        return ImportFinding.objects.filter(depth_import=found)
