import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import ApiSession
from tests.conftest import PASSWORD

from .conftest import LOGIN, PASSWORD_CHANGE, Program

NEXT = "staple-without-horse"


def test_changing_the_password_ends_all_sessions_at_once(program, user):
    other = Program(user.email)

    answer = program.signed_in().post(PASSWORD_CHANGE, {"current_password": PASSWORD, "new_password": NEXT})

    assert answer.status_code == 204
    assert (program.profile_status(), other.profile_status()) == (401, 401)
    assert program.exchange().status_code == 401
    assert not ApiSession.objects.open().exists()
    user.refresh_from_db()
    assert user.check_password(NEXT)
    assert APIClient().post(LOGIN, {"email": user.email, "password": PASSWORD}).status_code == 401
    assert APIClient().post(LOGIN, {"email": user.email, "password": NEXT}).status_code == 200


def test_someone_elses_sessions_live_on(program, stranger):
    other = Program(stranger.email)

    program.signed_in().post(PASSWORD_CHANGE, {"current_password": PASSWORD, "new_password": NEXT})

    assert other.profile_status() == 200


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"current_password": "wrong", "new_password": NEXT}, "current_password", "wrong_password"),
        ({"current_password": PASSWORD, "new_password": "1234567890"}, "new_password", "password_unfit"),
        ({"current_password": PASSWORD, "new_password": "ada@example.org"}, "new_password", "password_unfit"),
        ({"current_password": PASSWORD}, "new_password", "invalid"),
    ],
)
def test_a_refused_change_changes_nothing(program, user, body, field, code):
    answer = program.signed_in().post(PASSWORD_CHANGE, body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert list(answer.json()["fields"]) == [field]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert program.profile_status() == 200


def test_guessing_is_throttled(program):
    client = program.signed_in()
    for _ in range(5):
        client.post(PASSWORD_CHANGE, {"current_password": "wrong", "new_password": NEXT})

    answer = client.post(PASSWORD_CHANGE, {"current_password": PASSWORD, "new_password": NEXT})

    assert answer.status_code == 429
    assert "Retry-After" in answer


def test_a_browser_that_asks_stays_logged_in_and_others_do_not(user):
    browser, other = APIClient(), Client()
    browser.force_login(user)
    other.force_login(user)

    answer = browser.post(PASSWORD_CHANGE, {"current_password": PASSWORD, "new_password": NEXT})

    assert answer.status_code == 204
    assert browser.get("/api/auth/profile/").status_code == 200
    assert other.get("/api/auth/profile/").status_code == 401


def test_the_anonymous_are_refused(db):
    assert APIClient().post(PASSWORD_CHANGE, {}).status_code == 401


def test_only_post_changes_it(program):
    assert program.signed_in().get(PASSWORD_CHANGE).status_code == 405
