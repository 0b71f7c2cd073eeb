"""What belongs to a photo or a pose, on its page; each shows to those who may view its kind."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.functional import cached_property

from core.admin.options import ReadOnlyInline
from poses.models import Detection, LogEntry, Photo, Pose, PoseRevision

from .columns import LARGE_COLUMNS, CurrentRevisionColumns, EditColumns, ReviewColumns

if TYPE_CHECKING:  # generic for the type checker, not at run time
    _InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    _InlineFormSet = BaseInlineFormSet


class PoseInline(CurrentRevisionColumns, ReviewColumns, ReadOnlyInline[Pose, Photo]):
    """The people on a photo."""

    model = Pose
    fields = readonly_fields = (
        *("score_shown", "revision", "source", "model_name", "review", "assigned_to", "updated_at"),
    )
    verbose_name_plural = "people"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pose]:
        """With what the rows show."""
        poses = super().get_queryset(request).select_related("current", "detection", "assigned_to")
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


_SHOWN_REVISIONS = 20


class ShownFormSet(_InlineFormSet):
    """The first rows, shown beside a form that is posted, and never posted themselves."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []

    @cached_property
    def _first(self) -> QuerySet[Any]:
        return super().get_queryset()[:_SHOWN_REVISIONS]

    def get_queryset(self) -> QuerySet[Any]:
        """As many as are shown."""
        return self._first

    def is_valid(self) -> bool:
        """Always: there is nothing in it that could be wrong."""
        return True

    def save(self, commit: bool = True) -> list[Any]:  # noqa: FBT001, FBT002  # Django's own signature
        """Nothing."""
        return []


class RevisionInline(EditColumns, ReadOnlyInline[PoseRevision, Pose]):
    """A pose's latest revisions, and where all of them are."""

    model = PoseRevision
    template = "admin/poses/revisions.html"
    verbose_name_plural = "latest revisions"
    formset = ShownFormSet
    fields = readonly_fields = (
        *("source", "edited_by", "began_from", "restored_from", "changed", "reason", "score_shown", "created_at"),
    )
    ordering = ("-number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PoseRevision]:
        """Without the keypoints."""
        return super().get_queryset(request).select_related("editor").defer(*LARGE_COLUMNS)
