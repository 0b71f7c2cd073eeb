"""Pose API."""


urlpatterns: list[object] = []
