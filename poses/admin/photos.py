"""Photos."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from core.admin.options import BoundedAdmin, NothingToEdit
from poses.models import Photo, Pose, PoseRevision
from poses.services import deleting

from . import pictures
from .columns import error_text, state_badge
from .deletion import RefusableDeletion, delete_selected
from .detect_again import detect_again
from .filters import ErrorFilter, ModelFilter, PeopleFilter
from .inlines import DetectionInline, LogInline, PoseInline

if TYPE_CHECKING:
    from accounts.models import User

_FILES = {
    "image": "Original",
    "overlay-jpg": "With skeletons, JPEG",
    "overlay-png": "With skeletons, PNG",
    "overlay-svg": "Skeletons, SVG",
    "keypoints-csv": "Keypoints, CSV",
    "detail": "JSON",
}


@admin.register(Photo)
class PhotoAdmin(RefusableDeletion, NothingToEdit, BoundedAdmin[Photo]):
    """Photos come in by upload and go with their files; no date hierarchy, which reads the whole table twice."""

    list_display = ("shown", "name", "owner", "state", "people", "pose_model", "source", "created_at")
    list_display_links = ("shown", "name")
    list_filter = ("status", PeopleFilter, ModelFilter, "source", ErrorFilter, "created_at")
    search_fields = ("original_name", "owner__email", "^sha256")
    search_help_text = "Name, owner's e-mail address, id or SHA-256."
    ordering = ("-created_at", "-id")
    actions = (delete_selected, detect_again)
    inlines = (PoseInline, DetectionInline, LogInline)
    fieldsets = (
        (None, {"fields": ("large", "files")}),
        ("Detection", {"fields": ("status", "error", "people_found", "model_name", "people_wanted", "min_confidence")}),
        (
            "File",
            {
                "fields": (
                    *("id", "original_name", "owner", "source", "content_type", "pixels", "size", "sha256", "notice"),
                    *("created_at", "updated_at"),
                )
            },
        ),
    )
    readonly_fields = ("large", "files", "error", "pixels", "size", "id", "created_at", "updated_at")

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        """Those that the person may see, with what the rows show."""
        photos = Photo.objects.visible_to(request.user).with_poses()
        return photos.select_related("owner").order_by(*self.ordering)

    def has_detect_permission(self, request: HttpRequest) -> bool:
        """Who may change photos may have them detected again."""
        return request.user.has_perm("poses.change_photo")

    def view_on_site(self, photo: Photo) -> str:
        """The viewer's page."""
        return photo.get_absolute_url()

    @admin.display(description="photo")
    def shown(self, photo: Photo) -> SafeString:
        """The thumbnail with everybody on it."""
        return pictures.thumbnail(photo, [pose.current.points for pose in photo.poses.all()])

    @admin.display(description="name", ordering="original_name")
    def name(self, photo: Photo) -> str:
        """The file's name as it was given."""
        return photo.title

    @admin.display(description="status", ordering="status")
    def state(self, photo: Photo) -> SafeString:
        """The status, and why where it failed."""
        return state_badge(photo)

    @admin.display(description="people", ordering="people_found")
    def people(self, photo: Photo) -> int:
        """How many were found."""
        return photo.people_found

    @admin.display(description="model", ordering="model_name")
    def pose_model(self, photo: Photo) -> str:
        """The model's name."""
        return photo.model_name

    @admin.display(description="photo")
    def large(self, photo: Photo) -> SafeString:
        """The photo with everybody on it."""
        return pictures.picture(photo)

    @admin.display(description="files")
    def files(self, photo: Photo) -> SafeString:
        """Links to what can be downloaded."""
        links = ((reverse(f"photo-{name}", args=[photo.pk]), label) for name, label in _FILES.items())
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    @admin.display(description="error")
    def error(self, photo: Photo) -> str:
        """Message and code."""
        return error_text(photo)

    @admin.display(description="pixels")
    def pixels(self, photo: Photo) -> str:
        """Width and height of the upright photo."""
        return f"{photo.width} × {photo.height}"

    @admin.display(description="size")
    def size(self, photo: Photo) -> str:
        """The file's."""
        return filesizeformat(photo.size_bytes)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Names and counts; Django would load and list every revision."""
        photos = list(objs)
        poses = Pose.objects.filter(photo__in=photos)
        counts = {
            "photos": len(photos),
            "poses": poses.count(),
            "revisions": PoseRevision.objects.filter(pose__in=poses.values("pk").order_by()).count(),
            "files": 2 * len(photos),
        }
        return [f"{photo.title} ({photo.owner})" for photo in photos], counts, set(), []

    def delete_model(self, request: HttpRequest, obj: Photo) -> None:
        """With its files and a log entry."""
        deleting.delete_photo(photo=obj, actor=cast("User", request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> None:
        """One by one, as above, in the order in which everybody locks photos."""
        for photo in queryset.order_by("queued_at", "pk"):
            self.delete_model(request, photo)
