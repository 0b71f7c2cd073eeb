"""Poses."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.admin.options import BoundedAdmin
from poses.models import Pose, PoseRevision
from poses.services import deleting

from . import pictures
from .columns import CurrentRevisionColumns, ReviewColumns, keypoint_table, owned_photo_link, photo_link
from .deletion import RefusableDeletion, delete_selected
from .filters import (
    AssignedFilter,
    ConfidenceFilter,
    DetectionModelFilter,
    EditedFilter,
    KeypointSourceFilter,
    PeopleOnPhotoFilter,
    PhotoSourceFilter,
)
from .inlines import RevisionInline
from .pose_actions import POSE_ACTIONS
from .pose_editing import PoseEditing

if TYPE_CHECKING:
    from accounts.models import User


_POSE = ("photo_page", "owner", "score_shown", "revision", "source", "model_name")
_REVIEW = ("review_status", "review_reason", "review_comment", "assigned_to", "reviewed_by", "reviewed_at", "mirror")
_DATES = ("id", "created_at", "updated_at")


@admin.register(Pose)
class PoseAdmin(RefusableDeletion, PoseEditing, CurrentRevisionColumns, ReviewColumns, BoundedAdmin[Pose]):
    """One person on one photo."""

    list_display = (
        "shown",
        "__str__",
        "owned_photo",
        "assigned_review",
        "score_shown",
        "sourced_revision",
        "created_at",
    )
    list_display_links = ("shown", "__str__")
    list_filter = (
        *("review_status", ConfidenceFilter, EditedFilter, AssignedFilter, PeopleOnPhotoFilter),
        ("photo__source", PhotoSourceFilter),
        ("current__source", KeypointSourceFilter),
        *(DetectionModelFilter, "created_at"),
    )
    search_fields = ("photo__original_name", "photo__owner__email")
    search_help_text = "Photo's name, owner's e-mail address, or an id of photo or pose."
    id_search_fields = ("pk", "photo_id")
    ordering = ("-created_at", "-id")
    actions = (delete_selected, *POSE_ACTIONS)
    inlines = (RevisionInline,)
    readonly_fields = ("large", *_POSE, *_REVIEW, *_DATES, "keypoint_rows")

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pose]:
        """Those that the person may see, with what the rows show."""
        poses = (
            Pose.objects.visible_to(request.user)
            .with_current()
            .select_related("photo__owner", "assigned_to", "reviewed_by")
        )
        return poses.defer("current__world_keypoints").order_by(*self.ordering)

    def get_fieldsets(self, request: HttpRequest, obj: Pose | None = None) -> Any:
        """The editor for who may change poses, else a picture and a table."""
        if obj is not None and self.has_change_permission(request, obj):
            shown = [(None, {"fields": ("keypoints", "reason", "expected_revision")}), ("Pose", {"fields": _POSE})]
        else:
            shown = [(None, {"fields": ("large", *_POSE, "keypoint_rows")})]
        return [*shown, ("Review", {"fields": _REVIEW}), ("Dates", {"fields": _DATES})]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No: poses are found on photos."""
        return False

    def has_approve_permission(self, request: HttpRequest) -> bool:
        """Who may approve poses."""
        return request.user.has_perm("poses.approve_pose")

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Who may export everyone's keypoints."""
        return request.user.has_perm("poses.export_pose")

    def has_detect_permission(self, request: HttpRequest) -> bool:
        """Who may change photos may have them detected again."""
        return request.user.has_perm("poses.change_photo")

    def view_on_site(self, pose: Pose) -> str:
        """The viewer's page of the photo."""
        return pose.photo.get_absolute_url()

    @admin.display(description="pose")
    def shown(self, pose: Pose) -> SafeString:
        """The photo's thumbnail with this person on it."""
        return pictures.thumbnail(pose.photo, [pose.current.points])

    @admin.display(description="photo", ordering="photo__original_name")
    def photo_page(self, pose: Pose) -> SafeString:
        """A link."""
        return photo_link(pose.photo)

    @admin.display(description="photo and owner", ordering="photo__original_name")
    def owned_photo(self, pose: Pose) -> SafeString:
        """A link, and whose photo it is."""
        return owned_photo_link(pose.photo)

    @admin.display(description="owner", ordering="photo__owner__email")
    def owner(self, pose: Pose) -> str:
        """Whose photo it is."""
        return str(pose.photo.owner)

    @admin.display(description="pose")
    def large(self, pose: Pose) -> SafeString:
        """The photo with this person on it."""
        return pictures.picture_of(pose.photo, pose.current.version)

    @admin.display(description="keypoints")
    def keypoint_rows(self, pose: Pose) -> SafeString:
        """Those of the current revision."""
        return keypoint_table(pose.current.version, pose.photo)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Names and counts; Django would load and list every revision."""
        poses = list(objs)
        counts = {"poses": len(poses), "revisions": PoseRevision.objects.filter(pose__in=poses).count()}
        names = [f"{pose} on {pose.photo.title} ({pose.photo.owner})" for pose in poses]
        locked = [f"{pose} on {pose.photo.title} is approved and locked" for pose in poses if pose.is_locked]
        return names, counts, set(), locked

    def delete_model(self, request: HttpRequest, obj: Pose) -> None:
        """With all revisions and a log entry."""
        deleting.delete_pose(pose=obj, actor=cast("User", request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Pose]) -> None:
        """One by one, as above, in the order in which everybody locks photos."""
        for pose in queryset.order_by("photo__queued_at", "photo_id"):
            self.delete_model(request, pose)
