"""Who comes into the admin, and how."""

import pytest
from django.urls import reverse

from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"


@pytest.mark.django_db
def test_anonymous_is_sent_to_the_sites_own_login_and_back(client, admin_user):
    response = client.get("/admin/poses/photo/?status=failed", follow=True)
    assert response.redirect_chain[-1][0] == f"{LOGIN}?next=/admin/poses/photo/%3Fstatus%3Dfailed"
    assert response.status_code == 200
    answer = client.post(response.redirect_chain[-1][0], {"username": admin_user.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/admin/poses/photo/?status=failed"


@pytest.mark.django_db
def test_the_admins_own_form_is_gone(client, admin_user):
    answer = client.post("/admin/login/", {"username": admin_user.email, "password": PASSWORD})
    assert answer.headers["Location"] == f"{LOGIN}?next=/admin/"
    assert "_auth_user_id" not in client.session


def test_who_is_logged_in_but_no_staff_gets_403_and_no_loop(client, user):
    client.force_login(user)
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert len(response.redirect_chain) == 1
    assert client.get("/admin/poses/photo/", follow=True).status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_login_leads_to_no_other_site(client, admin_user, target):
    assert client.get("/admin/login/", {"next": target}).headers["Location"] == f"{LOGIN}?next=/admin/"
    client.force_login(admin_user)
    assert client.get("/admin/login/", {"next": target}).headers["Location"] == "/admin/"


def test_login_of_who_is_in_already_leads_on(client, admin_user):
    client.force_login(admin_user)
    assert client.get("/admin/login/", {"next": "/admin/poses/pose/"}).headers["Location"] == "/admin/poses/pose/"


def test_the_password_is_changed_on_the_sites_own_page(admin_client):
    assert admin_client.get("/admin/password_change/").headers["Location"] == reverse("accounts:password_change")


def test_logging_out_ends_the_session(admin_client):
    assert admin_client.get("/admin/logout/").status_code == 405
    admin_client.post("/admin/logout/")
    assert "_auth_user_id" not in admin_client.session
