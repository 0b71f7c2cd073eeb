"""Account pages."""

app_name = "accounts"
urlpatterns: list[object] = []
