"""`/api/webhooks/`."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from accounts.models import User
from batches import queue
from batches.models import Delivery, DeliveryTry, WebhookSecret
from batches.services import deliveries, webhooks
from tests import broker
from tests.integration.poses.conftest import api_of

from .delivery_rows import NOON, delivered, delivery_of, ended_batch

SECRET, PING, LIST = "/api/webhooks/secret/", "/api/webhooks/ping/", "/api/webhooks/deliveries/"


def detail(delivery: Delivery) -> str:
    return f"{LIST}{delivery.pk}/"


@pytest.fixture
def delivery(user: User) -> Delivery:
    """One that has failed once and is tried again."""
    batch = ended_batch(user, webhook_url="https://example.org/hook")
    deliveries.announce(batch)
    made = Delivery.objects.get()
    Delivery.objects.filter(pk=made.pk).update(status="held", lease_until=None, tries=1, due_at=NOON)
    trouble = {"error_code": "http_status_503", "error_message": "The server answered with status 503."}
    DeliveryTry.objects.create(delivery=made, at=NOON, http_status=503, milliseconds=12, **trouble)
    made.refresh_from_db()
    return made


def test_there_is_no_secret_at_first(api):
    assert api.get(SECRET).json() == {"has_secret": False, "rotated_at": None, "previous_valid_until": None}
    assert not WebhookSecret.objects.exists()


def test_a_secret_is_answered_once(api, user):
    made = api.post(SECRET)
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    secret = made.json()["secret"]
    headers = webhooks.signed_headers(user_id=user.pk, message_id="msg_1", body=b"{}", now=timezone.now())
    assert Webhook(secret).verify(b"{}", headers) == {}
    read = api.get(SECRET)
    assert secret not in read.content.decode()
    assert read.json()["has_secret"] is True


def test_rotating_says_until_when_the_one_before_is_good(api):
    first = api.post(SECRET).json()
    assert first["previous_valid_until"] is None
    second = api.post(SECRET)
    assert second.status_code == 200
    assert second.json()["secret"] != first["secret"]
    assert second.json()["previous_valid_until"] is not None


def test_a_ping_is_queued(api, user, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = api.post(PING, {"url": "https://example.org/hook"})
    delivery = Delivery.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == detail(delivery)
    assert answer.json()["status"] == "pending"
    assert (delivery.owner, delivery.event, delivery.target) == (user, "ping", "https://example.org/hook")
    assert broker.messages() == [("core.work", [queue.DELIVERY, [str(delivery.pk)]])]


def test_a_second_ping_waits_for_the_first(api):
    assert api.post(PING, {"url": "https://example.org/hook"}).status_code == 202
    refused = api.post(PING, {"url": "https://example.org/hook"})
    assert (refused.status_code, refused.json()["code"]) == (409, "busy")
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "invalid"),
        ({"url": ""}, "invalid"),
        ({"url": "x" * 2049}, "invalid"),
        ({"url": "ftp://example.org/"}, "url_scheme"),
        ({"url": "https://example.org:25/"}, "url_port"),
        ({"url": "https://ada:secret@example.org/"}, "url_invalid"),
    ],
)
def test_a_ping_to_no_proper_address_is_refused(api, given, code):
    refused = api.post(PING, given)
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert list(refused.json()["fields"]) == ["url"]
    assert not Delivery.objects.exists()


def test_the_list_shows_the_newest_first_with_the_last_error(api, user, delivery):
    ping = delivered(user)
    listed = api.get(LIST).json()["results"]
    assert [one["id"] for one in listed] == [str(ping.pk), str(delivery.pk)]
    assert listed[0] | {"created_at": "", "delivered_at": ""} == {
        "id": str(ping.pk),
        "event": "ping",
        "channel": "webhook",
        "target": "https://example.org/hook",
        "batch": None,
        "run": 1,
        "status": "completed",
        "error": None,
        "tries": 1,
        "due_at": None,
        "created_at": "",
        "delivered_at": "",
    }
    assert listed[1]["error"] == {
        "code": "http_status_503",
        "message": "The server answered with status 503.",
    }
    assert (listed[1]["status"], listed[1]["due_at"]) == ("held", "2026-03-01T12:00:00Z")


def test_the_list_can_be_of_one_batch(api, user, delivery):
    delivered(user)
    [only] = api.get(LIST, {"batch": str(delivery.batch_id)}).json()["results"]
    assert only["id"] == str(delivery.pk)
    assert api.get(LIST, {"batch": str(uuid.uuid4())}).json()["results"] == []
    refused = api.get(LIST, {"batch": "shoes"})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["batch"])


def test_the_list_is_paged(api, user):
    made = [delivered(user, created_at=NOON + timedelta(seconds=number)) for number in range(5)]
    seen, url = [], f"{LIST}?limit=2"
    while url:
        page = api.get(url).json()
        seen += [one["id"] for one in page["results"]]
        url = page["next"]
    assert seen == [str(one.pk) for one in reversed(made)]


def test_the_list_costs_the_same_however_long_it_is(api, user, delivery, django_assert_num_queries):
    for _ in range(10):
        delivered(user)
    with django_assert_num_queries(1):
        assert len(api.get(LIST).json()["results"]) == 11


def test_one_is_read_with_its_tries_and_its_body(api, delivery):
    read = api.get(detail(delivery)).json()
    assert read["body"]["data"]["name"] == "shoes.csv"
    assert read["log"] == [
        {
            "at": "2026-03-01T12:00:00Z",
            "milliseconds": 12,
            "http_status": 503,
            "error": {"code": "http_status_503", "message": "The server answered with status 503."},
        }
    ]


def test_resending_queues_it_anew(api, delivery, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = api.post(f"{detail(delivery)}resend/")
    assert answer.status_code == 202
    assert answer["Location"] == detail(delivery)
    assert (answer.json()["status"], answer.json()["tries"]) == ("pending", 0)
    assert broker.messages() == [("core.work", [queue.DELIVERY, [str(delivery.pk)]])]


def test_one_that_is_queued_is_not_resent(api, user):
    delivery = delivery_of(user)
    refused = api.post(f"{detail(delivery)}resend/")
    assert (refused.status_code, refused.json()["code"]) == (409, "busy")


def test_an_email_is_not_resent_within_a_minute(api, user):
    delivery = delivered(user, channel="email", target="ada@example.org")
    DeliveryTry.objects.create(delivery=delivery)
    refused = api.post(f"{detail(delivery)}resend/")
    assert (refused.status_code, refused.json()["code"]) == (409, "resent_lately")


def test_somebody_elses_is_not_there(stranger_api, delivery):
    assert stranger_api.get(LIST).json()["results"] == []
    assert stranger_api.get(LIST, {"batch": str(delivery.batch_id)}).json()["results"] == []
    before = Delivery.objects.values().get()
    for answer in (stranger_api.get(detail(delivery)), stranger_api.post(f"{detail(delivery)}resend/")):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Delivery.objects.values().get() == before


def test_nor_is_it_for_administrators(admin_user, delivery):
    assert api_of(admin_user).get(detail(delivery)).status_code == 404


def test_malformed_ids_are_not_there(api):
    assert api.get(f"{LIST}shoes/").status_code == 404
    assert api.get(f"{LIST}{uuid.uuid4()}/").status_code == 404


def test_nobody_gets_anything_without_a_login(db, delivery):
    anonymous = APIClient()
    answers = [anonymous.get(url) for url in (SECRET, LIST, detail(delivery))]
    answers += [anonymous.post(url) for url in (SECRET, PING, f"{detail(delivery)}resend/")]
    assert [answer.status_code for answer in answers] == [401] * 6
    assert not WebhookSecret.objects.exists()


def test_wrong_methods(api, delivery):
    assert api.get(PING).status_code == 405
    assert api.get(f"{detail(delivery)}resend/").status_code == 405
    for url in (SECRET, LIST, detail(delivery)):
        assert api.delete(url).status_code == 405
        assert api.put(url).status_code == 405
