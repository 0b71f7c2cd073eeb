"""What webhooks are signed with."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class WebhookSecret(models.Model):
    """A user's secret, of which only a part is kept here: it is derived from this and the site's own secret key.

    A copy of the database alone signs nothing. The one before a rotation stays good for a day.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhook_secret")
    salt = models.CharField(max_length=64)
    previous_salt = models.CharField(max_length=64, blank=True)
    rotated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Webhook secret of {self.user_id}"
