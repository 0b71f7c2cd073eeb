"""`/api/logs/`: what happened."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets

from poses.models import LogEntry

from .serializers import LogEntrySerializer


@extend_schema_view(list=extend_schema(summary="List log entries", description="Newest first."))
class LogViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[LogEntry]):
    """What happened to the caller's photos; to everyone's, for Operators; who edits and reviews, for Editors."""

    queryset = LogEntry.objects.none()
    serializer_class = LogEntrySerializer

    def get_queryset(self) -> QuerySet[LogEntry]:
        """What the caller may see."""
        return LogEntry.objects.visible_to(self.request.user)
