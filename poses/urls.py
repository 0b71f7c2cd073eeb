"""Pose pages."""

from django.urls import path

from .views import gallery, progress, samples, viewer

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
    path("photos/<uuid:pk>/delete/", viewer.delete_photo_page, name="photo_delete"),
]
