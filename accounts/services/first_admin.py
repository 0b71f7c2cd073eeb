"""The administrator of a site that nobody uses yet."""

import secrets

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User

_PASSWORD_BYTES = 15  # 20 letters


def create_first_admin() -> tuple[User, str] | None:
    """A superuser with a random password, which is known to the caller alone; None where there is any user already."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    try:
        with transaction.atomic():
            if User.objects.exists():
                return None
            return User.objects.create_superuser(settings.ADMIN_EMAIL, password, name="Administrator"), password
    except IntegrityError:  # another process was first
        return None
