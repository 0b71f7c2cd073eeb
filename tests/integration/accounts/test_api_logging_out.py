import pytest
from rest_framework.test import APIClient

from accounts.models import ApiSession

from .conftest import LOGOUT, Program


def test_logging_out_with_the_refresh_token_ends_the_session_at_once(program):
    answer = APIClient().post(LOGOUT, {"refresh": program.refresh})

    assert answer.status_code == 204
    assert ApiSession.objects.get().revoked_at is not None
    assert program.profile_status() == 401
    assert program.exchange().json()["code"] == "session_ended"


def test_the_access_token_alone_will_do(program):
    answer = program.signed_in().post(LOGOUT)

    assert answer.status_code == 204
    assert program.profile_status() == 401
    assert program.exchange().status_code == 401


def test_a_stale_access_token_beside_the_refresh_token_does_not_hurt(program):
    answer = APIClient().post(LOGOUT, {"refresh": program.refresh}, HTTP_AUTHORIZATION="Bearer stale")

    assert answer.status_code == 204
    assert program.profile_status() == 401


def test_logging_out_twice_is_no_error_and_keeps_the_first_moment(program):
    APIClient().post(LOGOUT, {"refresh": program.refresh})
    ended_at = ApiSession.objects.get().revoked_at

    assert APIClient().post(LOGOUT, {"refresh": program.refresh}).status_code == 204
    assert ApiSession.objects.get().revoked_at == ended_at


def test_someone_elses_session_stays(program, stranger):
    other = Program(stranger.email)

    APIClient().post(LOGOUT, {"refresh": program.refresh})

    assert other.profile_status() == 200


@pytest.mark.parametrize(
    ("body", "header", "code"),
    [
        ({}, {}, "not_authenticated"),
        ({"refresh": "garbage"}, {}, "token_invalid"),
        ({}, {"HTTP_AUTHORIZATION": "Bearer garbage"}, "token_invalid"),
    ],
)
def test_without_a_good_token_nothing_ends(program, body, header, code):
    answer = APIClient().post(LOGOUT, body, **header)

    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert program.profile_status() == 200


def test_only_post_logs_out(program):
    assert program.signed_in().get(LOGOUT).status_code == 405
    assert program.profile_status() == 200
