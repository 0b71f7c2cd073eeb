"""The user."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

EDITORS = "Editors"  # may see, edit and export any pose
REVIEWERS = "Reviewers"  # may approve them, too
OPERATORS = "Operators"  # may run backups and see all logs


def normalised_email(email: str | None) -> str:
    """The one spelling under which an address is kept, looked up and counted."""
    return (email or "").strip().lower()


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case, so that one person has one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who may log in. Raises ValueError without an e-mail address."""
        if not email:
            raise ValueError("An e-mail address is required.")
        user = self.model(email=normalised_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this e-mail address, in any case. Raises DoesNotExist."""
        return self.get(email=normalised_email(username))


class User(AbstractBaseUser, PermissionsMixin):
    """A person or program; the e-mail address is the login."""

    email = models.EmailField(
        "e-mail address",
        unique=True,
        error_messages={"unique": "There is an account with this e-mail address already."},
    )
    name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField("staff", default=False, help_text="May open the admin.")
    is_active = models.BooleanField("active", default=True, help_text="May log in. Unset this instead of deleting.")
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        ordering = ("email",)
        constraints = (
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        )

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Puts the e-mail address in lower case."""
        super().clean()
        self.email = normalised_email(self.email)

    def get_full_name(self) -> str:
        """The name, or the address where none is given."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """The first word of the name, or what stands before the address's @."""
        return self.name.split(" ")[0] or self.email.split("@")[0]
