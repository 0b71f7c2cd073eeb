"""Revisions."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.admin.options import ReadOnlyAdmin
from poses.models import PoseRevision

from . import pictures
from .columns import admin_link, keypoint_table, photo_link, score_cell


@admin.register(PoseRevision)
class RevisionAdmin(ReadOnlyAdmin[PoseRevision]):
    """Versions of keypoints, never changed."""

    list_display = ("__str__", "pose_page", "photo_page", "number", "source", "editor", "score_shown", "created_at")
    list_filter = ("source", "created_at")
    search_fields = ("pose__photo__original_name", "editor__email")
    search_help_text = "Photo's name, editor's e-mail address, or an id of photo, pose or revision."
    id_search_fields = ("pk", "pose_id", "pose__photo_id")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        *("large", "photo_page", "pose_page", "number", "source", "editor", "score_shown"),
        *("detection", "id", "created_at", "keypoint_rows"),
    )

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[PoseRevision]:
        """With what the rows show."""
        revisions = super().get_queryset(request).select_related("pose__photo", "editor")
        return revisions.defer("keypoints", "world_keypoints")

    @admin.display(description="pose")
    def pose_page(self, revision: PoseRevision) -> SafeString:
        """A link."""
        return admin_link("pose", revision.pose_id, str(revision.pose))

    @admin.display(description="photo", ordering="pose__photo__original_name")
    def photo_page(self, revision: PoseRevision) -> SafeString:
        """A link."""
        return photo_link(revision.pose.photo)

    @admin.display(description="score", ordering="score")
    def score_shown(self, revision: PoseRevision) -> str:
        """Mean visibility, 0 to 1."""
        return score_cell(revision.score)

    @admin.display(description="pose")
    def large(self, revision: PoseRevision) -> SafeString:
        """The photo with the person as this revision has it."""
        return pictures.picture_of(revision.pose.photo, revision.points)

    @admin.display(description="keypoints")
    def keypoint_rows(self, revision: PoseRevision) -> SafeString:
        """In the photo's pixels."""
        return keypoint_table(revision.points, revision.pose.photo)
