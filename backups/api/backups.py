"""`/api/backups/`: list, run, read, verify, drill, delete."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from backups.models import Backup, Check, Download
from backups.services import asking, removing
from core.api.pagination import NewestFirstPagination
from core.api.schema import refusals

from .permissions import IsOperator
from .serializers import BackupSerializer, CheckSerializer, DownloadSerializer

if TYPE_CHECKING:
    from accounts.models import User


@extend_schema_view(
    list=extend_schema(summary="List backups", description="Newest first, with those that failed."),
    retrieve=extend_schema(summary="Read a backup", responses={200: BackupSerializer, **refusals(404)}),
)
class BackupViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Backup]):
    """All backups, to operators; to everybody else there are none."""

    queryset = Backup.objects.none()
    serializer_class = BackupSerializer
    permission_classes = [IsOperator]
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Backup]:
        """One that was deleted can be read still, and nothing else."""
        backups = Backup.objects.visible_to(self.request.user).select_related("asked_by")
        return backups.listed() if self.action in ("list", "destroy") else backups

    @extend_schema(
        summary="Back up now",
        description="Takes no body. A worker makes it; ask the URL in `Location` how it goes on. 409 `backup_running` "
        "while one waits or is made.",
        request=None,
        responses={202: BackupSerializer, **refusals(409)},
    )
    def create(self, request: Request) -> Response:
        """POST nothing."""
        backup = asking.run_now(actor=_user(request))
        location = reverse("backup-detail", args=[backup.pk])
        return Response(self.get_serializer(backup).data, status=HTTPStatus.ACCEPTED, headers={"Location": location})

    @extend_schema(
        summary="Delete a backup",
        description="Its file and the second copy. 409: `backup_running`, `backup_checked` while it is looked at, "
        "`last_good_backup` for the only verified one.",
        responses={204: None, **refusals(404, 409)},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """DELETE."""
        removing.delete(backup=self.get_object(), actor=_user(request))
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(
        summary="Verify a backup",
        description="Looks at every byte again, in the background. 409: `busy` while that goes on, `no_file`.",
        request=None,
        responses={202: CheckSerializer, **refusals(404, 409)},
    )
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        """POST nothing."""
        return self._checked(Check.Kind.VERIFICATION)

    @extend_schema(
        summary="Restore a backup as a drill",
        description="Beside the site, in the background, and compares every row count and file. 409: `busy` while that "
        "goes on, `no_file`.",
        request=None,
        responses={202: CheckSerializer, **refusals(404, 409)},
    )
    @action(detail=True, methods=["post"])
    def drill(self, request: Request, pk: str) -> Response:
        """POST nothing."""
        return self._checked(Check.Kind.DRILL)

    def _checked(self, kind: str) -> Response:
        backup = self.get_object()
        check = asking.check(backup=backup, kind=kind, actor=_user(self.request))
        location = reverse("backup-checks", args=[backup.pk])
        return Response(CheckSerializer(check).data, status=HTTPStatus.ACCEPTED, headers={"Location": location})


@extend_schema_view(
    get=extend_schema(
        summary="List verifications and drills of a backup",
        description="Newest first.",
        responses={200: CheckSerializer(many=True), **refusals(404)},
    )
)
class CheckListView(generics.ListAPIView[Check]):
    """What was found when a backup was looked at again."""

    queryset = Check.objects.none()
    serializer_class = CheckSerializer
    permission_classes = [IsOperator]

    def get_queryset(self) -> QuerySet[Check]:
        """One backup's."""
        pk: UUID = self.kwargs["pk"]
        backup = get_object_or_404(Backup.objects.visible_to(cast("User", self.request.user)), pk=pk)
        return Check.objects.filter(backup=backup).select_related("asked_by")


class _LatestFirstPagination(NewestFirstPagination):
    ordering = ("-at", "-id")


@extend_schema_view(get=extend_schema(summary="List downloads of backups", description="Newest first."))
class DownloadListView(generics.ListAPIView[Download]):
    """Who has taken a backup away."""

    queryset = Download.objects.select_related("backup")
    serializer_class = DownloadSerializer
    permission_classes = [IsOperator]
    pagination_class = _LatestFirstPagination


def _user(request: Any) -> "User":
    return cast("User", request.user)
