"""Secrets and signatures of webhooks, by Standard Webhooks (https://www.standardwebhooks.com).

A user's secret is derived from the site's SECRET_KEY and a salt in the user's row. Nothing else is kept: a copy of the
database alone signs nothing, and no page can show a secret again. Whoever changes SECRET_KEY changes every secret.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from batches.models import WebhookSecret

if TYPE_CHECKING:
    from accounts.models import User

# So long a receiver has to put a new secret in the place of the one before it.
PREVIOUS_VALID_FOR = timedelta(hours=24)
_PURPOSE = "batches.webhook_secret"
_PREFIX = "whsec_"
_SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class SecretState:
    """What may be told of a secret; `previous_valid_until` only while the one before it still signs, too."""

    rotated_at: datetime
    previous_valid_until: datetime | None


def state_of_secret(user_id: int, *, now: datetime) -> SecretState | None:
    """When the user's secret was made; None where there is none yet."""
    kept = WebhookSecret.objects.filter(user=user_id).first()
    return None if kept is None else SecretState(kept.rotated_at, _previous_valid_until(kept, now))


def rotate_secret(*, user: "User", now: datetime) -> str:
    """Makes the user's secret, or a new one, and answers it: the only time that anybody sees it.

    The one before it signs for another day, so that nothing is missed while receivers are given the new one.
    """
    with transaction.atomic():
        kept = WebhookSecret.objects.select_for_update().filter(user=user).first()
        if kept is None:
            kept, is_new = WebhookSecret.objects.get_or_create(user=user, defaults={"salt": _salt(), "rotated_at": now})
            if is_new:
                return _shown(kept.user_id, kept.salt)
        kept.salt, kept.previous_salt, kept.rotated_at = _salt(), kept.salt, now
        kept.save()
    return _shown(kept.user_id, kept.salt)


def ensure_secret(user_id: int, *, now: datetime) -> WebhookSecret:
    """The user's, made where there is none yet: nothing is ever sent unsigned. To see it, the user rotates it."""
    kept, _ = WebhookSecret.objects.get_or_create(user_id=user_id, defaults={"salt": _salt(), "rotated_at": now})
    return kept


def signed_headers(*, user_id: int, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of one try; `message_id` is the same at every try, `now` is when this one begins."""
    kept = ensure_secret(user_id, now=now)
    keys = [_key(user_id, kept.salt)]
    if _previous_valid_until(kept, now):
        keys.append(_key(user_id, kept.previous_salt))
    timestamp = int(now.timestamp())
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures(keys, message_id=message_id, timestamp=timestamp, body=body),
    }


def signatures(keys: Sequence[bytes], *, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature a key, as the header has them."""
    content = f"{message_id}.{timestamp}.".encode() + body
    signed = (hmac.digest(key, content, hashlib.sha256) for key in keys)
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signed)


def bytes_of(body: dict[str, Any]) -> bytes:
    """The body as it is sent and signed: compact, and the same however the database orders what it keeps."""
    ordered = {"type": body["type"], "timestamp": body["timestamp"], "data": body["data"]}
    return json.dumps(ordered, separators=(",", ":")).encode()


def _previous_valid_until(kept: WebhookSecret, now: datetime) -> datetime | None:
    until = kept.rotated_at + PREVIOUS_VALID_FOR
    return until if kept.previous_salt and now < until else None


def _shown(user_id: int, salt: str) -> str:
    return _PREFIX + base64.b64encode(_key(user_id, salt)).decode()


def _key(user_id: int, salt: str) -> bytes:
    return salted_hmac(_PURPOSE, f"{user_id}:{salt}", algorithm="sha256").digest()


def _salt() -> str:
    return secrets.token_hex(_SALT_BYTES)
