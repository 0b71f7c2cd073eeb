import pytest
from rest_framework.test import APIClient

from accounts.models import ApiSession
from tests.conftest import PASSWORD

from .conftest import LOGIN, Program


def test_logging_in_answers_two_tokens_and_stores_a_session(user):
    answer = APIClient().post(LOGIN, {"email": "Ada@Example.org", "password": PASSWORD})

    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert answer["Cache-Control"] == "no-store"
    session = ApiSession.objects.get()
    assert session.user == user
    assert session.revoked_at is None
    user.refresh_from_db()
    assert user.last_login is not None


def test_the_access_token_opens_the_api(program):
    assert program.profile_status() == 200


def test_the_refresh_token_does_not_open_the_api(program):
    answer = APIClient().get("/api/auth/profile/", HTTP_AUTHORIZATION=f"Bearer {program.refresh}")

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_unknown_wrong_and_inactive_get_the_same_answer(user, make_user):
    make_user("gone@example.org", is_active=False)
    tries = [("nobody@example.org", PASSWORD), (user.email, "wrong-password"), ("gone@example.org", PASSWORD)]

    answers = [APIClient().post(LOGIN, {"email": email, "password": password}) for email, password in tries]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "invalid_credentials"
    assert answers[0]["WWW-Authenticate"].startswith("Bearer")
    assert not ApiSession.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["unknown", "wrong", "inactive", "unusable"])
def test_each_refusal_hashes_a_password_once(kind, make_user, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    make_user("wrong@example.org")
    make_user("inactive@example.org", is_active=False)
    make_user("unusable@example.org").set_unusable_password()
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))

    password = PASSWORD if kind == "inactive" else "wrong-password"
    answer = APIClient().post(LOGIN, {"email": f"{kind}@example.org", "password": password})

    assert answer.status_code == 401
    assert len(hashed) == 1


@pytest.mark.parametrize("body", [{}, {"email": "ada@example.org"}, {"email": None, "password": 1}, [], "x"])
def test_an_incomplete_login_is_refused(user, body):
    answer = APIClient().post(LOGIN, body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_spaces_belong_to_the_password(make_user):
    user = make_user("space@example.org")
    user.set_password("  spaces around  ")
    user.save()

    assert APIClient().post(LOGIN, {"email": user.email, "password": "spaces around"}).status_code == 401
    assert APIClient().post(LOGIN, {"email": user.email, "password": "  spaces around  "}).status_code == 200


def test_a_stale_header_does_not_hurt(user):
    body = {"email": user.email, "password": PASSWORD}

    assert APIClient().post(LOGIN, body, HTTP_AUTHORIZATION="Bearer stale").status_code == 200


def test_it_works_without_the_trailing_slash(user):
    assert APIClient().post(LOGIN.rstrip("/"), {"email": user.email, "password": PASSWORD}).status_code == 200


def test_only_post_logs_in(db):
    assert APIClient().get(LOGIN).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["Bearer x", "Bearer a.b.c", "Bearer", "Bearer a b", "Bearer \xff.\xff.\xff"])
def test_a_garbled_header_is_refused(header):
    answer = APIClient().get("/api/auth/profile/", HTTP_AUTHORIZATION=header)

    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message"}


def test_two_logins_are_two_sessions(user):
    first, second = Program(user.email), Program(user.email)

    assert ApiSession.objects.filter(user=user).count() == 2
    first.client.post("/api/auth/logout/", {"refresh": first.refresh})
    assert (first.profile_status(), second.profile_status()) == (401, 200)
