"""`/api/photos/presign/` and `/api/photos/uploads/<id>/`: uploading straight to the bucket, and what came of it."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.schema import refusals
from poses.engine.decode import MAX_BYTES
from poses.models import Arrival
from poses.services.bucket import key_of
from poses.services.presigning import presign_upload

from .serializers import DetectionErrorSerializer, DetectionOptionsSerializer

if TYPE_CHECKING:
    from accounts.models import User


class PresignSerializer(DetectionOptionsSerializer):
    """The file that is to be uploaded, and what is asked of its detection."""

    name = serializers.CharField(max_length=255, help_text="The file's name, for people.")
    size_bytes = serializers.IntegerField(min_value=1, max_value=MAX_BYTES, help_text="Exactly; it is signed.")


class PresignedUploadSerializer(serializers.Serializer[Any]):
    """Where to send the file. Every header is part of the signature."""

    upload = serializers.CharField(help_text="The URL of the upload's state; 404 until the bucket has told of it.")
    url = serializers.CharField()
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    key = serializers.CharField()
    expires_at = serializers.DateTimeField()


class UploadStateSerializer(serializers.Serializer[Arrival]):
    """Whether an upload has become a photo."""

    status = serializers.ChoiceField(choices=Arrival.Status.choices)
    error = DetectionErrorSerializer(allow_null=True)
    photo = serializers.CharField(allow_null=True, help_text="The photo's URL once the status is completed.")

    def to_representation(self, instance: Arrival) -> dict[str, Any]:
        """The photo by its URL, as an error's parts by their names."""
        has_failed = instance.status == Arrival.Status.FAILED
        return {
            "status": instance.status,
            "error": {"code": instance.error_code, "message": instance.error_message} if has_failed else None,
            "photo": reverse("photo-detail", args=[instance.photo_id]) if instance.photo_id else None,
        }


class PresignView(GenericAPIView[Arrival]):
    """Signed URLs for the bucket."""

    queryset = Arrival.objects.none()
    serializer_class = PresignSerializer

    @extend_schema(
        summary="Prepare an upload straight to the bucket",
        description="PUT the file to `url` with all of `headers` within ten minutes; detection follows by itself.",
        request=PresignSerializer,
        responses={201: PresignedUploadSerializer, **refusals(400, 409, 503)},
    )
    def post(self, request: Request) -> Response:
        """POST name, size and options."""
        form = PresignSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        presigned = presign_upload(
            owner=cast("User", request.user),
            name=given["name"],
            size_bytes=given["size_bytes"],
            model=given.get("model"),
            people=given.get("people"),
            min_confidence=given.get("min_confidence"),
        )
        body = {
            "upload": reverse("upload-state", args=[presigned.upload_id]),
            "url": presigned.url,
            "method": "PUT",
            "headers": presigned.headers,
            "key": presigned.key,
            "expires_at": presigned.expires_at,
        }
        answer = PresignedUploadSerializer(body).data
        return Response(answer, status=HTTPStatus.CREATED, headers={"Cache-Control": "no-store"})


class UploadStateView(APIView):
    """What came of one upload of the caller's own."""

    @extend_schema(
        summary="Read an upload's state",
        description="404 until the bucket has told the site of the object, and a week after it was taken in.",
        responses={200: OpenApiResponse(UploadStateSerializer), **refusals(404)},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """The latest object that was put there."""
        owner = cast("User", request.user)
        arrival = Arrival.objects.filter(owner=owner, key=key_of(owner.pk, pk)).first()
        if arrival is None:
            raise Http404
        return Response(UploadStateSerializer(arrival).data)
