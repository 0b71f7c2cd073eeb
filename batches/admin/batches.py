"""Batches, their images and what came out of them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from batches.models import Batch, BatchImage, Output
from batches.selectors.standing import standing_of
from core.admin.options import ReadOnlyAdmin
from poses.admin.columns import admin_link, error_text, state_badge

_PERCENT = 100


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin[Batch]):
    """Whose batches there are and how they stand; counts of images are on the batch's own page for its owner."""

    list_display = ("name", "owner", "standing", "row_count", "image_count", "created_at", "finished_at")
    list_filter = ("stage", "status", "created_at")
    search_fields = ("name", "owner__email")
    search_help_text = "CSV's name, owner's e-mail address or id."
    ordering = ("-created_at", "-id")
    list_select_related = ("owner",)
    fieldsets = (
        (
            None,
            {"fields": ("name", "owner", "standing", "stage", "status", "error", "run", "row_count", "image_count")},
        ),
        (
            "Compression",
            {"fields": ("compresses", "output_format", "quality", "target_percent", "longest_side", "measures_ssim")},
        ),
        ("Detection", {"fields": ("finds_people", "model_name", "people_wanted", "min_confidence")}),
        ("Told at the end", {"fields": ("email", "webhook_url", "base_url")}),
        (
            "Work",
            {
                "fields": (
                    *("id", "created_at", "started_at", "finished_at", "attempts", "queued_at", "lease_until"),
                    *("request_id", "results_name", "results_size"),
                )
            },
        ),
    )
    readonly_fields = ("standing", "error", "results_name", "results_size")

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    @admin.display(description="standing")
    def standing(self, batch: Batch) -> str:
        """In one word or two."""
        return str(standing_of(batch).label)

    @admin.display(description="error")
    def error(self, batch: Batch) -> str:
        """Message and code."""
        return error_text(batch)

    @admin.display(description="output CSV")
    def results_name(self, batch: Batch) -> str:
        """Its name in the storage; only the owner gets the file itself."""
        return batch.results.name or "-"

    @admin.display(description="size of the output CSV")
    def results_size(self, batch: Batch) -> str:
        """In bytes or more."""
        return "-" if batch.results_bytes is None else filesizeformat(batch.results_bytes)


@admin.register(BatchImage)
class BatchImageAdmin(ReadOnlyAdmin[BatchImage]):
    """What became of each distinct URL."""

    list_display = ("url_shown", "batch_page", "owner_shown", "state", "people_found", "queued_at")
    list_filter = ("status", "queued_at")
    search_fields = ("url", "^host", "error_code", "batch__name", "batch__owner__email")
    search_help_text = "URL, host, error's code, batch's name, owner's e-mail address, or an id of image or batch."
    id_search_fields = ("pk", "batch_id", "photo_id", "output_id")
    ordering = ("batch_id", "number")  # by an index: there may be millions; filters and search find the newest
    fields = readonly_fields = (
        *("url", "host", "batch_page", "number", "status", "error", "photo_page", "output_page", "people_found"),
        *("bytes_before", "bytes_after", "milliseconds", "sha256", "has_made_photo"),
        *("id", "attempts", "queued_at", "lease_until", "finished_at", "request_id"),
    )

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[BatchImage]:
        """With what the rows show."""
        return super().get_queryset(request).select_related("batch__owner", "photo", "output")

    @admin.display(description="URL", ordering="url")
    def url_shown(self, image: BatchImage) -> str:
        """Not a link: it leads to somebody else's site."""
        return image.url

    @admin.display(description="batch", ordering="batch__name")
    def batch_page(self, image: BatchImage) -> SafeString:
        """A link."""
        return _link("batch", image.batch)

    @admin.display(description="owner", ordering="batch__owner__email")
    def owner_shown(self, image: BatchImage) -> str:
        """The batch's."""
        return str(image.batch.owner)

    @admin.display(description="status", ordering="status")
    def state(self, image: BatchImage) -> SafeString:
        """The status, and why where it failed."""
        return state_badge(image)

    @admin.display(description="error")
    def error(self, image: BatchImage) -> str:
        """Message and code."""
        return error_text(image)

    @admin.display(description="photo")
    def photo_page(self, image: BatchImage) -> SafeString | str:
        """A link where people were looked for."""
        return "-" if image.photo is None else admin_link("photo", image.photo.pk, image.photo.title)

    @admin.display(description="output")
    def output_page(self, image: BatchImage) -> SafeString | str:
        """A link where it was compressed."""
        return "-" if image.output is None else _link("output", image.output)


@admin.register(Output)
class OutputAdmin(ReadOnlyAdmin[Output]):
    """Compressed images, each once an owner and settings."""

    list_display = ("created_at", "owner", "settings_key", "size", "saved", "quality", "ssim_shown")
    list_filter = ("is_original_kept", "content_type", "created_at")
    search_fields = ("owner__email", "^sha256", "^source_sha256", "settings_key")
    search_help_text = "Owner's e-mail address, SHA-256 of result or original, settings such as webp-q50, or an id."
    ordering = ("-created_at", "-id")
    list_select_related = ("owner",)
    fields = readonly_fields = (
        *("owner", "settings_key", "content_type", "pixels", "size", "saved", "is_original_kept", "quality"),
        *("ssim_shown", "file_name", "sha256", "source_sha256", "id", "created_at"),
    )

    @admin.display(description="size", ordering="bytes_after")
    def size(self, output: Output) -> str:
        """After the compression, and before."""
        return f"{filesizeformat(output.bytes_after)} of {filesizeformat(output.bytes_before)}"

    @admin.display(description="saved")
    def saved(self, output: Output) -> str:
        """Per cent of the original's bytes."""
        return f"{(1 - output.bytes_after / output.bytes_before) * _PERCENT:.0f} %" if output.bytes_before else "-"

    @admin.display(description="SSIM", ordering="ssim")
    def ssim_shown(self, output: Output) -> str:
        """Where it was measured."""
        return "-" if output.ssim is None else f"{output.ssim:.4f}"

    @admin.display(description="pixels")
    def pixels(self, output: Output) -> str:
        """Width and height."""
        return f"{output.width} × {output.height}"

    @admin.display(description="file")
    def file_name(self, output: Output) -> str:
        """In the storage; only the owner gets the file itself."""
        return output.file.name or "-"


def _link(name: str, row: Batch | Output) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:batches_{name}_change", args=[row.pk]), row)
