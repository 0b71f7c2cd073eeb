"""Logging in and out."""

from http import HTTPStatus
from typing import Any, Protocol

from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse

from accounts.forms import LoginForm


class _Throttled(Protocol):
    retry_after_s: int | None


def marked(response: HttpResponse, form: _Throttled) -> HttpResponse:
    """The page of a refused form, with 429 and Retry-After where that is why."""
    if form.retry_after_s is not None:
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response["Retry-After"] = str(form.retry_after_s)
    return response


class LoginView(auth_views.LoginView):
    """The site's only login page; the admin sends its people here too."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again."""
        return marked(super().form_invalid(form), form)

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Where the person wanted to go, if it is on this site and not this very page."""
        wanted: str = super().get_redirect_url()
        return "" if wanted == self.request.path else wanted


class LogoutView(auth_views.LogoutView):
    """Ends the browser's session; POST only."""
