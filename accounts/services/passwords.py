"""Passwords: what is accepted, and what ends when one is changed."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.models import ApiSession, User
from core.errors import DomainError

from . import throttling
from .logging_in import check_current_password


@sensitive_variables("password")
def check_new_password(*, password: str, user: User, field: str) -> None:
    """Raises DomainError on `field` with every rule that the password breaks."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise DomainError("password_unfit", error.messages[0], fields={field: error.messages}) from error


@sensitive_variables("current_password", "new_password")
def change_password(*, user: User, current_password: str, new_password: str, address: str, now: datetime) -> None:
    """Sets a new password and ends all the user's API sessions. Raises DomainError on the field, TooManyAttempts."""
    check_current_password(user=user, password=current_password, address=address, now=now, field="current_password")
    check_new_password(password=new_password, user=user, field="new_password")
    set_password(user=user, password=new_password, now=now)


@sensitive_variables("password")
def set_password(*, user: User, password: str | None, now: datetime) -> None:
    """Sets a password that has been checked (None: none that works), ends all API sessions, forgets failed logins."""
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=("password",))
        ApiSession.objects.filter(user=user).revoke(at=now)
        throttling.clear(key=throttling.account_key(user.email))


def may_send_reset(*, email: str, now: datetime) -> bool:
    """Whether one more reset mail may go to this address: a few may, then fewer, so that nobody's inbox is flooded."""
    try:
        throttling.count_attempt(keys=(throttling.reset_key(email),), now=now)
    except throttling.TooManyAttempts:
        return False
    return True
