import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ApiSession
from tests.conftest import PASSWORD

URL = reverse("accounts:password_change")
NEXT = "staple-without-horse"


def _change(client: Client, old: str = PASSWORD, new: str = NEXT, again: str | None = None):
    body = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post(URL, body)


@pytest.fixture
def browser(client, user) -> Client:
    client.force_login(user)
    return client


def test_the_page_says_what_the_fields_are_for(browser):
    page = browser.get(URL).content.decode()

    assert page.count("<h1") == 1
    assert page.count('autocomplete="current-password"') == 1
    assert page.count('autocomplete="new-password"') == 2


def test_changing_it_ends_everything_but_this_browser(browser, user, program):
    other = Client()
    other.force_login(user)

    answer = _change(browser)

    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEXT)
    assert browser.get(URL).status_code == 200
    assert other.get(URL).status_code == 302
    assert program.profile_status() == 401
    assert program.exchange().status_code == 401
    assert not ApiSession.objects.open().exists()


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong", NEXT, NEXT, "old_password"),
        (PASSWORD, NEXT, "another-password", "new_password2"),
        (PASSWORD, "1234567890", "1234567890", "new_password2"),
        (PASSWORD, "short", "short", "new_password2"),
    ],
)
def test_a_refused_change_changes_nothing(browser, user, program, old, new, again, field):
    answer = _change(browser, old, new, again)

    assert list(answer.context["form"].errors) == [field]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert program.profile_status() == 200


def test_guessing_is_throttled(browser, user):
    for _ in range(5):
        _change(browser, old="wrong")

    answer = _change(browser)

    assert answer.status_code == 429
    assert "Retry-After" in answer
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_anonymous_are_asked_to_log_in(client, db):
    assert client.get(URL)["Location"].startswith(reverse("accounts:login"))


def test_changing_it_needs_a_csrf_token(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    assert _change(client).status_code == 403
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
