"""Pose pages."""

from django.urls import path

from .views import (
    editing,
    gallery,
    mirror,
    progress,
    review,
    review_bulk,
    review_panel,
    revisions,
    samples,
    statistics,
    viewer,
)

app_name = "poses"
urlpatterns = [
    path("", gallery.gallery, name="gallery"),
    path("upload/", samples.upload, name="upload"),
    path("samples/", samples.sample, name="sample"),
    path("photos/progress/", progress.progress, name="progress"),
    path("photos/retry/", progress.retry, name="retry"),
    path("photos/<uuid:pk>/", viewer.photo_page, name="photo"),
    path("photos/<uuid:pk>/card/", gallery.card, name="photo_card"),
    path("photos/<uuid:pk>/progress/", progress.photo_progress, name="photo_progress"),
    path("photos/<uuid:pk>/detect/", viewer.photo_detect, name="photo_detect"),
    path("photos/<uuid:pk>/mirror/", mirror.photo_mirror, name="photo_mirror"),
    path("photos/<uuid:pk>/delete/", viewer.delete_photo_page, name="photo_delete"),
    path("poses/<uuid:pk>/edit/", editing.edit_page, name="pose_edit"),
    path("poses/<uuid:pk>/revisions/", revisions.revisions_page, name="revisions"),
    path("poses/<uuid:pk>/revisions/compare/", revisions.compare_page, name="revisions_compare"),
    path("poses/<uuid:pk>/revisions/restore/", revisions.restore, name="revisions_restore"),
    path("review/", review.review_queue, name="review"),
    path("review/bulk/", review_bulk.review_bulk, name="review_bulk"),
    path("poses/<uuid:pk>/review/", review_panel.pose_review, name="pose_review"),
    path("statistics/keypoints/", statistics.keypoint_statistics_page, name="keypoint_statistics"),
]
