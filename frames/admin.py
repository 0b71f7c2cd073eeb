"""Scans and their imports, to be looked at; the rows themselves are their owners' alone."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.admin.options import ReadOnlyAdmin
from frames.models import DepthImport, DepthScan
from poses.admin.columns import error_text, state_badge

_SHOWN = 50


@admin.register(DepthScan)
class DepthScanAdmin(ReadOnlyAdmin[DepthScan]):
    """Whose scans there are, and how large they are."""

    list_display = ("name", "owner", "row_count", "width", "depth_min", "depth_max", "unit", "imported_at")
    list_filter = ("created_at", "imported_at")
    search_fields = ("name", "owner__email")
    search_help_text = "Name, owner's e-mail address or id."
    ordering = ("-created_at", "-id")
    list_select_related = ("owner",)
    fields = readonly_fields = (
        *("name", "owner", "unit", "row_count", "width", "thin_width", "depth_min", "depth_max", "step", "edition"),
        *("created_at", "imported_at", "latest_imports", "id"),
    )

    @admin.display(description="latest imports")
    def latest_imports(self, scan: DepthScan) -> SafeString | str:
        """A link to each."""
        latest = scan.imports.only("original_name", "status", "error_code")[:_SHOWN]
        return format_html_join("", '<p><a href="{}">{}</a> {}</p>', map(_import_cells, latest)) or "-"


@admin.register(DepthImport)
class DepthImportAdmin(ReadOnlyAdmin[DepthImport]):
    """How imports stand, and what was found in their files."""

    list_display = ("original_name", "scan_page", "owner_shown", "state", "row_count", "size", "created_at")
    list_filter = ("status", "is_strict", "created_at")
    search_fields = ("original_name", "error_code", "scan__name", "scan__owner__email")
    search_help_text = "File's name, error's code, scan's name, owner's e-mail address, or an id of import or scan."
    id_search_fields = ("pk", "scan_id")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        *("original_name", "scan_page", "owner_shown", "asked_by", "state", "error", "is_strict", "size"),
        *("row_count", "replaced_count", "is_upward", "finding_counts", "first_findings"),
        *("created_at", "started_at", "finished_at", "step", "step_started_at", "progress_done", "progress_total"),
        *("file_name", "id", "attempts", "queued_at", "lease_until", "request_id"),
    )

    class Media:
        css = {"all": ("css/admin-poses.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[DepthImport]:
        """With what the rows show."""
        return super().get_queryset(request).select_related("scan__owner", "asked_by")

    @admin.display(description="scan", ordering="scan__name")
    def scan_page(self, item: DepthImport) -> SafeString:
        """A link."""
        page = reverse("admin:frames_depthscan_change", args=[item.scan_id])
        return format_html('<a href="{}">{}</a>', page, item.scan)

    @admin.display(description="owner", ordering="scan__owner__email")
    def owner_shown(self, item: DepthImport) -> str:
        """Of the scan."""
        return str(item.scan.owner)

    @admin.display(description="status", ordering="status")
    def state(self, item: DepthImport) -> SafeString:
        """The status, and why where it failed."""
        return state_badge(item)

    @admin.display(description="error")
    def error(self, item: DepthImport) -> str:
        """Message and code."""
        return error_text(item)

    @admin.display(description="size", ordering="size_bytes")
    def size(self, item: DepthImport) -> str:
        """Of the file."""
        return filesizeformat(item.size_bytes)

    @admin.display(description="file")
    def file_name(self, item: DepthImport) -> str:
        """Its name in the storage, until the import has ended."""
        return item.file.name or "-"

    @admin.display(description="first findings")
    def first_findings(self, item: DepthImport) -> SafeString | str:
        """As the owner's report has them."""
        return format_html_join("", "<p>{}</p>", ((one.message,) for one in item.findings.all()[:_SHOWN])) or "-"


def _import_cells(item: DepthImport) -> tuple[str, str, SafeString]:
    page = reverse("admin:frames_depthimport_change", args=[item.pk])
    return page, item.original_name, state_badge(item)
