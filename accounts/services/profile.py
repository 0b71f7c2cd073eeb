"""A user's name and e-mail address."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from accounts.models import User, normalised_email
from core.errors import DomainError

from .logging_in import check_current_password


@sensitive_variables("current_password")
def change_profile(*, user: User, email: str, name: str, current_password: str, address: str, now: datetime) -> User:
    """Saves name and e-mail address and answers the user anew; a new address needs the current password.

    `user` itself stays as it was. Raises DomainError on `email`, `name` or `current_password`, TooManyAttempts.
    """
    changed = User.objects.get(pk=user.pk)
    changed.email, changed.name = normalised_email(email), name.strip()
    check_fields(changed)
    if changed.email != user.email:
        if not current_password:
            message = "Give your current password to change the e-mail address."
            raise DomainError.on_field("current_password", "required", message)
        check_current_password(user=user, password=current_password, address=address, now=now, field="current_password")
    save_fields(changed, only=("email", "name"))
    return changed


def check_fields(user: User) -> None:
    """Raises DomainError on e-mail address and name where they are not in order or the address is taken."""
    try:
        user.full_clean(exclude=("password",))
    except ValidationError as error:
        is_taken = any(item.code == "unique" for item in error.error_dict.get("email", ()))
        fields = error.message_dict
        message = next(iter(fields.values()))[0]
        raise DomainError("email_taken" if is_taken else "invalid", message, fields=fields) from error


def save_fields(user: User, *, only: Collection[str] | None = None) -> None:
    """Saves; raises DomainError on `email` where somebody else took the address in this very moment."""
    try:
        with transaction.atomic():
            user.save(update_fields=only)
    except IntegrityError as error:
        message = str(User._meta.get_field("email").error_messages["unique"])
        raise DomainError.on_field("email", "email_taken", message) from error
