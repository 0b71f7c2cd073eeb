"""The profile."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts.addresses import client_address
from accounts.forms import ProfileForm, add_domain_error
from accounts.models import User
from accounts.services.profile import change_profile
from accounts.services.throttling import TooManyAttempts
from core.errors import DomainError

if TYPE_CHECKING:  # generic for the type checker, not at runtime
    _FormView = FormView[ProfileForm]
else:
    _FormView = FormView


@method_decorator(sensitive_post_parameters("current_password"), name="dispatch")
class ProfileView(LoginRequiredMixin, _FormView):
    """Name and e-mail address of who is logged in."""

    template_name = "accounts/profile.html"
    form_class = ProfileForm

    def get_initial(self) -> dict[str, Any]:
        """What is saved."""
        user = cast("User", self.request.user)
        return {"email": user.email, "name": user.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The user's roles."""
        user = cast("User", self.request.user)
        return super().get_context_data(**kwargs, roles=[group.name for group in user.groups.order_by("name")])

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        """The profile with a word that it is saved, or the form again."""
        try:
            change_profile(
                user=cast("User", self.request.user),
                **form.cleaned_data,
                address=client_address(self.request),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
            response = self.form_invalid(form)
            if isinstance(error, TooManyAttempts):
                response.status_code = error.status
                response["Retry-After"] = str(error.retry_after_s)
            return response
        messages.success(self.request, "Your profile is saved.")
        return redirect("accounts:profile")
