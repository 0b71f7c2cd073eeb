"""Pose pages."""

app_name = "poses"
urlpatterns: list[object] = []
