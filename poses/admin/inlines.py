"""What belongs to a photo or a pose, on its page; each shows to those who may view its kind."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.options import ReadOnlyInline
from poses.models import Detection, LogEntry, Photo, Pose, PoseRevision

from .columns import CurrentRevisionColumns, score_cell


class PoseInline(CurrentRevisionColumns, ReadOnlyInline[Pose, Photo]):
    """The people on a photo."""

    model = Pose
    fields = readonly_fields = ("score", "revision", "source", "model_name", "updated_at")
    verbose_name_plural = "people"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pose]:
        """With what the rows show."""
        poses = super().get_queryset(request).select_related("current", "detection")
        return poses.defer("current__keypoints", "current__world_keypoints").order_by("person")


class DetectionInline(ReadOnlyInline[Detection, Photo]):
    """The models that ran over a photo."""

    model = Detection
    fields = readonly_fields = ("people_found", "people_wanted", "min_confidence", "milliseconds", "created_at")


class LogInline(ReadOnlyInline[LogEntry, Photo]):
    """What happened to a photo."""

    model = LogEntry
    fields = readonly_fields = ("message", "actor", "milliseconds", "created_at")
    verbose_name_plural = "log"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """With what the rows show."""
        return super().get_queryset(request).select_related("actor")


class RevisionInline(ReadOnlyInline[PoseRevision, Pose]):
    """A pose's revisions, the latest first."""

    model = PoseRevision
    fields = readonly_fields = ("source", "editor", "score_shown", "created_at")
    ordering = ("-number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PoseRevision]:
        """Without the keypoints."""
        return super().get_queryset(request).select_related("editor").defer("keypoints", "world_keypoints")

    @admin.display(description="score")
    def score_shown(self, revision: PoseRevision) -> str:
        """Mean visibility, 0 to 1."""
        return score_cell(revision.score)
