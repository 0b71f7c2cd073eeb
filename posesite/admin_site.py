"""The admin as this site shows it."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class PoseSiteAdmin(admin.AdminSite):
    """Django's admin with our name on it, behind the site's own login."""

    site_header = "PoseSite admin"
    site_title = "PoseSite admin"
    index_title = "Administration"
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sends to the site's login page, which counts failures; the admin's own form would not.

        Raises PermissionDenied for who is logged in and may not come in: logging in again would not help.
        """
        target = self._target(request)
        if not request.user.is_authenticated:
            return redirect_to_login(target, resolve_url(settings.LOGIN_URL))
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect(target)

    def password_change(  # type: ignore[override]  # a redirect, not a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sends to the site's own page, which also ends the API's sessions."""
        return redirect("accounts:password_change")

    def _target(self, request: HttpRequest) -> str:
        """Where to go after login: a page of this site only."""
        target = request.GET.get(REDIRECT_FIELD_NAME, "")
        is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
        return target if is_ours else reverse("admin:index", current_app=self.name)
