"""`/api/statistics/…`: model against human, as JSON and as CSV."""

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.files import AnyAccept, as_file
from core.api.schema import refusals
from poses.engine import landmarks
from poses.engine.deviations import Deviation
from poses.formats import csv_statistics
from poses.selectors.days import DAY_VALIDATORS
from poses.selectors.statistics import (
    MOST_POSES,
    KeypointStatistics,
    ModelDeviations,
    keypoint_statistics,
    may_see_statistics,
)

from .files import may_not_export

if TYPE_CHECKING:
    from accounts.models import User


class DaysSerializer(serializers.Serializer[Any]):
    """Which poses: the days on which the person was found, both included; in the address."""

    since = serializers.DateField(required=False, validators=DAY_VALIDATORS)
    until = serializers.DateField(required=False, validators=DAY_VALIDATORS)


class DeviationSerializer(serializers.Serializer[Deviation]):
    """One keypoint; the last three are of the poses where it was moved, null where it never was."""

    name = serializers.CharField()
    side = serializers.ChoiceField(choices=[side.value for side in landmarks.Side])
    n = serializers.IntegerField(source="count", help_text="Poses.")
    share_moved = serializers.FloatField(help_text="0 to 1.")
    median_px = serializers.FloatField(allow_null=True, help_text="In pixels of the photo.")
    p90_px = serializers.FloatField(allow_null=True)
    median_torso_percent = serializers.SerializerMethodField(help_text="In per cent of the torso's length.")

    def get_median_torso_percent(self, deviation: Deviation) -> float | None:
        """Per cent of the share."""
        return None if deviation.median_torso is None else deviation.median_torso * 100


class ModelDeviationsSerializer(serializers.Serializer[ModelDeviations]):
    """One model file."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    poses = serializers.IntegerField(help_text="That a person corrected or approved.")
    corrected = serializers.IntegerField()
    keypoints = DeviationSerializer(many=True)


class KeypointStatisticsSerializer(serializers.Serializer[KeypointStatistics]):
    """Every model, the one with the most poses first."""

    poses = serializers.IntegerField()
    is_cut = serializers.BooleanField(help_text=f"There are more; the latest {MOST_POSES} count.")
    models = ModelDeviationsSerializer(many=True)


class KeypointStatisticsView(APIView):
    """Model against human."""

    @extend_schema(
        summary="How far people move a model's keypoints",
        description="Of poses that a person corrected or approved and that the caller may see. For staff, and for who "
        "may export or approve poses.",
        parameters=[DaysSerializer],
        responses={200: KeypointStatisticsSerializer, **refusals(400, 403)},
    )
    def get(self, request: Request) -> Response:
        """By model and keypoint."""
        if not may_see_statistics(cast("User", request.user)):
            raise PermissionDenied
        return Response(KeypointStatisticsSerializer(_statistics(request)).data)


@extend_schema_view(
    get=extend_schema(
        summary="How far people move a model's keypoints, as CSV",
        parameters=[DaysSerializer],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY), **refusals(400, 403)},
    )
)
class KeypointStatisticsCsvView(APIView):
    """The same as a table."""

    renderer_classes = [JSONRenderer]
    content_negotiation_class = AnyAccept

    def get(self, request: Request) -> HttpResponseBase:
        """One row a model and keypoint."""
        if not request.user.has_perm("poses.export_pose"):
            raise may_not_export()
        models = _statistics(request).models
        table = csv_statistics.write((model.label, model.keypoints) for model in models)
        return as_file(HttpResponse(table, content_type="text/csv; charset=utf-8"), "keypoint-statistics.csv")


def _statistics(request: Request) -> KeypointStatistics:
    form = DaysSerializer(data=request.query_params)
    form.is_valid(raise_exception=True)
    return keypoint_statistics(user=cast("User", request.user), **form.validated_data)
