"""Account API."""

app_name = "auth"
urlpatterns: list[object] = []
