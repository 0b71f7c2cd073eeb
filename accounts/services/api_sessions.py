"""API sessions: begun by a login, carried on by refreshing, ended by logout or a changed password."""

import uuid
from datetime import datetime, timedelta

from django.contrib.auth.models import update_last_login
from django.db import transaction
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import ApiSession, User

from . import tokens
from .tokens import TokenRefused, Tokens

# A client with two threads, or whose answer got lost, sends a used token again at once; a thief's comes later.
GRACE = timedelta(seconds=10)


def begin(*, user: User, now: datetime) -> Tokens:
    """Begins a session for a user whose password has been checked."""
    session = ApiSession(user=user, refresh_jti=uuid.uuid4().hex, refreshed_at=now, created_at=now)
    session.expires_at = now + api_settings.REFRESH_TOKEN_LIFETIME
    with transaction.atomic():
        session.save(force_insert=True)
        update_last_login(User, user)
    return tokens.made_for(session, refresh_jti=session.refresh_jti, now=now)


def refresh(*, token: str, now: datetime) -> Tokens:
    """Exchanges a refresh token for the next pair; of several who try the same one at once, one gets it.

    Raises TokenRefused. A token that turns up again later ends its session, for one of its two holders is a thief.
    """
    decoded = tokens.read(token, RefreshToken)
    session = tokens.session_of(decoded)
    next_jti = uuid.uuid4().hex
    # Conditions on the session's own row only: a join would let PostgreSQL judge it as it was before the lock.
    exchanged = (
        ApiSession.objects.open()
        .filter(pk=session.pk, refresh_jti=str(decoded[api_settings.JTI_CLAIM]))
        .update(refresh_jti=next_jti, refreshed_at=now, expires_at=now + api_settings.REFRESH_TOKEN_LIFETIME)
    )
    if not exchanged:
        raise _refusal_of_used(session.pk, now)
    return tokens.made_for(session, refresh_jti=next_jti, now=now)


def end(*, session_id: uuid.UUID, now: datetime) -> None:
    """Ends the session and with it all its tokens; one that has ended stays as it is."""
    ApiSession.objects.filter(pk=session_id).revoke(at=now)


def _refusal_of_used(session_id: uuid.UUID, now: datetime) -> TokenRefused:
    if ApiSession.objects.filter(pk=session_id, refreshed_at__lt=now - GRACE).revoke(at=now):
        return TokenRefused(
            "token_reused", "This refresh token was used before, so its session was ended. Log in again."
        )
    return TokenRefused("token_used", "This refresh token was used a moment ago. Use the one that was answered then.")
