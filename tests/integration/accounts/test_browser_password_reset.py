import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import ApiSession
from tests.conftest import PASSWORD

URL, SENT = reverse("accounts:password_reset"), reverse("accounts:password_reset_done")
NEXT = "staple-without-horse"


def _link(client: Client, email: str = "ada@example.org") -> str:
    client.post(URL, {"email": email})
    found = re.search(r"http://testserver(\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def _set(client: Client, link: str, password: str = NEXT):
    page = client.get(link, follow=True)
    return client.post(page.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


def test_a_link_comes_by_mail_and_sets_a_new_password_once(client, user, program):
    assert client.get(URL).content.decode().count("<h1") == 1
    link = _link(client, "ADA@example.org")

    answer = _set(client, link)

    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["ada@example.org"]
    assert mail.outbox[0].subject == "Set a new password on PoseSite"
    assert answer["Location"] == reverse("accounts:password_reset_complete")
    assert "Your password is set" in client.get(answer["Location"]).content.decode()
    user.refresh_from_db()
    assert user.check_password(NEXT)
    assert program.profile_status() == 401
    assert not ApiSession.objects.open().exists()
    assert "This link does not work any more" in Client().get(link, follow=True).content.decode()


def test_the_browsers_that_were_logged_in_are_logged_out(client, user):
    other = Client()
    other.force_login(user)

    _set(client, _link(client))

    assert other.get(reverse("accounts:profile")).status_code == 302


def test_setting_it_lets_a_locked_out_person_in(client, user):
    for number in range(5):
        body = {"email": user.email, "password": "wrong"}
        client.post("/api/auth/login/", body, "application/json", REMOTE_ADDR=f"198.51.100.{number}")

    _set(client, _link(client))

    answer = client.post(reverse("accounts:login"), {"username": user.email, "password": NEXT})
    assert answer.status_code == 302


@pytest.mark.parametrize("email", ["nobody@example.org", "gone@example.org"])
def test_unknown_and_inactive_addresses_get_the_same_page_and_no_mail(client, user, make_user, email):
    make_user("gone@example.org", is_active=False)

    answer = client.post(URL, {"email": email})

    assert (answer.status_code, answer["Location"]) == (302, SENT)
    assert client.get(SENT).status_code == 200
    assert mail.outbox == []


def test_nobodys_inbox_is_flooded(client, user):
    answers = [client.post(URL, {"email": user.email}) for _ in range(8)]

    assert {answer["Location"] for answer in answers} == {SENT}
    assert len(mail.outbox) == 5


def test_a_weak_password_is_refused_and_the_link_still_works(client, user):
    link = _link(client)

    refused = _set(client, link, "1234567890")

    assert list(refused.context["form"].errors) == ["new_password2"]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert _set(client, link).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("link", ["MQ/set-password", "MQ/x-y", "!!/x-y", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5/x-y"])
def test_a_made_up_link_is_answered_with_a_way_on(client, link):
    answer = client.get(f"/accounts/reset/{link}/")

    assert answer.status_code == 200
    assert "This link does not work any more" in answer.content.decode()
    assert answer.content.decode().count("<h1") == 1


def test_a_new_e_mail_address_makes_older_links_useless(client, user):
    link = _link(client)
    user.email = "new@example.org"
    user.save()

    assert "This link does not work any more" in client.get(link, follow=True).content.decode()


def test_asking_needs_a_csrf_token(user):
    assert Client(enforce_csrf_checks=True).post(URL, {"email": user.email}).status_code == 403
    assert mail.outbox == []
