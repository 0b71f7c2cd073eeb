import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import LoginThrottle
from tests.conftest import PASSWORD

LOGIN, LOGOUT = reverse("accounts:login"), reverse("accounts:logout")


def _is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_page_says_what_the_fields_are_for(client, db):
    page = client.get(LOGIN).content.decode()

    assert page.count("<h1") == 1
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert reverse("accounts:password_reset") in page


def test_logging_in_lands_on_the_gallery(client, user):
    answer = client.post(LOGIN, {"username": "ADA@example.org", "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert _is_logged_in(client)


def test_a_good_next_address_is_followed(client, user):
    answer = client.post(LOGIN, {"username": user.email, "password": PASSWORD, "next": "/accounts/profile/"})

    assert answer["Location"] == "/accounts/profile/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_next_address_elsewhere_is_not_followed(client, user, target):
    answer = client.post(f"{LOGIN}?next={target}", {"username": user.email, "password": PASSWORD, "next": target})

    assert answer["Location"] == "/"
    assert target not in client.get(f"{LOGIN}?next={target}").content.decode()


def test_unknown_wrong_and_inactive_get_the_same_words(client, user, make_user):
    make_user("gone@example.org", is_active=False)
    tries = [("nobody@example.org", PASSWORD), (user.email, "wrong-password"), ("gone@example.org", PASSWORD)]

    pages = [client.post(LOGIN, {"username": email, "password": password}) for email, password in tries]

    said = [list(page.context["form"].non_field_errors()) for page in pages]
    assert said == [["The e-mail address or the password is not right."]] * 3
    assert not _is_logged_in(client)


def test_a_locked_out_login_answers_429_and_says_how_long(client, user):
    for _ in range(5):
        assert client.post(LOGIN, {"username": user.email, "password": "wrong"}).status_code == 200

    answer = client.post(LOGIN, {"username": user.email, "password": PASSWORD})

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) in range(1, 31)
    assert "Too many failed attempts. Try again in" in answer.content.decode()
    assert not _is_logged_in(client)


def test_browser_and_api_count_together(client, user):
    for _ in range(5):
        client.post(LOGIN, {"username": user.email, "password": "wrong"})

    answer = client.post("/api/auth/login/", {"email": user.email, "password": PASSWORD}, "application/json")

    assert answer.status_code == 429


def test_an_empty_form_counts_as_no_failure(client, user):
    answer = client.post(LOGIN, {"username": "", "password": ""})

    assert 'aria-describedby="id_username_error"' in answer.content.decode()
    assert 'id="id_username_error"' in answer.content.decode()
    assert not LoginThrottle.objects.exists()


def test_a_login_without_a_csrf_token_is_refused(user):
    client = Client(enforce_csrf_checks=True)

    assert client.post(LOGIN, {"username": user.email, "password": PASSWORD}).status_code == 403
    assert not _is_logged_in(client)


def test_a_login_changes_the_sessions_key(client, user):
    client.session.save()
    before = client.session.session_key

    client.post(LOGIN, {"username": user.email, "password": PASSWORD})

    assert client.session.session_key != before


def test_logging_out_ends_the_session(client, user):
    client.force_login(user)

    answer = client.post(LOGOUT)

    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert not _is_logged_in(client)


def test_a_link_cannot_log_a_person_out(client, user):
    client.force_login(user)

    assert client.get(LOGOUT).status_code == 405
    assert _is_logged_in(client)


def test_logging_out_needs_a_csrf_token(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    assert client.post(LOGOUT).status_code == 403
    assert _is_logged_in(client)


def test_an_account_that_is_switched_off_is_logged_out_at_once(client, user):
    client.force_login(user)
    user.is_active = False
    user.save()

    assert client.get(reverse("accounts:profile")).status_code == 302


def test_the_last_login_is_noted(client, user):
    client.post(LOGIN, {"username": user.email, "password": PASSWORD})

    user.refresh_from_db()
    assert user.last_login is not None
    assert (timezone.now() - user.last_login).total_seconds() < 60


@pytest.mark.parametrize(("target", "lands"), [("", "/"), ("/accounts/profile/", "/accounts/profile/"), (LOGIN, "/")])
def test_who_is_logged_in_is_sent_on(client, user, target, lands):
    client.force_login(user)

    answer = client.get(LOGIN, {"next": target})

    assert (answer.status_code, answer["Location"]) == (302, lands)
