"""The batch API's routes."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from . import files
from .batches import BatchViewSet
from .rows import BatchRowsView

router = SimpleRouter(use_regex_path=False)
router.register("batches", BatchViewSet, basename="batch")

urlpatterns = [
    path("batches/outputs/<uuid:pk>/", files.OutputView.as_view(), name="batch-output"),
    path("batches/outputs/<uuid:pk>/thumbnail/", files.OutputThumbnailView.as_view(), name="batch-output-thumbnail"),
    path("batches/<uuid:pk>/rows/", BatchRowsView.as_view(), name="batch-rows"),
    path("batches/<uuid:pk>/output.csv/", files.OutputCsvView.as_view(), name="batch-output-csv"),
    path("batches/<uuid:pk>/failed.csv/", files.FailedCsvView.as_view(), name="batch-failed-csv"),
    path("batches/<uuid:pk>/images.zip/", files.ImagesZipView.as_view(), name="batch-images-zip"),
    path("", include(router.urls)),
]
