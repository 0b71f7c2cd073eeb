import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import ApiSession, User
from accounts.services import api_sessions, tokens
from tests.conftest import PASSWORD

from .conftest import REFRESH, Program


def _age(seconds: int) -> None:
    ApiSession.objects.update(refreshed_at=timezone.now() - timedelta(seconds=seconds))


def test_refreshing_answers_new_tokens_that_both_work(program):
    old_access, old_refresh = program.access, program.refresh

    answer = program.exchange()

    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert program.access != old_access
    assert program.refresh != old_refresh
    assert program.profile_status() == 200
    assert program.exchange().status_code == 200
    assert ApiSession.objects.count() == 1


def test_refreshing_carries_the_session_on(program):
    ApiSession.objects.update(expires_at=timezone.now() + timedelta(days=1))

    program.exchange()

    assert ApiSession.objects.get().expires_at > timezone.now() + timedelta(days=6)


def test_a_used_token_sent_again_at_once_is_refused_and_the_session_lives(program):
    used = program.refresh
    program.exchange()

    answer = APIClient().post(REFRESH, {"refresh": used})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_used")
    assert program.profile_status() == 200
    assert ApiSession.objects.get().revoked_at is None


def test_a_used_token_that_turns_up_later_ends_the_whole_session(program):
    used = program.refresh
    program.exchange()
    _age(11)

    answer = APIClient().post(REFRESH, {"refresh": used})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_reused")
    assert ApiSession.objects.get().revoked_at is not None
    assert program.profile_status() == 401
    assert program.exchange().json()["code"] == "session_ended"


def test_reuse_ends_no_other_session(user, program):
    other = Program(user.email)
    used = program.refresh
    program.exchange()
    _age(11)

    APIClient().post(REFRESH, {"refresh": used})

    assert (program.profile_status(), other.profile_status()) == (401, 200)


def test_a_deleted_user_is_refused(program, user):
    user.delete()

    answer = program.exchange()

    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    assert program.profile_status() == 401


def test_an_inactive_user_is_refused(program, user):
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert program.exchange().json()["code"] == "session_ended"
    assert program.profile_status() == 401


def test_a_password_set_behind_our_back_ends_it_too(program, user):
    user.set_password("set-in-a-shell-somewhere")
    user.save()

    answer = program.exchange()

    assert (answer.status_code, answer.json()["code"]) == (401, "password_changed")
    assert program.profile_status() == 401


def test_an_expired_token_says_so(program):
    long_ago = timezone.now() - timedelta(days=7, seconds=61)
    pair = tokens.made_for(ApiSession.objects.get(), refresh_jti="x", now=long_ago)

    answer = APIClient().post(REFRESH, {"refresh": pair.refresh})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


def test_an_expired_access_token_says_so(program):
    pair = tokens.made_for(ApiSession.objects.get(), refresh_jti="x", now=timezone.now() - timedelta(minutes=12))

    answer = APIClient().get("/api/auth/profile/", HTTP_AUTHORIZATION=f"Bearer {pair.access}")

    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


def test_a_clock_30_seconds_back_refuses_nothing(program):
    pair = tokens.made_for(ApiSession.objects.get(), refresh_jti="x", now=timezone.now() + timedelta(seconds=30))

    assert program.profile_status(pair.access) == 200


@pytest.mark.django_db
@pytest.mark.parametrize("garbage", ["x", "a.b.c", "é.é.é", "..", "eyJhbGciOiJub25lIn0.e30."])
def test_garbage_is_refused(garbage):
    answer = APIClient().post(REFRESH, {"refresh": garbage})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_an_access_token_cannot_be_exchanged(program):
    answer = APIClient().post(REFRESH, {"refresh": program.access})

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


@pytest.mark.parametrize("sid", [None, "", "not-a-uuid", 7, ["x"], {"a": 1}])
def test_a_malformed_session_claim_is_refused(user, sid):
    refresh, access = RefreshToken.for_user(user), AccessToken.for_user(user)
    refresh["sid"] = access["sid"] = sid

    answer = APIClient().post(REFRESH, {"refresh": str(refresh)})
    page = APIClient().get("/api/auth/profile/", HTTP_AUTHORIZATION=f"Bearer {access}")

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert (page.status_code, page.json()["code"]) == (401, "token_invalid")


@pytest.mark.parametrize("body", [{}, {"refresh": ""}, {"refresh": None}, {"refresh": "x" * 5000}, {"refresh": ["x"]}])
def test_a_missing_token_is_named(db, body):
    answer = APIClient().post(REFRESH, body)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["refresh"]


def test_only_post_refreshes(db):
    assert APIClient().get(REFRESH).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_one_of_eight_parallel_refreshes_wins():
    user = User.objects.create_user("ada@example.org", PASSWORD)
    pair = api_sessions.begin(user=user, now=timezone.now())
    start, answers = threading.Barrier(8), []

    def refresh() -> None:
        start.wait()
        try:
            answers.append(APIClient().post(REFRESH, {"refresh": pair.refresh}))
        finally:
            connection.close()

    threads = [threading.Thread(target=refresh) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert ApiSession.objects.get().revoked_at is None
    assert APIClient().post(REFRESH, {"refresh": winner.json()["refresh"]}).status_code == 200
