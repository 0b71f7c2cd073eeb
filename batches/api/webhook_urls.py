"""The API's routes for webhooks and e-mails at the end of a batch."""

from django.urls import path

from .webhooks import DeliveryListView, DeliveryView, PingView, ResendView, SecretView

urlpatterns = [
    path("webhooks/secret/", SecretView.as_view(), name="webhook-secret"),
    path("webhooks/ping/", PingView.as_view(), name="webhook-ping"),
    path("webhooks/deliveries/", DeliveryListView.as_view(), name="delivery-list"),
    path("webhooks/deliveries/<uuid:pk>/", DeliveryView.as_view(), name="delivery-detail"),
    path("webhooks/deliveries/<uuid:pk>/resend/", ResendView.as_view(), name="delivery-resend"),
]
