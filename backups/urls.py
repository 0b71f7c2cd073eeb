"""Pages of backups."""

from django.urls import path

from .views import actions, backup, downloads
from .views import list as listing

app_name = "backups"
urlpatterns = [
    path("", listing.list_page, name="list"),
    path("run/", actions.run, name="run"),
    path("downloads/", downloads.downloads_page, name="downloads"),
    path("files/<str:name>", downloads.download, name="download"),
    path("link/<str:token>/", downloads.link, name="link"),
    path("<uuid:pk>/", backup.backup_page, name="backup"),
    path("<uuid:pk>/verify/", actions.verify, name="verify"),
    path("<uuid:pk>/drill/", actions.drill, name="drill"),
    path("<uuid:pk>/delete/", actions.delete, name="delete"),
]
