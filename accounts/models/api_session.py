"""One login of an API client."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .querysets import ApiSessionQuerySet


class ApiSession(models.Model):
    """The family of tokens that began with one login.

    Every token names its session, so ending the session ends them all at once, access tokens included. Only the refresh
    token issued last may be used; an older one that turns up has been copied, and its whole session ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_sessions")
    refresh_jti = models.CharField(max_length=64, help_text="The id of the refresh token issued last.")
    refreshed_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(ApiSessionQuerySet)()

    class Meta:
        verbose_name = "API session"
        ordering = ("-created_at",)
        constraints = (models.CheckConstraint(condition=~Q(refresh_jti=""), name="api_session_has_refresh_token"),)
        indexes = (models.Index(fields=("expires_at",), name="api_session_expiry"),)

    def __str__(self) -> str:
        return f"API session of {self.user_id}, {self.created_at:%Y-%m-%d %H:%M}"
