"""How accounts and tokens look in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.models import User

_LONGEST_PASSWORD = 1024
_PASSWORD = {
    "max_length": _LONGEST_PASSWORD,
    "trim_whitespace": False,
    "write_only": True,
    "style": {"input_type": "password"},
}


def _password_field(**options: Any) -> serializers.CharField:
    return serializers.CharField(**{**_PASSWORD, **options})


@extend_schema_serializer(component_name="Registration")
class RegisterSerializer(serializers.Serializer[Any]):
    """An account to open."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=150, allow_blank=True, required=False, default="")
    password = _password_field(help_text="At least 10 characters, no common password, not like name or e-mail address.")


class LoginSerializer(serializers.Serializer[Any]):
    """Who wants to log in."""

    email = serializers.CharField(max_length=254)
    password = _password_field()


class RefreshSerializer(serializers.Serializer[Any]):
    """The refresh token that was answered last; it is good once."""

    refresh = serializers.CharField(max_length=4096)


class LogoutSerializer(serializers.Serializer[Any]):
    """The session's refresh token; left out, the session of the access token in the header ends."""

    refresh = serializers.CharField(max_length=4096, required=False)


class TokensSerializer(serializers.Serializer[Any]):
    """Send `access` as `Authorization: Bearer …` for ten minutes, then exchange `refresh`, good for seven days."""

    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)


class ProfileSerializer(serializers.ModelSerializer[User]):
    """The user who is logged in."""

    roles: Any = serializers.SlugRelatedField(source="groups", slug_field="name", many=True, read_only=True)

    class Meta:
        model = User
        fields = ("id", "email", "name", "is_staff", "roles", "joined_at")
        read_only_fields = fields


class ProfileChangeSerializer(serializers.Serializer[Any]):
    """Name and e-mail address; a new address needs `current_password`."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=150, allow_blank=True)
    current_password = _password_field(required=False, allow_blank=True, default="")


class PasswordChangeSerializer(serializers.Serializer[Any]):
    """The current password and the next one."""

    current_password = _password_field()
    new_password = _password_field(help_text="At least 10 characters, no common password.")
