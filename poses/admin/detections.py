"""Detections."""

from django.contrib import admin
from django.utils.safestring import SafeString

from core.admin.options import ReadOnlyAdmin
from poses.models import Detection

from .columns import photo_link
from .filters import ModelFilter


@admin.register(Detection)
class DetectionAdmin(ReadOnlyAdmin[Detection]):
    """Which model ran, asked how, and what it found."""

    list_display = (
        *("__str__", "photo_page", "people_found", "people_wanted", "min_confidence", "milliseconds"),
        *("mediapipe_version", "created_at"),
    )
    list_filter = (ModelFilter, "created_at")
    list_select_related = ("photo",)
    search_fields = ("photo__original_name", "^model_sha256")
    search_help_text = "Photo's name, the model file's SHA-256, or an id of photo or detection."
    id_search_fields = ("pk", "photo_id")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        *("photo_page", "model_name", "model_sha256", "mediapipe_version", "people_wanted", "min_confidence"),
        *("people_found", "milliseconds", "id", "created_at"),
    )

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    @admin.display(description="photo", ordering="photo__original_name")
    def photo_page(self, detection: Detection) -> SafeString:
        """A link."""
        return photo_link(detection.photo)
