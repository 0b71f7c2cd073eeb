"""`/api/models/`: the pose models that a detection may ask for."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from poses.services.engine import available_models

from .serializers import ModelSerializer


class ModelsView(APIView):
    """The models in the model folder."""

    @extend_schema(summary="List pose models", responses=ModelSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A plain list: there are a handful."""
        models = [
            {
                "name": model.name,
                "sha256": model.sha256,
                "runtime_version": model.runtime_version,
                "is_default": model.name == settings.POSE_MODEL,
            }
            for model in available_models().values()
        ]
        return Response(ModelSerializer(models, many=True).data)
