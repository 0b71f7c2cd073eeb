"""Who sends a request whose body is not read yet."""

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from accounts.api.senders import is_logged_in
from accounts.models import User

pytestmark = pytest.mark.django_db


def test_who_has_a_session_is_known_until_it_ends(client: Client, user: User):
    client.force_login(user)
    request = RequestFactory().post("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert is_logged_in(request)
    client.logout()
    assert not is_logged_in(request)


def test_who_has_a_token_is_known_and_nobody_else(client: Client, user: User):
    user.set_password("correct-horse-battery")
    user.save()
    given = {"email": user.email, "password": "correct-horse-battery"}
    token = client.post("/api/auth/login/", given, content_type="application/json").json()["access"]
    assert is_logged_in(RequestFactory().post("/", headers={"authorization": f"Bearer {token}"}))
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": f"Bearer {token}x"}, {"cookie": "a=b"}):
        assert not is_logged_in(RequestFactory().post("/", headers=headers))
