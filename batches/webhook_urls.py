"""Pages of webhooks."""

from django.urls import path

from .views import webhooks

app_name = "webhooks"
urlpatterns = [
    path("", webhooks.webhooks_page, name="webhooks"),
    path("secret/", webhooks.rotate_secret, name="secret"),
    path("ping/", webhooks.ping, name="ping"),
    path("deliveries/<uuid:pk>/", webhooks.delivery_page, name="delivery"),
    path("deliveries/<uuid:pk>/resend/", webhooks.resend, name="resend"),
]
