"""Pages of batches."""

from django.urls import path

from .views import actions, batch
from .views import list as listing

app_name = "batches"
urlpatterns = [
    path("", listing.list_page, name="list"),
    path("example.csv", listing.example_csv, name="example_csv"),
    path("<uuid:pk>/", batch.batch_page, name="batch"),
    path("<uuid:pk>/start/", actions.start, name="start"),
    path("<uuid:pk>/pause/", actions.pause, name="pause"),
    path("<uuid:pk>/resume/", actions.resume, name="resume"),
    path("<uuid:pk>/retry/", actions.retry, name="retry"),
    path("<uuid:pk>/cancel/", actions.cancel, name="cancel"),
    path("<uuid:pk>/delete/", actions.delete, name="delete"),
]
