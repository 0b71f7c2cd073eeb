"""`/api/photos/`: upload, list, read, detect again, delete."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.api.schema import refusals
from poses.models import Photo
from poses.services.deleting import delete_photo
from poses.services.detecting import detect_again, queue_photo
from poses.services.uploading import upload_photo

from .examples import PHOTO_EXAMPLE
from .serializers import (
    DetectionOptionsSerializer,
    PhotoSerializer,
    PhotoSummarySerializer,
    UploadSerializer,
    WaitSerializer,
)

if TYPE_CHECKING:
    from accounts.models import User


_SERIALIZERS: dict[str, type[Serializer[Any]]] = {
    "list": PhotoSummarySerializer,
    "create": UploadSerializer,
    "detect": DetectionOptionsSerializer,
}


@extend_schema_view(
    list=extend_schema(summary="List photos", description="Newest first, without keypoints."),
    retrieve=extend_schema(summary="Read a photo with its people", examples=[PHOTO_EXAMPLE]),
)
class PhotoViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Photo]):
    """Photos that the caller may see."""

    queryset = Photo.objects.none()
    serializer_class = PhotoSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Photo]:
        """The photos that the caller may do to what is asked; with poses where they are shown."""
        user = self.request.user
        if self.action == "destroy":
            return Photo.objects.visible_to(user).deletable_by(user)
        if self.action == "detect":
            return Photo.objects.visible_to(user).changeable_by(user)
        photos = Photo.objects.visible_to(user)
        return photos.with_poses() if self.action == "retrieve" else photos

    def get_serializer_class(self) -> type[Serializer[Any]]:
        """What an action takes, for the forms on its page; what it answers, where it takes nothing."""
        return _SERIALIZERS.get(self.action, PhotoSerializer)

    def get_parsers(self) -> list[BaseParser]:
        """Uploads are multipart and nothing else."""
        is_upload = self.request is not None and self.request.method == "POST" and not self.detail
        return [MultiPartParser()] if is_upload else super().get_parsers()

    @extend_schema(
        summary="Upload a photo",
        description="Finds the people on the photo and answers their keypoints. Bytes that the caller has uploaded "
        "before are answered with 200 and the photo that exists.",
        parameters=[WaitSerializer],
        request={"multipart/form-data": UploadSerializer},
        responses={
            201: PhotoSerializer,
            200: OpenApiResponse(PhotoSerializer, "Uploaded before."),
            202: OpenApiResponse(PhotoSerializer, "Stored; people are being looked for. `Location` is the photo's."),
            **refusals(400, 413, 503, 507),
        },
        examples=[PHOTO_EXAMPLE],
    )
    def create(self, request: Request) -> Response:
        """POST multipart."""
        is_queued = not _waits(request)
        form = UploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["image"]
        uploaded = upload_photo(
            owner=cast("User", request.user),
            stream=file,
            name=file.name,
            source=Photo.Source.API if request.auth else Photo.Source.WEB,
            options=form.options,
            is_rerun=form.validated_data["rerun"],
            is_queued=is_queued,
        )
        if is_queued and uploaded.photo.is_unfinished:
            return _accepted(uploaded.photo)
        status = HTTPStatus.CREATED if uploaded.is_new else HTTPStatus.OK
        return Response(PhotoSerializer(uploaded.photo).data, status=status)

    @extend_schema(
        summary="Detect again",
        description="Each person found again gets a new revision. What a person corrected stays current.",
        parameters=[WaitSerializer],
        request=DetectionOptionsSerializer,
        responses={
            200: PhotoSerializer,
            202: OpenApiResponse(PhotoSerializer, "Queued; the photo's people stay as they are until then."),
            **refusals(400, 404, 409, 503),
        },
    )
    @action(detail=True, methods=["post"])
    def detect(self, request: Request, pk: str) -> Response:
        """POST options."""
        photo = self.get_object()
        is_queued = not _waits(request)
        form = DetectionOptionsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        if is_queued:
            queue_photo(photo=photo, actor=cast("User", request.user), options=form.options)
            return _accepted(photo)
        detect_again(photo=photo, actor=cast("User", request.user), options=form.options)
        return Response(PhotoSerializer(photo).data)

    @extend_schema(
        summary="Delete a photo", description="With its poses and files.", responses={204: None, **refusals(404)}
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """DELETE."""
        delete_photo(photo=self.get_object(), actor=cast("User", request.user))
        return Response(status=HTTPStatus.NO_CONTENT)


def _waits(request: Request) -> bool:
    form = WaitSerializer(data=request.query_params)
    form.is_valid(raise_exception=True)
    return bool(form.validated_data["wait"])


def _accepted(photo: Photo) -> Response:
    headers = {"Location": reverse("photo-detail", args=[photo.pk])}
    return Response(PhotoSerializer(photo).data, status=HTTPStatus.ACCEPTED, headers=headers)
