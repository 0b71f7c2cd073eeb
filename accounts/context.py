"""What every template knows about accounts."""

from django.conf import settings
from django.http import HttpRequest


def registration(request: HttpRequest) -> dict[str, bool]:
    """Whether people may register themselves."""
    return {"registration_is_open": settings.REGISTRATION_IS_OPEN}
