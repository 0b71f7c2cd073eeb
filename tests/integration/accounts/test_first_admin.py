import io

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.services.first_admin import create_first_admin


@pytest.mark.django_db
def test_a_new_site_gets_an_administrator_with_a_random_password():
    made = create_first_admin()

    assert made is not None
    user, password = made
    assert user.email == "admin@localhost"
    assert user.is_superuser
    assert user.is_staff
    assert len(password) >= 20
    assert user.check_password(password)


@pytest.mark.django_db
def test_the_password_differs_from_site_to_site():
    first = create_first_admin()
    User.objects.all().delete()
    second = create_first_admin()

    assert first is not None
    assert second is not None
    assert first[1] != second[1]


@pytest.mark.django_db
def test_the_address_comes_from_the_settings(settings):
    settings.ADMIN_EMAIL = "Boss@example.org"

    made = create_first_admin()

    assert made is not None
    assert made[0].email == "boss@example.org"


def test_a_site_with_any_user_gets_none(user):
    assert create_first_admin() is None
    assert list(User.objects.all()) == [user]


@pytest.mark.django_db
def test_the_command_prints_the_password_once(client):
    first, second = io.StringIO(), io.StringIO()

    call_command("create_first_admin", stdout=first)
    call_command("create_first_admin", stdout=second)

    password = first.getvalue().split()[-1]
    assert "admin@localhost" in first.getvalue()
    assert User.objects.get().check_password(password)
    assert "password:" not in second.getvalue()
    answer = client.post("/accounts/login/", {"username": "admin@localhost", "password": password})
    assert answer.status_code == 302
