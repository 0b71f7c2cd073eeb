import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import PASSWORD

URL = "/api/auth/register/"
NEW = {"email": "Grace@Example.org", "name": "Grace Hopper", "password": PASSWORD}


@pytest.fixture
def client() -> APIClient:
    return APIClient()


@pytest.mark.django_db
def test_registering_answers_the_profile_and_stores_a_plain_user(client):
    answer = client.post(URL, NEW)

    user = User.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": user.pk,
        "email": "grace@example.org",
        "name": "Grace Hopper",
        "is_staff": False,
        "roles": [],
        "joined_at": user.joined_at.isoformat().replace("+00:00", "Z"),
    }
    assert user.check_password(PASSWORD)
    assert not user.is_staff
    assert not user.is_superuser


@pytest.mark.django_db
def test_powers_cannot_be_had_by_asking(client):
    client.post(URL, {**NEW, "is_staff": True, "is_superuser": True, "groups": ["Editors"]})

    user = User.objects.get()
    assert not user.is_staff
    assert not user.is_superuser
    assert not user.groups.exists()


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@example.ORG", " ada@example.org "])
def test_a_taken_address_is_refused_in_any_case(client, user, email):
    answer = client.post(URL, {**NEW, "email": email})

    assert answer.status_code == 400
    assert answer.json()["code"] == "email_taken"
    assert list(answer.json()["fields"]) == ["email"]
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-one", "too short"),
        ("1234567890", "too common"),
        ("qwertyuiop", "too common"),
        ("grace@example.org", "too similar"),
        ("Grace Hopper", "too similar"),
    ],
)
def test_a_weak_password_is_refused_and_nobody_is_stored(client, password, why):
    answer = client.post(URL, {**NEW, "password": password})

    assert answer.status_code == 400
    assert answer.json()["code"] == "password_unfit"
    assert why in " ".join(answer.json()["fields"]["password"])
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["email", "password"])
def test_a_missing_field_is_named(client, field):
    answer = client.post(URL, {name: value for name, value in NEW.items() if name != field})

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "odd",
    [{"email": "no address"}, {"email": "a\x00b@example.org"}, {"email": ["x"]}, {"name": "x" * 151}, {"password": {}}],
)
def test_an_odd_value_is_refused(client, odd):
    answer = client.post(URL, {**NEW, **odd})

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(odd)
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["[]", '"x"', "{", "[" * 2000])
def test_a_body_that_is_no_object_is_refused(client, body):
    answer = client.post(URL, body, content_type="application/json")

    assert answer.status_code == 400
    assert set(answer.json()) >= {"code", "message"}


@pytest.mark.django_db
def test_registration_can_be_closed(client, settings):
    settings.REGISTRATION_IS_OPEN = False

    answer = client.post(URL, NEW)

    assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_stale_header_does_not_hurt(client):
    assert client.post(URL, NEW, HTTP_AUTHORIZATION="Bearer stale").status_code == 201


@pytest.mark.django_db
def test_only_post_registers(client):
    assert client.get(URL).status_code == 405
