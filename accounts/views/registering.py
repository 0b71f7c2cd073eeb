"""Opening an account."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts.forms import RegisterForm, add_domain_error
from accounts.services import registering
from core.errors import DomainError

if TYPE_CHECKING:  # generic for the type checker, not at runtime
    _FormView = FormView[RegisterForm]
else:
    _FormView = FormView


@method_decorator((sensitive_post_parameters("password"), never_cache), name="dispatch")
class RegisterView(_FormView):
    """Registers a person and logs them in."""

    template_name = "accounts/register.html"
    form_class = RegisterForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A plain page where registration is closed; those who are logged in need no account."""
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        if not settings.REGISTRATION_IS_OPEN:
            return render(request, "accounts/registration_closed.html", status=HTTPStatus.FORBIDDEN)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: RegisterForm) -> HttpResponse:
        """The gallery, or the form again with what the service refused."""
        try:
            user = registering.register(**form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
            return self.form_invalid(form)
        login(self.request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect(settings.LOGIN_REDIRECT_URL)
