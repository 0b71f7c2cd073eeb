"""The tokens of an API session: how they are made and read."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.models import ApiSession, User
from core.errors import DomainError

SESSION_CLAIM = "sid"
Kind = TypeVar("Kind", bound=Token)


class TokenRefused(DomainError):
    """The token is no good; the code says why, and the remedy is to log in again."""

    status = HTTPStatus.UNAUTHORIZED


@dataclass(frozen=True)
class Tokens:
    """What a client holds: one token for requests, and one that is good for the next two."""

    access: str
    refresh: str


def made_for(session: ApiSession, *, refresh_jti: str, now: datetime) -> Tokens:
    """A pair that names the session and the state of the user's password."""
    access, refresh = _made(AccessToken, session, now), _made(RefreshToken, session, now)
    refresh[api_settings.JTI_CLAIM] = refresh_jti
    return Tokens(str(access), str(refresh))


def read(token: str | bytes, kind: type[Kind]) -> Kind:
    """The token with its signature, age and kind checked. Raises TokenRefused: `token_expired`, `token_invalid`."""
    try:
        return kind(token)  # type: ignore[arg-type]  # simplejwt's own annotation is wrong
    except ExpiredTokenError as error:
        raise TokenRefused("token_expired", "The token has expired. Refresh it, or log in again.") from error
    except TokenError as error:
        raise TokenRefused("token_invalid", "This is not a token of the kind that is needed here.") from error


def session_id(token: Token) -> uuid.UUID:
    """The session that the token names. Raises TokenRefused."""
    try:
        return uuid.UUID(str(token.get(SESSION_CLAIM)))
    except ValueError as error:
        raise TokenRefused("token_invalid", "The token names no session.") from error


def session_of(token: Token) -> ApiSession:
    """The open session of the token, with its active user, in one query. Raises TokenRefused.

    The codes: `token_invalid`, `session_ended`, and `password_changed` since the token was made.
    """
    sessions = ApiSession.objects.open().select_related("user").filter(pk=session_id(token)).order_by()
    session = next(iter(sessions), None)
    if session is None or not session.user.is_active:
        raise TokenRefused("session_ended", "The session has ended. Log in again.")
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(session.user.password):
        raise TokenRefused("password_changed", "The password was changed. Log in again.")
    return session


def _made(kind: type[Kind], session: ApiSession, now: datetime) -> Kind:
    user: User = session.user
    token = kind()
    token.set_iat(at_time=now)
    token.set_exp(from_time=now)
    token[api_settings.USER_ID_CLAIM] = str(user.pk)
    token[api_settings.REVOKE_TOKEN_CLAIM] = get_md5_hash_password(user.password)
    token[SESSION_CLAIM] = str(session.pk)
    return token
