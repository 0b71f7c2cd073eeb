"""The backup API's routes."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from .backups import BackupViewSet, CheckListView, DownloadListView
from .files import DownloadView

router = SimpleRouter(use_regex_path=False)
router.register("backups", BackupViewSet, basename="backup")

urlpatterns = [
    path("backups/downloads/", DownloadListView.as_view(), name="backup-downloads"),
    path("backups/<uuid:pk>/checks/", CheckListView.as_view(), name="backup-checks"),
    path("backups/<uuid:pk>/download/", DownloadView.as_view(), name="backup-download"),
    path("", include(router.urls)),
]
