import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import EDITORS
from tests.conftest import PASSWORD

URL = reverse("accounts:profile")


@pytest.fixture
def browser(client, user) -> Client:
    client.force_login(user)
    return client


def test_the_page_shows_what_is_saved(browser, user):
    user.groups.add(Group.objects.get(name=EDITORS))

    page = browser.get(URL).content.decode()

    assert page.count("<h1") == 1
    assert 'value="ada@example.org"' in page
    assert 'value="Ada Lovelace"' in page
    assert "Editors" in page


def test_a_name_is_changed_without_a_password(browser, user):
    answer = browser.post(URL, {"name": "Ada King", "email": user.email}, follow=True)

    user.refresh_from_db()
    assert user.name == "Ada King"
    assert "Your profile is saved." in answer.content.decode()


def test_a_new_address_needs_the_current_password(browser, user):
    refused = browser.post(URL, {"name": "Ada", "email": "new@example.org"})
    wrong = browser.post(URL, {"name": "Ada", "email": "new@example.org", "current_password": "wrong"})
    user.refresh_from_db()
    unchanged = (user.email, user.name)
    accepted = browser.post(URL, {"name": "Ada", "email": "New@example.org", "current_password": PASSWORD})

    assert list(refused.context["form"].errors) == ["current_password"]
    assert list(wrong.context["form"].errors) == ["current_password"]
    assert unchanged == ("ada@example.org", "Ada Lovelace")
    assert accepted.status_code == 302
    user.refresh_from_db()
    assert user.email == "new@example.org"
    assert browser.get(URL).status_code == 200


def test_a_refused_change_does_not_show_in_the_header(browser):
    page = browser.post(URL, {"name": "Someone Else", "email": "new@example.org"}).content.decode()

    assert "Ada Lovelace" in page


def test_guessing_the_current_password_is_throttled(browser):
    for _ in range(5):
        browser.post(URL, {"name": "", "email": "new@example.org", "current_password": "wrong"})

    answer = browser.post(URL, {"name": "", "email": "new@example.org", "current_password": PASSWORD})

    assert answer.status_code == 429
    assert "Retry-After" in answer


def test_someone_elses_address_is_refused(browser, user, stranger):
    answer = browser.post(URL, {"name": "", "email": "EVE@example.org", "current_password": PASSWORD})

    assert list(answer.context["form"].errors) == ["email"]
    user.refresh_from_db()
    assert user.email == "ada@example.org"


def test_the_anonymous_are_asked_to_log_in(client, db):
    assert client.get(URL)["Location"] == f"{reverse('accounts:login')}?next={URL}"


def test_changing_it_needs_a_csrf_token(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    assert client.post(URL, {"name": "Mallory", "email": user.email}).status_code == 403
    user.refresh_from_db()
    assert user.name == "Ada Lovelace"


def test_a_name_is_shown_as_text(browser, user):
    browser.post(URL, {"name": "<b>Ada</b>", "email": user.email})

    assert "<b>Ada" not in browser.get(URL).content.decode()
