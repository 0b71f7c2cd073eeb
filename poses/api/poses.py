"""`/api/poses/`: list, read, correct, delete."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.api.parsers import BoundedJSONParser
from core.api.schema import refusals
from poses.models import Pose, PoseRevision
from poses.services.deleting import delete_pose
from poses.services.editing import change_keypoints, replace_keypoints

from .examples import EDIT_EXAMPLE
from .serializers import EditConflictSerializer, KeypointEditSerializer, PoseSerializer

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

_READING = ("list", "retrieve")
_EDITING = ("update", "partial_update")
_CONFLICT = "Approved and locked (`pose_approved`), or edited meanwhile (`stale_edit`): choose from `conflict`."
EDIT_ANSWERS: dict[int, Any] = {
    200: PoseSerializer,
    **refusals(400, 404),
    409: OpenApiResponse(EditConflictSerializer, _CONFLICT),
}


@extend_schema_view(
    list=extend_schema(summary="List poses", description="Newest first, with keypoints."),
    retrieve=extend_schema(summary="Read a pose"),
)
class PoseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Pose]):
    """People on photos that the caller may see."""

    queryset = Pose.objects.none()
    serializer_class = PoseSerializer
    lookup_value_converter = "uuid"
    parser_classes = [BoundedJSONParser]

    def get_queryset(self) -> QuerySet[Pose]:
        """What the caller may see; what the caller may edit or delete where that is asked."""
        poses = Pose.objects.visible_to(self.request.user).with_current()
        if self.action == "destroy":
            return poses.deletable_by(self.request.user)
        return poses if self.action in _READING else poses.editable_by(self.request.user)

    def get_serializer_class(self) -> type[Serializer[Any]]:
        """What an edit takes, for the form on the page; poses else."""
        return KeypointEditSerializer if self.action in _EDITING else PoseSerializer

    @extend_schema(
        summary="Replace all keypoints",
        description="Saves a new revision; the model's own stays in the history. A point that moves lies on the photo, "
        "unless its state is absent.",
        request=KeypointEditSerializer,
        responses=EDIT_ANSWERS,
        examples=[EDIT_EXAMPLE],
    )
    def update(self, request: Request, pk: str) -> Response:
        """PUT 33 keypoints."""
        return self._edit(request, replace_keypoints)

    @extend_schema(
        summary="Change some keypoints",
        description="Saves a new revision in which the named keypoints have the fields that are given.",
        request=KeypointEditSerializer,
        responses=EDIT_ANSWERS,
        examples=[EDIT_EXAMPLE],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """PATCH keypoints by name."""
        return self._edit(request, change_keypoints)

    @extend_schema(summary="Delete a pose", responses={204: None, **refusals(404, 409)})
    def destroy(self, request: Request, pk: str) -> Response:
        """DELETE."""
        delete_pose(pose=self.get_object(), actor=cast("User", request.user))
        return Response(status=HTTPStatus.NO_CONTENT)

    def _edit(self, request: Request, save: "Callable[..., PoseRevision]") -> Response:
        pose = self.get_object()
        form = KeypointEditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        edit: dict[str, Any] = form.validated_data
        save(pose=pose, editor=cast("User", request.user), client=PoseRevision.Client.API, **edit)
        return Response(PoseSerializer(pose).data)
