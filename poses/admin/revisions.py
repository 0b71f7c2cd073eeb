"""Revisions."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.admin.options import ReadOnlyAdmin
from poses.models import Pose, PoseRevision

from . import pictures
from .columns import LARGE_COLUMNS, EditColumns, admin_link, keypoint_table, photo_link


@admin.register(PoseRevision)
class RevisionAdmin(EditColumns, ReadOnlyAdmin[PoseRevision]):
    """Versions of keypoints, never changed."""

    list_display = ("__str__", "pose_on_photo", "edited_by", "changed", "reason", "created_at")
    list_filter = ("source", "client", "created_at")
    search_fields = ("pose__photo__original_name", "editor__email")
    search_help_text = "Photo's name, editor's e-mail address, or an id of photo, pose or revision."
    id_search_fields = ("pk", "pose_id", "pose__photo_id")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        *("large", "photo_page", "pose_page", "number", "source", "editor", "client", "reason", "began_from"),
        *("restored_from", "points_moved", "mean_px", "states_changed", "score_shown", "detection", "id"),
        *("created_at", "keypoint_rows"),
    )

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[PoseRevision]:
        """Those of poses that the person may see, with what the rows show."""
        revisions = super().get_queryset(request).filter(pose__in=Pose.objects.visible_to(request.user))
        return revisions.select_related("pose__photo", "editor").defer(*LARGE_COLUMNS)

    @admin.display(description="pose")
    def pose_page(self, revision: PoseRevision) -> SafeString:
        """A link."""
        return admin_link("pose", revision.pose_id, str(revision.pose))

    @admin.display(description="photo", ordering="pose__photo__original_name")
    def photo_page(self, revision: PoseRevision) -> SafeString:
        """A link."""
        return photo_link(revision.pose.photo)

    @admin.display(description="pose and photo", ordering="pose__photo__original_name")
    def pose_on_photo(self, revision: PoseRevision) -> SafeString:
        """A link to each."""
        return format_html("{}<br>{}", self.pose_page(revision), self.photo_page(revision))

    @admin.display(description="pose")
    def large(self, revision: PoseRevision) -> SafeString:
        """The photo with the person as this revision has it."""
        return pictures.picture_of(revision.pose.photo, revision.version)

    @admin.display(description="keypoints")
    def keypoint_rows(self, revision: PoseRevision) -> SafeString:
        """In the photo's pixels."""
        return keypoint_table(revision.version, revision.pose.photo)
