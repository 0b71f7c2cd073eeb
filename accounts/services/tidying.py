"""Deleting what nobody needs any more."""

from datetime import datetime

from rest_framework_simplejwt.settings import api_settings

from accounts.models import ApiSession, LoginThrottle

from .throttling import FORGOTTEN_AFTER


def clear_expired(*, now: datetime) -> tuple[int, int]:
    """Deletes API sessions whose last refresh token has expired and forgotten login counters; answers how many."""
    sessions = ApiSession.objects.filter(expires_at__lt=now - api_settings.LEEWAY)
    counters = LoginThrottle.objects.filter(last_failed_at__lt=now - FORGOTTEN_AFTER)
    return sessions.delete()[0], counters.delete()[0]
