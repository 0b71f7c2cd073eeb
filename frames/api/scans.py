"""`/api/depth-scans/`: take a CSV in, list, read, rename, delete."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.api.schema import refusals
from frames.models import DepthImport, DepthScan
from frames.services import scans
from frames.services.creating import create_scan

from .serializers import (
    STRICT,
    ChangedScanSerializer,
    CsvRefusedSerializer,
    DepthScanSerializer,
    NewScanSerializer,
)

if TYPE_CHECKING:
    from accounts.models import User

_SERIALIZERS: dict[str, type[Serializer[Any]]] = {"create": NewScanSerializer, "partial_update": ChangedScanSerializer}


class DepthScanViewSet(viewsets.GenericViewSet[DepthScan]):
    """The caller's own scans."""

    queryset = DepthScan.objects.none()
    serializer_class = DepthScanSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[DepthScan]:
        """The caller's own."""
        return DepthScan.objects.visible_to(self.request.user).with_last_import()

    def get_serializer_class(self) -> type[Serializer[Any]]:
        """What an action takes, for the forms on its page; what it answers, where it takes nothing."""
        return _SERIALIZERS.get(self.action, DepthScanSerializer)

    def get_parsers(self) -> list[BaseParser]:
        """Uploads are multipart and nothing else."""
        is_upload = self.request is not None and self.request.method == "POST"
        return [MultiPartParser()] if is_upload else super().get_parsers()

    @extend_schema(summary="List depth scans", description="Newest first, each with its newest import.")
    def list(self, request: Request) -> Response:
        """GET."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(_described(page))

    @extend_schema(summary="Read a depth scan", responses={200: DepthScanSerializer, **refusals(404)})
    def retrieve(self, request: Request, pk: str) -> Response:
        """GET."""
        return Response(_described([self.get_object()])[0])

    @extend_schema(
        summary="Make a depth scan of a CSV",
        description="The first 4 MB are checked at once; the file is read in the background, whole or not at all. Ask "
        "`/api/depth-imports/<id>/` how that goes on.",
        request={"multipart/form-data": NewScanSerializer},
        responses={201: DepthScanSerializer, 400: CsvRefusedSerializer, **refusals(413, 503, 507)},
    )
    def create(self, request: Request) -> Response:
        """POST multipart."""
        form = NewScanSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        file = given["file"]
        item = create_scan(
            owner=cast("User", request.user),
            name=given.get("name", ""),
            unit=given["unit"],
            stream=file,
            size_bytes=file.size,
            file_name=file.name,
            is_strict=given["mode"] == STRICT,
        )
        scan = item.scan
        scan.newest_import = item  # type: ignore[attr-defined]  # annotated
        location = reverse("depth-scan-detail", args=[scan.pk])
        return Response(DepthScanSerializer(scan).data, status=HTTPStatus.CREATED, headers={"Location": location})

    @extend_schema(
        summary="Rename a depth scan",
        description="Name, unit or both.",
        responses={200: DepthScanSerializer, **refusals(400, 404)},
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """PATCH."""
        scan = self.get_object()
        form = ChangedScanSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        scans.rename(scan=scan, **form.validated_data)
        return Response(_described([scan])[0])

    @extend_schema(
        summary="Delete a depth scan",
        description="With its rows and imports; also while a file is imported, which then ends by itself.",
        responses={204: None, **refusals(404)},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """DELETE."""
        scans.delete(self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)


def _described(found: Sequence[DepthScan]) -> list[Any]:
    """The scans in JSON, with their newest imports: one more query, however many there are."""
    imports = DepthImport.objects.in_bulk([scan.last_import_id for scan in found])
    for scan in found:
        scan.newest_import = imports.get(scan.last_import_id)  # type: ignore[attr-defined]  # annotated
    return list(DepthScanSerializer(found, many=True).data)
