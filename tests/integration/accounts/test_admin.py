import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import ApiSession, User
from accounts.services import api_sessions
from tests.conftest import PASSWORD

USERS, SESSIONS = reverse("admin:accounts_user_changelist"), reverse("admin:accounts_apisession_changelist")


@pytest.fixture
def admin(client, admin_user) -> Client:
    client.force_login(admin_user)
    return client


@pytest.fixture
def clerk(client, make_user) -> Client:
    """Staff who may see and change users, and are no superuser."""
    user = make_user("clerk@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_user", "change_user", "delete_user")))
    client.force_login(user)
    return client


def test_users_are_listed_searched_and_filtered(admin, user, stranger):
    assert admin.get(USERS).context["cl"].result_count == 3
    assert list(admin.get(USERS, {"q": "lovelace"}).context["cl"].result_list) == [user]
    assert list(admin.get(USERS, {"is_staff__exact": 1}).context["cl"].result_list) == [User.objects.get(is_staff=True)]


@pytest.mark.parametrize("url", [USERS, SESSIONS])
def test_no_list_asks_a_query_a_row(admin, make_user, url, django_assert_max_num_queries):
    for number in range(30):
        api_sessions.begin(user=make_user(f"u{number}@example.org"), now=User.objects.latest("joined_at").joined_at)

    with django_assert_max_num_queries(9):
        page = admin.get(url)

    assert page.context["cl"].result_count >= 30


def test_a_user_is_added_with_a_password(admin):
    url = reverse("admin:accounts_user_add")
    body = {"email": "Grace@Example.org", "name": "Grace", "password1": PASSWORD, "password2": PASSWORD}

    page, answer = admin.get(url), admin.post(url, body)

    user = User.objects.get(name="Grace")
    assert page.status_code == 200
    assert answer.status_code == 302
    assert user.email == "grace@example.org"
    assert user.check_password(PASSWORD)


def test_a_taken_address_and_a_weak_password_are_refused(admin, user):
    url = reverse("admin:accounts_user_add")

    taken = admin.post(url, {"email": "ADA@example.org", "password1": PASSWORD, "password2": PASSWORD})
    weak = admin.post(url, {"email": "new@example.org", "password1": "1234567890", "password2": "1234567890"})

    assert list(taken.context["adminform"].form.errors) == ["email"]
    assert "password2" in weak.context["adminform"].form.errors
    assert User.objects.count() == 2


def test_a_user_is_changed(admin, user):
    url = reverse("admin:accounts_user_change", args=[user.pk])

    answer = admin.post(url, {"email": "Countess@example.org", "name": "Countess", "is_active": "on"})

    assert admin.get(url).status_code == 200
    assert answer.status_code == 302
    user.refresh_from_db()
    assert (user.email, user.name) == ("countess@example.org", "Countess")
    assert user.check_password(PASSWORD)


def test_setting_a_users_password_ends_their_api_sessions(admin, user, program):
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    body = {"password1": "staple-without-horse", "password2": "staple-without-horse", "usable_password": "true"}

    answer = admin.post(url, body)

    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.check_password("staple-without-horse")
    assert program.profile_status() == 401
    assert not ApiSession.objects.open().exists()


def test_a_users_password_can_be_taken_away(admin, user, program):
    url = reverse("admin:auth_user_password_change", args=[user.pk])

    admin.post(url, {"usable_password": "false", "unset-password": "1"})

    user.refresh_from_db()
    assert not user.has_usable_password()
    assert program.profile_status() == 401


def test_sessions_are_ended_by_the_action_and_not_edited(admin, user, program):
    session = ApiSession.objects.get()
    url = reverse("admin:accounts_apisession_change", args=[session.pk])

    assert admin.get(url).status_code == 200
    assert admin.post(url, {"revoked_at_0": "", "revoked_at_1": ""}).status_code == 403
    assert admin.get(reverse("admin:accounts_apisession_add")).status_code == 403
    assert program.profile_status() == 200
    answer = admin.post(SESSIONS, {"action": "end_sessions", "_selected_action": [session.pk]}, follow=True)
    assert "Sessions ended: 1." in answer.content.decode()
    assert program.profile_status() == 401
    assert list(admin.get(SESSIONS, {"q": "lovelace"}).context["cl"].result_list) == [session]


def test_a_user_with_sessions_can_be_deleted(admin, user, program):
    answer = admin.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})

    assert answer.status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
    assert not ApiSession.objects.exists()


def test_staff_cannot_touch_a_superuser(clerk, admin_user):
    change = clerk.post(reverse("admin:accounts_user_change", args=[admin_user.pk]), {"email": "mine@example.org"})
    password = clerk.post(
        reverse("admin:auth_user_password_change", args=[admin_user.pk]),
        {"password1": "staple-without-horse", "password2": "staple-without-horse", "usable_password": "true"},
    )
    delete = clerk.post(reverse("admin:accounts_user_delete", args=[admin_user.pk]), {"post": "yes"})

    assert [answer.status_code for answer in (change, password, delete)] == [403, 403, 403]
    admin_user.refresh_from_db()
    assert admin_user.email == "root@example.org"
    assert admin_user.check_password(PASSWORD)


def test_staff_cannot_delete_a_superuser_in_a_heap(clerk, admin_user, user):
    body = {"action": "delete_selected", "_selected_action": [admin_user.pk, user.pk], "post": "yes"}

    clerk.post(USERS, body)

    assert User.objects.filter(pk=admin_user.pk).exists()


def test_staff_cannot_give_out_power(clerk, user):
    url = reverse("admin:accounts_user_change", args=[user.pk])

    clerk.post(url, {"email": user.email, "name": "x", "is_active": "on", "is_staff": "on", "is_superuser": "on"})

    user.refresh_from_db()
    assert user.name == "x"
    assert not user.is_staff
    assert not user.is_superuser


@pytest.mark.parametrize("url", [USERS, SESSIONS])
def test_who_is_no_staff_sees_nothing(client, user, url):
    client.force_login(user)

    assert client.get(url).status_code == 302
