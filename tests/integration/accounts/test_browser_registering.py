import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.conftest import PASSWORD

URL = reverse("accounts:register")
NEW = {"email": "Grace@Example.org", "name": "Grace Hopper", "password": PASSWORD}


def test_the_page_says_what_the_fields_are_for(client, db):
    page = client.get(URL).content.decode()

    assert page.count("<h1") == 1
    assert 'autocomplete="email"' in page
    assert 'autocomplete="new-password"' in page
    assert 'aria-describedby="id_password_helptext"' in page


def test_who_registers_is_logged_in_and_lands_on_the_gallery(client, db):
    answer = client.post(URL, NEW)

    user = User.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (user.email, user.name) == ("grace@example.org", "Grace Hopper")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.org"])
def test_a_taken_address_is_said_at_its_field(client, user, email):
    page = client.post(URL, {**NEW, "email": email}).content.decode()

    assert '<p class="error" id="id_email_error">There is an account with this e-mail address already.</p>' in page
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["short", "1234567890", "grace@example.org"])
def test_a_weak_password_is_refused_at_its_field(client, db, password):
    answer = client.post(URL, {**NEW, "password": password})

    assert "password" in answer.context["form"].errors
    assert 'id="id_password_error"' in answer.content.decode()
    assert f'value="{password}"' not in answer.content.decode()
    assert not User.objects.exists()


def test_who_is_logged_in_needs_no_account(client, user):
    client.force_login(user)

    assert client.get(URL)["Location"] == "/"
    client.post(URL, NEW)
    assert User.objects.count() == 1


def test_a_closed_registration_says_so(client, db, settings):
    settings.REGISTRATION_IS_OPEN = False

    page, refused = client.get(URL), client.post(URL, NEW)

    assert (page.status_code, refused.status_code) == (403, 403)
    assert "Registration is closed" in page.content.decode()
    assert not User.objects.exists()


def test_registering_without_a_csrf_token_is_refused(db):
    assert Client(enforce_csrf_checks=True).post(URL, NEW).status_code == 403
    assert not User.objects.exists()


def test_an_address_taken_in_the_same_moment_is_no_error_page(client, user, monkeypatch):
    monkeypatch.setattr("accounts.services.registering.check_fields", lambda user: None)

    answer = client.post(URL, {**NEW, "email": user.email})

    assert list(answer.context["form"].errors) == ["email"]
    assert User.objects.count() == 1
