"""Poses."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.admin.options import BoundedAdmin, NothingToEdit
from poses.models import Pose, PoseRevision
from poses.services import deleting

from . import pictures
from .columns import CurrentRevisionColumns, keypoint_table, photo_link
from .filters import DetectionModelFilter
from .inlines import RevisionInline

if TYPE_CHECKING:
    from accounts.models import User


@admin.register(Pose)
class PoseAdmin(CurrentRevisionColumns, NothingToEdit, BoundedAdmin[Pose]):
    """One person on one photo."""

    list_display = (
        *("shown", "__str__", "photo_page", "owner", "score", "revision", "source", "model_name", "created_at"),
    )
    list_display_links = ("shown", "__str__")
    list_filter = (("current__source", admin.ChoicesFieldListFilter), DetectionModelFilter, "created_at")
    search_fields = ("photo__original_name", "photo__owner__email")
    search_help_text = "Photo's name, owner's e-mail address, or an id of photo or pose."
    id_search_fields = ("pk", "photo_id")
    ordering = ("-created_at", "-id")
    inlines = (RevisionInline,)
    fields = readonly_fields = (
        *("large", "photo_page", "owner", "score", "revision", "source", "model_name"),
        *("id", "created_at", "updated_at", "keypoints"),
    )

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pose]:
        """With what the rows show."""
        poses = Pose.objects.with_current().select_related("photo__owner")
        return poses.defer("current__world_keypoints").order_by(*self.ordering)

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

    @admin.display(description="owner", ordering="photo__owner__email")
    def owner(self, pose: Pose) -> str:
        """Whose photo it is."""
        return str(pose.photo.owner)

    @admin.display(description="pose")
    def large(self, pose: Pose) -> SafeString:
        """The photo with this person on it."""
        return pictures.picture_of(pose.photo, pose.current.points)

    @admin.display(description="keypoints")
    def keypoints(self, pose: Pose) -> SafeString:
        """Those of the current revision."""
        return keypoint_table(pose.current.points, pose.photo)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Names and counts; Django would load and list every revision."""
        poses = list(objs)
        counts = {"poses": len(poses), "revisions": PoseRevision.objects.filter(pose__in=poses).count()}
        return [f"{pose} on {pose.photo.title} ({pose.photo.owner})" for pose in poses], counts, set(), []

    def delete_model(self, request: HttpRequest, obj: Pose) -> None:
        """With all revisions and a log entry."""
        deleting.delete_pose(pose=obj, actor=cast("User", request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Pose]) -> None:
        """One by one, as above."""
        for pose in queryset:
            self.delete_model(request, pose)
