"""Who sends a request, asked before its body is taken in and any middleware has seen it."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from .authentication import ApiSessionAuthentication


def is_logged_in(request: HttpRequest) -> bool:
    """Whether its cookie or its token is that of a session."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request.session = store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    if get_user(request).is_authenticated:
        return True
    try:
        return ApiSessionAuthentication().authenticate(Request(request)) is not None
    except AuthenticationFailed:
        return False
