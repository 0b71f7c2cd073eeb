"""The account pages' forms."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.addresses import client_address
from accounts.models import User
from accounts.services import logging_in, passwords
from accounts.services.throttling import TooManyAttempts
from core.errors import DomainError

if TYPE_CHECKING:  # generic for the type checker, not at runtime
    _PasswordChangeForm = auth_forms.PasswordChangeForm
    _SetPasswordForm = auth_forms.SetPasswordForm[User]
else:
    _PasswordChangeForm, _SetPasswordForm = auth_forms.PasswordChangeForm, auth_forms.SetPasswordForm

_NEW_PASSWORD_HINT = "At least 10 characters. No common password, and not like your name or e-mail address."  # noqa: S105


def add_domain_error(form: forms.BaseForm, error: DomainError) -> None:
    """Shows a service's refusal at the fields it names, or above the form."""
    named = {field: messages for field, messages in error.fields.items() if field in form.fields}
    for field, messages in named.items():
        form.add_error(field, [ValidationError(message, code=error.code) for message in messages])
    if not named:
        form.add_error(None, ValidationError(error.message, code=error.code))


def _password(label: str, autocomplete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=1024, widget=widget, **options)


class LoginForm(auth_forms.AuthenticationForm):
    """E-mail address and password, checked by the service that throttles; `retry_after_s` is set when it refuses."""

    retry_after_s: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "username", "autofocus": True, "autocapitalize": "none", "maxlength": 254}
        self.fields["username"].widget = forms.EmailInput(attrs=attrs)
        self.fields["username"].label = "E-mail address"

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Finds the user. Everything that is wrong gives the same answer."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email is not None and password and self.request is not None:
            try:
                self.user_cache = logging_in.check_credentials(
                    email=email, password=password, address=client_address(self.request), now=timezone.now()
                )
            except DomainError as error:
                self.retry_after_s = error.retry_after_s if isinstance(error, TooManyAttempts) else None
                raise ValidationError(error.message, code=error.code) from error
        return self.cleaned_data


class RegisterForm(forms.Form):
    """A new account; the service checks what is typed."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "autofocus": True}),
    )
    name = forms.CharField(max_length=150, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = _password("Password", "new-password", help_text=_NEW_PASSWORD_HINT)


class ProfileForm(forms.Form):
    """Name and e-mail address."""

    name = forms.CharField(max_length=150, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )
    current_password = _password(
        "Current password", "current-password", required=False, help_text="Needed to change the e-mail address."
    )


class _NewPasswordMixin:
    """Django's two fields, in our words."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = "New password"
        self.fields["new_password1"].help_text = _NEW_PASSWORD_HINT
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password2"].help_text = ""


class PasswordChangeForm(_NewPasswordMixin, _PasswordChangeForm):
    """The current password and the next one, twice; wrong guesses count like failed logins."""

    retry_after_s: int | None = None

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address
        self.fields["old_password"].label = "Current password"

    @sensitive_variables("password")
    def clean_old_password(self) -> str:
        """The current password, if it is."""
        password: str = self.cleaned_data["old_password"]
        try:
            logging_in.check_current_password(
                user=self.user, password=password, address=self.address, now=timezone.now(), field="old_password"
            )
        except DomainError as error:
            self.retry_after_s = error.retry_after_s if isinstance(error, TooManyAttempts) else None
            raise ValidationError(error.message, code=error.code) from error
        return password

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  # Django's signature
        """Changes it and ends the API sessions."""
        passwords.set_password(user=self.user, password=self.cleaned_data["new_password1"], now=timezone.now())
        return self.user


class PasswordResetForm(auth_forms.PasswordResetForm):
    """Where to send the link; a flood of mails to one address is held back without a word."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail address"
        self.fields["email"].widget.attrs.update(autocapitalize="none", autofocus=True)

    def get_users(self, email: str) -> Any:
        """Who gets a mail."""
        return super().get_users(email) if passwords.may_send_reset(email=email, now=timezone.now()) else ()


class SetPasswordForm(_NewPasswordMixin, _SetPasswordForm):
    """The new password of who followed the link."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  # Django's signature
        """Sets it and ends the API sessions."""
        passwords.set_password(user=self.user, password=self.cleaned_data["new_password1"], now=timezone.now())
        return self.user
