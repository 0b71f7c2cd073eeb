"""The routes of depth scans and frames."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from .colormaps import ColormapsView
from .frames import FramesView
from .imports import FindingsView, ImportView, ScanImportsView
from .scans import DepthScanViewSet

router = SimpleRouter(use_regex_path=False)
router.register("depth-scans", DepthScanViewSet, basename="depth-scan")

urlpatterns = [
    path("depth-scans/<uuid:pk>/imports/", ScanImportsView.as_view(), name="depth-scan-imports"),
    path("depth-imports/<uuid:pk>/", ImportView.as_view(), name="depth-import-detail"),
    path("depth-imports/<uuid:pk>/findings/", FindingsView.as_view(), name="depth-import-findings"),
    path("frames/", FramesView.as_view(), name="frames-range"),
    path("frames/colormaps/", ColormapsView.as_view(), name="frames-colormaps"),
    path("", include(router.urls)),
]
