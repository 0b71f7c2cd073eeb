"""Pose pages."""

from django.urls import path

from .views import gallery, samples, viewer

app_name = "poses"
urlpatterns = [
    path("", gallery.gallery, name="gallery"),
    path("upload/", samples.upload, name="upload"),
    path("samples/", samples.sample, name="sample"),
    path("photos/<uuid:pk>/", viewer.photo_page, name="photo"),
    path("photos/<uuid:pk>/card/", gallery.card, name="photo_card"),
    path("photos/<uuid:pk>/detect/", viewer.photo_detect, name="photo_detect"),
    path("photos/<uuid:pk>/delete/", viewer.delete_photo_page, name="photo_delete"),
]
