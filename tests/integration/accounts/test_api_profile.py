import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from accounts.models import EDITORS
from tests.conftest import PASSWORD

from .conftest import LOGIN, PROFILE, Program


@pytest.fixture
def client(program) -> APIClient:
    return program.signed_in()


def test_the_profile_tells_who_asks(client, user):
    user.groups.add(Group.objects.get(name=EDITORS))

    answer = client.get(PROFILE)

    assert answer.status_code == 200
    assert answer.json()["email"] == "ada@example.org"
    assert answer.json()["name"] == "Ada Lovelace"
    assert answer.json()["roles"] == ["Editors"]
    assert "password" not in answer.json()


def test_patch_changes_the_name_alone(client, user):
    answer = client.patch(PROFILE, {"name": "Ada King"})

    assert (answer.status_code, answer.json()["name"]) == (200, "Ada King")
    user.refresh_from_db()
    assert (user.name, user.email) == ("Ada King", "ada@example.org")


def test_a_new_address_needs_the_current_password(client, user):
    refused = client.patch(PROFILE, {"email": "new@example.org"})
    wrong = client.patch(PROFILE, {"email": "new@example.org", "current_password": "wrong"})
    user.refresh_from_db()
    unchanged = user.email
    taken_over = client.patch(PROFILE, {"email": "New@Example.org", "current_password": PASSWORD})

    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["current_password"])
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_password")
    assert unchanged == "ada@example.org"
    assert (taken_over.status_code, taken_over.json()["email"]) == (200, "new@example.org")
    assert APIClient().post(LOGIN, {"email": "new@example.org", "password": PASSWORD}).status_code == 200


def test_guessing_the_current_password_is_throttled(client):
    for _ in range(5):
        client.patch(PROFILE, {"email": "new@example.org", "current_password": "wrong"})

    answer = client.patch(PROFILE, {"email": "new@example.org", "current_password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert int(answer["Retry-After"]) in range(1, 31)


def test_someone_elses_address_is_refused(client, user, stranger):
    answer = client.patch(PROFILE, {"email": "EVE@example.org", "current_password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (400, "email_taken")
    user.refresh_from_db()
    assert user.email == "ada@example.org"


def test_put_needs_both(client):
    assert list(client.put(PROFILE, {"name": "x"}).json()["fields"]) == ["email"]
    assert client.put(PROFILE, {"name": "x", "email": "ada@example.org"}).status_code == 200


def test_powers_cannot_be_changed(client, user):
    client.patch(PROFILE, {"is_staff": True, "is_superuser": True, "roles": ["Editors"], "id": 99})

    user.refresh_from_db()
    assert not user.is_staff
    assert not user.is_superuser
    assert not user.groups.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "put", "patch"])
def test_the_anonymous_are_refused(method):
    answer = getattr(APIClient(), method)(PROFILE)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_a_profile_cannot_be_deleted(client):
    assert client.delete(PROFILE).status_code == 405


def test_a_browsers_session_reads_it_and_needs_a_csrf_token_to_change_it(user):
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(user)

    answer = browser.patch(PROFILE, {"name": "Mallory"})

    assert browser.get(PROFILE).status_code == 200
    assert answer.status_code == 403
    user.refresh_from_db()
    assert user.name == "Ada Lovelace"


def test_reading_costs_two_queries(client, user, django_assert_num_queries):
    with django_assert_num_queries(2):  # the session with its user, and the roles
        client.get(PROFILE)


def test_another_programs_profile_is_its_own(client, stranger):
    assert Program(stranger.email).signed_in().get(PROFILE).json()["email"] == "eve@example.org"
