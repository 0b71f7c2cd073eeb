"""Who calls the API, by the access token."""

from typing import TYPE_CHECKING

from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed, InvalidToken
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.models import ApiSession

if TYPE_CHECKING:
    from accounts.models import User

SESSION_CLAIM = "sid"


class ApiSessionAuthentication(JWTAuthentication):
    """An access token is good as long as its session is: logout and a changed password end it at once."""

    def get_user(self, validated_token: Token) -> "User":
        """The session's user, in one query. Raises AuthenticationFailed, InvalidToken."""
        session_id = validated_token.get(SESSION_CLAIM)
        if not isinstance(session_id, str):
            raise InvalidToken("The token names no session.")
        session = ApiSession.objects.select_related("user").filter(pk=session_id, revoked_at=None).first()
        if session is None or not session.user.is_active:
            raise AuthenticationFailed("The session has ended. Log in again.", code="session_ended")
        if validated_token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(session.user.password):
            raise AuthenticationFailed("The password was changed. Log in again.", code="password_changed")
        return session.user
