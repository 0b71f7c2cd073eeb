"""The pose API's routes."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from . import files
from .logs import LogViewSet
from .mirror import MirrorView
from .photos import PhotoViewSet
from .pose_models import ModelsView
from .poses import PoseViewSet
from .presign import PresignView, UploadStateView
from .review import PoseReviewView, ReviewListView
from .revisions import AuditCsvView, RestoreView, RevisionListView, RevisionView
from .statistics import KeypointStatisticsCsvView, KeypointStatisticsView
from .storage_events import StorageEventsView

router = DefaultRouter(use_regex_path=False)
router.include_format_suffixes = False
router.register("photos", PhotoViewSet, basename="photo")
router.register("poses", PoseViewSet, basename="pose")
router.register("logs", LogViewSet, basename="log")

photo_files = [
    path("image/", files.ImageView.as_view(), name="photo-image"),
    path("display/", files.DisplayView.as_view(), name="photo-display"),
    path("thumbnail/", files.ThumbnailView.as_view(), name="photo-thumbnail"),
    path("overlay.svg/", files.OverlaySvgView.as_view(), name="photo-overlay-svg"),
    path("overlay.png/", files.OverlayPngView.as_view(), name="photo-overlay-png"),
    path("overlay.jpg/", files.OverlayJpegView.as_view(), name="photo-overlay-jpg"),
    path("mirror/", MirrorView.as_view(), name="photo-mirror"),
    path("keypoints.csv/", files.KeypointsCsvView.as_view(), name="photo-keypoints-csv"),
]
urlpatterns = [
    path("models/", ModelsView.as_view(), name="models"),
    path("photos/presign/", PresignView.as_view(), name="presign"),
    path("photos/uploads/<uuid:pk>/", UploadStateView.as_view(), name="upload-state"),
    path("storage/events/", StorageEventsView.as_view(), name="storage-events"),
    path("photos/<uuid:pk>/", include(photo_files)),
    path("review/", ReviewListView.as_view(), name="review-list"),
    path("poses/<uuid:pk>/review/", PoseReviewView.as_view(), name="pose-review"),
    path("poses/<uuid:pk>/revisions/", RevisionListView.as_view(), name="pose-revisions"),
    path("poses/<uuid:pk>/revisions/<int:number>/", RevisionView.as_view(), name="pose-revision"),
    path("poses/<uuid:pk>/restore/", RestoreView.as_view(), name="pose-restore"),
    path("poses/<uuid:pk>/audit.csv/", AuditCsvView.as_view(), name="pose-audit-csv"),
    path("statistics/keypoints/", KeypointStatisticsView.as_view(), name="keypoint-statistics"),
    path("statistics/keypoints.csv/", KeypointStatisticsCsvView.as_view(), name="keypoint-statistics-csv"),
    path("", include(router.urls)),
]
