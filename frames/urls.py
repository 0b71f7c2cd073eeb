"""The pages of depth scans."""

from django.urls import path

from .views import deleting, imports, new, preview, report, sample, scans, tiles, viewer

app_name = "frames"
urlpatterns = [
    path("", scans.scan_list, name="list"),
    path("new/", new.new_scan, name="new"),
    path("sample.csv", sample.sample_csv, name="sample-csv"),
    path("<uuid:pk>/", viewer.scan_viewer, name="scan"),
    path("<uuid:pk>/import/", new.import_more, name="import-more"),
    path("<uuid:pk>/edit/", scans.edit_scan, name="edit"),
    path("<uuid:pk>/delete/", deleting.delete_scan, name="delete"),
    path("<uuid:pk>/preview/<int:edition>/", preview.preview, name="preview"),
    path("<uuid:pk>/tiles/<int:edition>/<int:level>/<int:position>/", tiles.tile, name="tile"),
    path("imports/<uuid:pk>/", imports.import_page, name="import"),
    path("imports/<uuid:pk>/findings.csv/", report.findings_csv, name="findings-csv"),
]
