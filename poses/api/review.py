"""`/api/review/` and `/api/poses/<id>/review/`: the queue, and the steps of the review."""

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.exceptions import NotFound
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from core.api.pagination import NewestFirstPagination
from core.api.parsers import BoundedJSONParser
from core.api.schema import refusals
from poses.models import Pose
from poses.selectors import review as reading
from poses.selectors.keyset import Cursor, page_of
from poses.selectors.review import ReviewFilter
from poses.services import reviewing
from poses.services.review_steps import Action

from .review_serializers import ReviewActionSerializer, ReviewQuerySerializer, ReviewSerializer

if TYPE_CHECKING:
    from accounts.models import User

# How a cursor begins: rows behind its place, or ahead of it.
_BEHIND, _AHEAD = "n", "p"


class MayReview(BasePermission):
    """For who may edit or approve everyone's poses."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """As the page does."""
        return reading.may_review(cast("User", request.user))


class ReviewPagination(NewestFirstPagination):
    """The page's own cursors: many poses may have one score, of which DRF's cursors repeat some on the way back."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """The rows of the page that the cursor names. Raises NotFound where somebody made it up."""
        order = reading.ORDERS[cast("ReviewListView", view).wanted.order]
        given = request.query_params.get(self.cursor_query_param, "")
        place = order.parse(given[1:])
        if given and (place is None or given[0] not in (_BEHIND, _AHEAD)):
            raise NotFound(self.invalid_cursor_message)
        places = {"after" if given.startswith(_AHEAD) else "before": place}
        size = self.get_page_size(request) or self.page_size
        self.shown = page_of(queryset, size=size, order=order, **places)
        self._url = request.build_absolute_uri()
        self.display_page_controls = bool(self.shown.newer or self.shown.older)
        return self.shown.rows

    def get_next_link(self) -> str | None:
        """The address of what comes behind."""
        return self._link(_BEHIND, self.shown.older)

    def get_previous_link(self) -> str | None:
        """The address of what comes ahead."""
        return self._link(_AHEAD, self.shown.newer)

    def _link(self, direction: str, place: Cursor | None) -> str | None:
        if place is None:
            return None
        return str(replace_query_param(self._url, self.cursor_query_param, f"{direction}{place}"))


@extend_schema_view(
    get=extend_schema(
        summary="List poses to review",
        description="Of one state, without keypoints; for who may edit or approve everyone's poses.",
        parameters=[ReviewQuerySerializer],
        responses={200: ReviewSerializer(many=True), **refusals(400, 403)},
    )
)
class ReviewListView(generics.ListAPIView[Pose]):
    """The review's queue."""

    serializer_class = ReviewSerializer
    pagination_class = ReviewPagination
    permission_classes = [IsAuthenticated, MayReview]
    queryset = Pose.objects.none()
    wanted: ReviewFilter

    def get_queryset(self) -> QuerySet[Pose]:
        """What is asked for in the address."""
        query = ReviewQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        self.wanted = query.wanted
        poses = reading.review_poses(user=cast("User", self.request.user), wanted=self.wanted)
        return reading.with_rows(reading.listed(poses, self.wanted.order)).defer("current__keypoints")


class PoseReviewView(APIView):
    """A step of the review."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        summary="Review a pose",
        description="`send`, `assign` and `comment` are for who may edit the pose, `start` for who may edit or approve "
        "everyone's, `approve`, `reject` and `unlock` for who may approve poses. An approved pose is locked until it "
        "is unlocked; only who may approve comments on it.",
        request=ReviewActionSerializer,
        responses={200: ReviewSerializer, **refusals(400, 403, 404, 409)},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """How the pose stands then."""
        user = cast("User", request.user)
        poses = Pose.objects.visible_to(user).reviewable_by(user)
        pose = get_object_or_404(poses.with_current().select_related("assigned_to", "reviewed_by"), pk=pk)
        form = ReviewActionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        reviewing.review(
            pose=pose,
            action=Action(given["action"]),
            by=user,
            reason=given.get("reason", ""),
            text=given.get("comment", ""),
            to=reviewing.person(given.get("assigned_to")),
            seen=given.get("revision"),
            expected=given.get("expected_comment"),
        )
        return Response(ReviewSerializer(pose).data)
