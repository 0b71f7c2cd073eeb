"""`/api/photos/<id>/mirror/`: how sure each point is, by the photo's mirror image."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.schema import refusals
from poses.engine import landmarks
from poses.models import MirrorCheck, Photo
from poses.selectors.mirror import Checked, checked_poses
from poses.services.mirroring import check_photo, queue_mirror_check

from .serializers import DetectionErrorSerializer, WaitSerializer

if TYPE_CHECKING:
    from accounts.models import User


class MirroredPoseSerializer(serializers.Serializer[Checked]):
    """One person; the last four are null before a check, and where the mirrored photo has no such person."""

    id = serializers.UUIDField()
    person = serializers.IntegerField(help_text="Counted from 0 on each photo.")
    revision = serializers.IntegerField(help_text="The model's latest, which is compared.")
    distances_px = serializers.ListField(
        child=serializers.FloatField(),
        min_length=landmarks.COUNT,
        max_length=landmarks.COUNT,
        allow_null=True,
        help_text="In the keypoints' order, in pixels of the photo.",
    )
    mean_px = serializers.FloatField(allow_null=True, help_text="Over the points that are not absent.")
    least_sure = serializers.ChoiceField(choices=landmarks.NAMES, allow_null=True)
    disagreement = serializers.FloatField(allow_null=True, help_text="The mean in shares of the body's diagonal.")

    def to_representation(self, instance: Checked) -> dict[str, Any]:
        """By hand, as a pose is."""
        found = instance.difference
        return {
            "id": instance.pose.id,
            "person": instance.pose.person,
            "revision": instance.revision.number,
            "distances_px": found and found.distances_px,
            "mean_px": found and found.mean_px,
            "least_sure": found and landmarks.NAMES[found.least_sure],
            "disagreement": found and found.share,
        }


class MirrorCheckSerializer(serializers.Serializer[Any]):
    """A photo's latest check, and what is known of each person."""

    status = serializers.ChoiceField(
        choices=MirrorCheck.Status.choices, allow_null=True, help_text="null: nobody has asked for one."
    )
    error = DetectionErrorSerializer(allow_null=True)
    poses = MirroredPoseSerializer(many=True)


class MirrorView(APIView):
    """The mirror check of a photo."""

    @extend_schema(summary="Read a photo's mirror check", responses={200: MirrorCheckSerializer, **refusals(404)})
    def get(self, request: Request, pk: UUID) -> Response:
        """How the latest stands."""
        photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=pk)
        return Response(_answer(photo))

    @extend_schema(
        summary="Check a photo by its mirror image",
        description="Looks for people on the mirrored photo, with the model and options of the latest detection, and "
        "answers how far each point lies from the model's latest keypoints. Keypoints stay as they are.",
        parameters=[WaitSerializer],
        request=None,
        responses={
            200: MirrorCheckSerializer,
            202: OpenApiResponse(MirrorCheckSerializer, "Queued; GET this address for what comes of it."),
            **refusals(400, 404, 409, 503),
        },
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Now, or in the background."""
        photo = get_object_or_404(_checkable(request), pk=pk)
        form = WaitSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        actor = cast("User", request.user)
        if form.validated_data["wait"]:
            check_photo(photo=photo, actor=actor)
            return Response(_answer(photo))
        queue_mirror_check(photo=photo, actor=actor)
        return Response(_answer(photo), status=HTTPStatus.ACCEPTED, headers={"Location": request.path})


def _checkable(request: Request) -> QuerySet[Photo]:
    return Photo.objects.visible_to(request.user).checkable_by(request.user).select_related("detection")


def _answer(photo: Photo) -> dict[str, Any]:
    check = MirrorCheck.objects.filter(photo=photo).first()
    has_failed = check is not None and check.status == MirrorCheck.Status.FAILED
    answer = {
        "status": check and check.status,
        "error": {"code": check.error_code, "message": check.error_message} if check and has_failed else None,
        "poses": checked_poses(photo),
    }
    return MirrorCheckSerializer(answer).data
