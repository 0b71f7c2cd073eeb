"""Changing a password, and setting a new one by e-mail."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.addresses import client_address
from accounts.forms import PasswordChangeForm, PasswordResetForm, SetPasswordForm

from .logging_in import marked


class PasswordChangeView(auth_views.PasswordChangeView):
    """Changes the password; this browser stays logged in, all others and all API sessions end."""

    template_name = "accounts/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("accounts:profile")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Also where the guess comes from."""
        return {**super().get_form_kwargs(), "address": client_address(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        """The profile with a word that it worked."""
        messages.success(self.request, "Your password is changed. Other browsers and API clients have to log in again.")
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again."""
        return marked(super().form_invalid(form), form)


class PasswordResetView(auth_views.PasswordResetView):
    """Asks for the address and sends a link, if there is an account; the answer is the same either way."""

    template_name = "accounts/password_reset.html"
    form_class = PasswordResetForm
    email_template_name = "registration/password_reset_email.txt"
    subject_template_name = "registration/password_reset_subject.txt"
    success_url = reverse_lazy("accounts:password_reset_done")


class PasswordResetDoneView(auth_views.PasswordResetDoneView):
    """Look into your inbox."""

    template_name = "accounts/password_reset_done.html"


@method_decorator(never_cache, name="dispatch")
class PasswordResetConfirmView(auth_views.PasswordResetConfirmView):
    """A new password for who followed the link; all sessions end."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = SetPasswordForm
    success_url = reverse_lazy("accounts:password_reset_complete")


class PasswordResetCompleteView(auth_views.PasswordResetCompleteView):
    """Log in now."""

    template_name = "accounts/password_reset_complete.html"
