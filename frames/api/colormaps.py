"""`/api/frames/colormaps/`."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from frames.imaging import colormaps


class ColormapsSerializer(serializers.Serializer[Any]):
    """Names by where the colour maps come from; one that several have is the first's."""

    default = serializers.CharField()
    own = serializers.ListField(child=serializers.CharField())
    matplotlib = serializers.ListField(child=serializers.CharField())
    opencv = serializers.ListField(child=serializers.CharField(), help_text="`opencv:jet` is OpenCV's in any case.")


class ColormapsView(APIView):
    """What `colormap` may be."""

    @extend_schema(summary="List colour maps", responses={200: ColormapsSerializer})
    def get(self, request: Request) -> Response:
        """GET."""
        return Response({"default": colormaps.DEFAULT, **colormaps.colormap_names()._asdict()})
