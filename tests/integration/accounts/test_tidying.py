import io
from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from accounts.models import ApiSession, LoginThrottle


def test_expired_sessions_and_forgotten_counters_are_deleted_and_no_others(user, program):
    now = timezone.now()
    ApiSession.objects.create(user=user, refresh_jti="old", expires_at=now - timedelta(minutes=2))
    LoginThrottle.objects.create(key="old", failures=9, last_failed_at=now - timedelta(hours=2))
    fresh = LoginThrottle.objects.create(key="fresh", failures=9, last_failed_at=now)
    LoginThrottle.objects.exclude(key__in=("old", "fresh")).delete()
    out = io.StringIO()

    call_command("clear_api_sessions", stdout=out)

    assert out.getvalue().strip() == "Deleted: expired API sessions 1, login counters 1."
    assert ApiSession.objects.count() == 1
    assert list(LoginThrottle.objects.all()) == [fresh]
    assert program.profile_status() == 200
