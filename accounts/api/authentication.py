"""Who calls the API, by the access token."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import AccessToken, Token

from accounts.services import tokens

if TYPE_CHECKING:
    from accounts.models import User


class ApiSessionAuthentication(JWTAuthentication):
    """An access token is good as long as its session is: logout and a changed password end it at once."""

    def get_validated_token(self, raw_token: bytes) -> Token:
        """The token, checked by itself. Raises AuthenticationFailed with the code."""
        try:
            return tokens.read(raw_token, AccessToken)
        except tokens.TokenRefused as error:
            raise AuthenticationFailed(error.message, code=error.code) from error

    def get_user(self, validated_token: Token) -> "User":  # type: ignore[override]  # simplejwt's variable is unbound
        """The session's user, in one query. Raises AuthenticationFailed with the code."""
        try:
            return tokens.session_of(validated_token).user
        except tokens.TokenRefused as error:
            raise AuthenticationFailed(error.message, code=error.code) from error
