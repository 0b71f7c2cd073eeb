"""The page of webhooks."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from batches.models import Delivery, DeliveryTry, WebhookSecret
from batches.services import deliveries, webhooks

from .delivery_rows import NOON, delivered, delivery_of, ended_batch

PAGE = "/batches/webhooks/"
SECRET, PING = f"{PAGE}secret/", f"{PAGE}ping/"
SHOWN = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


@pytest.fixture
def client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(delivery: Delivery) -> str:
    return f"{PAGE}deliveries/{delivery.pk}/"


def text(response: object) -> str:
    return response.content.decode()


def seen(response: object) -> str:
    return re.search(r'name="seen" value="([^"]*)"', text(response))[1]


def test_at_first_there_is_a_secret_to_be_made_and_nothing_sent(client):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "Create secret" in text(answer)
    assert "Nothing yet." in text(answer)
    assert text(answer).count("<h1") == 1
    assert not WebhookSecret.objects.exists()


def test_a_secret_is_shown_on_one_answer_and_never_again(client, user):
    answer = client.post(SECRET, {"seen": seen(client.get(PAGE))})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert SHOWN.search(text(answer))
    again = client.get(PAGE)
    assert not SHOWN.search(text(again))
    assert "Rotate…" in text(again)


def test_rotating_shows_another_and_says_until_when_both_sign(client, user):
    first = client.post(SECRET, {"seen": ""})
    second = client.post(SECRET, {"seen": seen(first)})
    assert SHOWN.search(text(first))[0] != SHOWN.search(text(second))[0]
    assert "The one before it signs, too" in text(second)


def test_a_page_that_is_sent_twice_rotates_once(client, user):
    client.post(SECRET, {"seen": ""})
    kept = WebhookSecret.objects.values().get()
    for mark in ("", "x", "\0"):
        again = client.post(SECRET, {"seen": mark}, follow=True)
        assert "cannot be shown again" in text(again)
    assert WebhookSecret.objects.values().get() == kept


def test_a_ping_leads_to_where_its_result_is_shown(client, user):
    answer = client.post(PING, {"url": "https://example.org/hook"})
    delivery = Delivery.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(delivery))
    assert "Queued" in text(client.get(page_of(delivery)))


@pytest.mark.parametrize("url", ["", "ftp://example.org/", "https://example.org:25/", "https://a b/", "x" * 2049])
def test_a_ping_to_no_proper_address_is_refused_beside_the_field(client, url):
    answer = client.post(PING, {"url": url})
    assert answer.status_code == 400
    assert 'id="ping-url_error"' in text(answer)
    assert not Delivery.objects.exists()


def test_a_second_ping_waits_for_the_first(client, user):
    client.post(PING, {"url": "https://example.org/hook"})
    answer = client.post(PING, {"url": "https://example.org/hook"})
    assert answer.status_code == 409
    assert "being worked on right now" in text(answer)


def test_the_log_shows_batch_target_state_and_last_error(client, user):
    batch = ended_batch(user, name="<b>shoes</b>.csv", webhook_url="https://example.org/?<i>")
    deliveries.announce(batch)
    Delivery.objects.update(status="held", lease_until=None, tries=2, due_at=timezone.now() + timedelta(minutes=5))
    delivery = Delivery.objects.get()
    DeliveryTry.objects.create(
        delivery=delivery, error_code="http_status_500", error_message="The server answered with status 500."
    )
    html = text(client.get(PAGE))
    assert "&lt;b&gt;shoes&lt;/b&gt;.csv" in html
    assert "https://example.org/?&lt;i&gt;" in html
    assert "Retrying" in html
    assert re.search(r"in [45] min", html)
    assert "http_status_500" in html
    assert f'action="{page_of(delivery)}resend/"' in html


def test_what_is_queued_cannot_be_resent_from_the_page(client, user):
    delivery = delivery_of(user)
    assert f'action="{page_of(delivery)}resend/"' not in text(client.get(PAGE))


def test_the_log_is_paged_both_ways(client, user):
    for number in range(30):
        delivered(user, target=f"https://example.org/{number}.", created_at=NOON + timedelta(seconds=number))
    first = text(client.get(PAGE))
    assert first.count(">Resend<") == 25
    older = re.search(r'rel="next" href="([^"#]+)', first)[1]
    second = text(client.get(older.replace("&amp;", "&")))
    assert second.count(">Resend<") == 5
    newer = re.search(r'rel="prev" href="([^"#]+)', second)[1]
    assert text(client.get(newer.replace("&amp;", "&"))).count(">Resend<") == 25
    assert client.get(f"{PAGE}?before=nonsense").status_code == 200


def test_the_page_costs_the_same_however_long_the_log_is(client, user, django_assert_num_queries):
    delivered(user)
    with django_assert_num_queries(6):
        client.get(PAGE)
    for _ in range(10):
        delivered(user)
    with django_assert_num_queries(6):
        client.get(PAGE)


def test_a_deliverys_page_shows_its_tries_and_what_it_says(client, user):
    delivery = delivered(user)
    DeliveryTry.objects.create(delivery=delivery, http_status=204, milliseconds=31)
    html = text(client.get(page_of(delivery)))
    assert "Delivered" in html
    assert "31 ms" in html
    assert f"msg_{delivery.pk.hex}" in html
    assert "&quot;type&quot;:&quot;ping&quot;" in html
    assert "hx-get" not in html
    assert html.count("<h1") == 1


def test_while_it_is_being_sent_the_page_asks_again_and_is_answered_once_something_has_changed(client, user):
    delivery = delivery_of(user)
    html = text(client.get(page_of(delivery)))
    assert 'hx-trigger="every 1s"' in html
    digest = re.search(r'"X-Seen": "([^"]+)"', html)[1]
    asked = {"HX-Request": "true", "X-Seen": digest}
    assert client.get(page_of(delivery), headers=asked).status_code == 204
    Delivery.objects.update(status="completed", lease_until=None, tries=1, delivered_at=timezone.now())
    changed = client.get(page_of(delivery), headers=asked)
    assert "Delivered" in text(changed)
    assert "<h1" not in text(changed)
    assert "hx-get" not in text(changed)


def test_resending_leads_to_its_page(client, user):
    delivery = delivered(user)
    answer = client.post(f"{page_of(delivery)}resend/")
    assert (answer.status_code, answer["Location"]) == (302, page_of(delivery))
    delivery.refresh_from_db()
    assert delivery.status == "pending"
    refused = client.post(f"{page_of(delivery)}resend/", follow=True)
    assert "being worked on right now" in text(refused)


def test_somebody_elses_is_not_there(client, stranger):
    delivery = delivered(stranger, target="https://secret.example/")
    webhooks.rotate_secret(user=stranger, now=NOON)
    assert client.get(page_of(delivery)).status_code == 404
    assert client.post(f"{page_of(delivery)}resend/").status_code == 404
    page = text(client.get(PAGE))
    assert "secret.example" not in page
    assert "Create secret" in page
    delivery.refresh_from_db()
    assert delivery.status == "completed"


def test_malformed_ids_are_not_there(client):
    assert client.get(f"{PAGE}deliveries/shoes/").status_code == 404
    assert client.get(f"{PAGE}deliveries/{uuid.uuid4()}/").status_code == 404


def test_visitors_are_sent_to_log_in_and_change_nothing(user):
    delivery = delivered(user)
    visitor = Client()
    answers = [visitor.get(url) for url in (PAGE, page_of(delivery))]
    answers += [visitor.post(url) for url in (SECRET, PING, f"{page_of(delivery)}resend/")]
    assert {(answer.status_code, answer["Location"].split("?")[0]) for answer in answers} == {(302, "/accounts/login/")}
    assert not WebhookSecret.objects.exists()


def test_wrong_methods(client, user):
    delivery = delivered(user)
    for url in (SECRET, PING, f"{page_of(delivery)}resend/"):
        assert client.get(url).status_code == 405
    for url in (PAGE, page_of(delivery)):
        assert client.post(url).status_code == 405
