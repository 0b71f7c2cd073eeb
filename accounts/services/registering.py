"""Opening an account."""

from http import HTTPStatus

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from accounts.models import User, normalised_email
from core.errors import DomainError

from .passwords import check_new_password
from .profile import check_fields, save_fields


class RegistrationClosed(DomainError):
    """The operator makes the accounts here."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("registration_closed", "Registration is closed on this site. Ask its operator for an account.")


@sensitive_variables("password")
def register(*, email: str, name: str, password: str) -> User:
    """A new user without any role. Raises RegistrationClosed, DomainError on `email`, `name` or `password`."""
    if not settings.REGISTRATION_IS_OPEN:
        raise RegistrationClosed
    user = User(email=normalised_email(email), name=name.strip())
    check_fields(user)
    check_new_password(password=password, user=user, field="password")
    user.set_password(password)
    save_fields(user)
    return user
