from django.urls import reverse

from tests.conftest import PASSWORD

LOGIN, ADMIN = reverse("accounts:login"), reverse("admin:index")


def test_the_admin_has_no_login_of_its_own(client, admin_user):
    body = {"username": admin_user.email, "password": PASSWORD, "next": ADMIN}

    answer = client.post(reverse("admin:login"), body)

    assert answer["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session


def test_staff_come_back_to_the_admin(client, admin_user):
    page = client.get(ADMIN, follow=True)

    answer = client.post(
        page.request["PATH_INFO"], {"username": admin_user.email, "password": PASSWORD, "next": page.context["next"]}
    )

    assert answer["Location"] == ADMIN
    assert client.get(ADMIN).status_code == 200


def test_guessing_an_administrators_password_is_throttled(client, admin_user):
    url = client.get(ADMIN, follow=True).request["PATH_INFO"]
    for _ in range(5):
        client.post(url, {"username": admin_user.email, "password": "wrong", "next": ADMIN})

    answer = client.post(url, {"username": admin_user.email, "password": PASSWORD, "next": ADMIN})

    assert answer.status_code == 429
    assert "Retry-After" in answer


def test_who_is_no_staff_is_refused_and_not_sent_in_a_circle(client, user):
    client.force_login(user)

    answer = client.get(f"{LOGIN}?next={ADMIN}", follow=True)

    assert answer.status_code == 403
    assert len(answer.redirect_chain) <= 3
