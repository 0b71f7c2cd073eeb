"""`/api/poses/<id>/…`: the revisions of a pose, bringing one back, and the audit."""

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.files import AnyAccept, as_file, binary
from core.api.pagination import NewestFirstPagination
from core.api.parsers import BoundedJSONParser
from core.api.schema import refusals
from poses.formats import csv_audit
from poses.models import Pose, PoseRevision
from poses.selectors.revisions import LARGEST_NUMBER, edits, revisions_of
from poses.services.editing import restore_revision

from .examples import RESTORE_EXAMPLE
from .files import may_not_export
from .poses import EDIT_ANSWERS
from .revision_serializers import RestoreSerializer, RevisionSerializer, RevisionSummarySerializer
from .serializers import PoseSerializer

if TYPE_CHECKING:
    from accounts.models import User


class ByNumberPagination(NewestFirstPagination):
    """A pose's revisions by number, the newest first."""

    ordering = ("-number",)

    def is_position(self, text: str) -> bool:
        """A number that the column can hold."""
        return text.isascii() and text.isdecimal() and len(text) < len(str(LARGEST_NUMBER))


@extend_schema_view(
    get=extend_schema(
        summary="List a pose's revisions",
        description="Newest first, without keypoints.",
        responses={200: RevisionSummarySerializer(many=True), **refusals(404)},
    )
)
class RevisionListView(generics.ListAPIView[PoseRevision]):
    """How a pose came to be as it is."""

    serializer_class = RevisionSummarySerializer
    pagination_class = ByNumberPagination
    queryset = PoseRevision.objects.none()

    def get_queryset(self) -> QuerySet[PoseRevision]:
        """Of a pose that the caller may see."""
        pose = get_object_or_404(Pose.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        return revisions_of(pose).select_related("pose", "editor")


class RevisionView(APIView):
    """One revision."""

    @extend_schema(summary="Read a revision", responses={200: RevisionSerializer, **refusals(404)})
    def get(self, request: Request, pk: UUID, number: int) -> Response:
        """With its keypoints, as they were saved."""
        poses = Pose.objects.visible_to(request.user)
        revisions = PoseRevision.objects.filter(pose__in=poses.filter(pk=pk)).select_related("pose", "editor")
        return Response(RevisionSerializer(get_object_or_404(revisions, number=number)).data)


class RestoreView(APIView):
    """Back to a revision."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        summary="Bring back a revision",
        description="Saves a new revision that repeats an earlier one, or has the named points of it.",
        request=RestoreSerializer,
        responses=EDIT_ANSWERS,
        examples=[RESTORE_EXAMPLE],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """The pose, with its new current revision."""
        poses = Pose.objects.visible_to(request.user).editable_by(request.user).with_current()
        pose = get_object_or_404(poses, pk=pk)
        form = RestoreSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = form.validated_data
        number = wanted.pop("revision")
        editor = cast("User", request.user)
        restore_revision(pose=pose, number=number, editor=editor, client=PoseRevision.Client.API, **wanted)
        return Response(PoseSerializer(pose).data)


@extend_schema_view(get=binary("What people changed as CSV, one row a changed point and revision", "text/csv", 403))
class AuditCsvView(APIView):
    """Who moved what."""

    renderer_classes = [JSONRenderer]
    content_negotiation_class = AnyAccept

    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """A piece at a time: a pose may have any number of revisions."""
        pose = get_object_or_404(Pose.objects.visible_to(request.user).select_related("photo"), pk=pk)
        if not Pose.objects.filter(pk=pose.pk).exportable_by(request.user).exists():
            raise may_not_export()
        pieces = csv_audit.pieces(edits(pose), size=(pose.photo.width, pose.photo.height))
        response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
        return as_file(response, f"{pose.id}.audit.csv")
