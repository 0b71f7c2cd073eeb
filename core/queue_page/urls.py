"""The page of the queue."""

from django.urls import path

from .views import queue_page

urlpatterns = [path("", queue_page, name="queue")]
