"""Secrets and signatures."""

import base64
import json
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from batches.models import WebhookSecret
from batches.services import webhooks

from .delivery_rows import NOON

DAY = timedelta(hours=24)
BODY = b'{"type":"ping","timestamp":"2026-03-01T12:00:00Z","data":{}}'


def headers(user, *, now=None, body=BODY):
    now = now or timezone.now()
    return webhooks.signed_headers(user_id=user.pk, message_id="msg_1", body=body, now=now)


def test_a_secret_is_whsec_and_32_bytes_and_everybodys_own(user, stranger):
    mine, theirs = (webhooks.rotate_secret(user=one, now=NOON) for one in (user, stranger))
    assert mine.startswith("whsec_")
    assert len(base64.b64decode(mine.removeprefix("whsec_"))) == 32
    assert mine != theirs


def test_the_database_alone_signs_nothing(user, settings):
    secret = webhooks.rotate_secret(user=user, now=NOON)
    kept = WebhookSecret.objects.values().get()
    assert secret not in str(kept)
    assert base64.b64decode(secret.removeprefix("whsec_")).hex() not in str(kept)
    settings.SECRET_KEY = "the key of another site that has this database"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, headers(user))


def test_a_salt_that_is_copied_to_another_user_makes_another_secret(user, stranger):
    secret = webhooks.rotate_secret(user=user, now=NOON)
    webhooks.rotate_secret(user=stranger, now=NOON)
    WebhookSecret.objects.filter(user=stranger).update(salt=WebhookSecret.objects.get(user=user).salt)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, headers(stranger))


def test_the_published_test_vector():
    signed = webhooks.signatures(
        [base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_reference_library_verifies_what_is_signed(user):
    secret = webhooks.rotate_secret(user=user, now=timezone.now())
    assert Webhook(secret).verify(BODY, headers(user)) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY.replace(b"ping", b"pong"), headers(user))


def test_the_code_on_the_page_verifies_it_too(user):
    code: dict = {}
    exec(render_to_string("batches/webhooks/verify.py.txt"), code)
    secret = webhooks.rotate_secret(user=user, now=timezone.now())
    assert code["is_genuine"](secret, headers(user), BODY)
    assert not code["is_genuine"](secret, headers(user), BODY + b" ")
    assert not code["is_genuine"](secret, headers(user, now=timezone.now() - timedelta(minutes=6)), BODY)


def test_the_timestamp_is_the_tries_own(user):
    assert headers(user, now=NOON)["webhook-timestamp"] == str(int(NOON.timestamp()))


def test_after_a_rotation_both_secrets_verify_for_a_day(user):
    now = timezone.now()
    old = webhooks.rotate_secret(user=user, now=now)
    new = webhooks.rotate_secret(user=user, now=now)
    signed = headers(user, now=now)
    assert len(signed["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, signed)
    assert webhooks.state_of_secret(user.pk, now=now) == webhooks.SecretState(now, now + DAY)


def test_a_day_later_only_the_new_one_does(user):
    now = timezone.now()
    old = webhooks.rotate_secret(user=user, now=now - DAY)
    new = webhooks.rotate_secret(user=user, now=now - DAY)
    signed = headers(user, now=now)
    assert Webhook(new).verify(BODY, signed)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(BODY, signed)
    assert webhooks.state_of_secret(user.pk, now=now) == webhooks.SecretState(now - DAY, None)


def test_a_second_rotation_ends_the_oldest_at_once(user):
    now = timezone.now()
    first, second, third = (webhooks.rotate_secret(user=user, now=now) for _ in range(3))
    signed = headers(user, now=now)
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(BODY, signed)
    for secret in (second, third):
        assert Webhook(secret).verify(BODY, signed)


def test_nothing_is_sent_unsigned_a_user_without_a_secret_is_given_one(user):
    assert webhooks.state_of_secret(user.pk, now=NOON) is None
    assert headers(user, now=NOON)["webhook-signature"].startswith("v1,")
    assert webhooks.state_of_secret(user.pk, now=NOON) == webhooks.SecretState(NOON, None)


def test_a_body_is_compact_and_in_one_order_whatever_the_database_makes_of_it():
    body = {"data": {"name": "Schuhe für Zoë"}, "timestamp": "2026-03-01T12:00:00Z", "type": "ping"}
    assert webhooks.bytes_of(body) == (
        b'{"type":"ping","timestamp":"2026-03-01T12:00:00Z","data":{"name":"Schuhe f\\u00fcr Zo\\u00eb"}}'
    )
