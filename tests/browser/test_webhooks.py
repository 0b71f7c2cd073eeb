"""The page of webhooks in a browser: a secret that is shown once, a ping and its result, the log."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from batches.models import Delivery, DeliveryTry
from batches.services import deliveries
from tests import broker
from tests.browser.conftest import Complaints
from tests.browser.test_accessibility import SCHEMES, assert_accessible
from tests.integration.batches.delivery_rows import Receiver, delivered, delivery_of, ended_batch, receiving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    with receiving(settings) as server:
        yield server


@pytest.fixture
def webhooks(site: Page, live_server, user: User, log_in) -> Page:
    """The user's page, without a secret yet."""
    log_in(user)
    site.goto(f"{live_server.url}/batches/webhooks/")
    return site


def fill_the_log(user: User) -> None:
    """One delivery in each state."""
    deliveries.announce(
        ended_batch(
            user,
            name="Shoes of the season, all angles, retouched and approved by the studio.csv",
            webhook_url="https://hooks.example.org/posesite/batches/ended?token=0123456789abcdef0123456789abcdef",
            email="ada@example.org",
        )
    )
    webhook, email = Delivery.objects.get(channel="webhook"), Delivery.objects.get(channel="email")
    due_at = timezone.now() + timedelta(minutes=5, seconds=10)
    Delivery.objects.filter(pk=webhook.pk).update(status="held", lease_until=None, tries=2, due_at=due_at)
    refused = {"error_code": "http_status_503", "error_message": "The server answered with status 503. Try later."}
    DeliveryTry.objects.create(delivery=webhook, http_status=503, milliseconds=31, **refused)
    interrupted = {
        "error_code": "sending_interrupted",
        "error_message": "Sending was cut short, so the e-mail may have arrived. Resend it if it has not.",
    }
    Delivery.objects.filter(pk=email.pk).update(status="failed", lease_until=None, tries=1, **interrupted)
    DeliveryTry.objects.create(delivery=email, **interrupted)
    DeliveryTry.objects.create(delivery=delivered(user), http_status=204, milliseconds=12)
    delivery_of(user)


def secret_of(page: Page) -> str:
    return page.get_by_role("textbox", name="Webhook secret").input_value()


def rows(page: Page) -> "expect":
    return expect(page.get_by_role("table", name="What was sent").locator("tbody tr"))


def test_a_secret_is_made_copied_and_never_shown_again(webhooks: Page, receiver: Receiver) -> None:
    webhooks.context.grant_permissions(["clipboard-read", "clipboard-write"])
    webhooks.get_by_role("button", name="Create secret").click()
    expect(webhooks.get_by_text("it is not shown again")).to_be_visible()
    secret = secret_of(webhooks)
    webhooks.get_by_role("button", name="Copy").click()
    expect(webhooks.get_by_role("button", name="Copied")).to_be_visible()
    assert webhooks.evaluate("navigator.clipboard.readText()") == secret
    webhooks.goto(re.sub("secret/$", "", webhooks.url))
    assert secret not in webhooks.content()
    webhooks.get_by_text("Rotate…", exact=True).click()
    webhooks.get_by_role("button", name="Rotate secret").click()
    expect(webhooks.get_by_text("The one before it signs, too")).to_be_visible()
    assert secret_of(webhooks) != secret


def test_a_ping_shows_its_result_and_is_resent_from_the_log(webhooks: Page, receiver: Receiver) -> None:
    webhooks.get_by_role("button", name="Create secret").click()
    secret = secret_of(webhooks)
    receiver.statuses = [500]
    webhooks.get_by_label("URL").fill(receiver.url)
    webhooks.get_by_role("button", name="Send ping").click()
    expect(webhooks.get_by_role("heading", level=1)).to_have_text("Ping")
    expect(webhooks.get_by_text("Queued")).to_be_visible()
    assert broker.work_through() == 1
    expect(webhooks.locator("#delivery").get_by_text("Failed")).to_be_visible()
    expect(webhooks.get_by_text("http_status_500")).to_be_visible()
    webhooks.get_by_role("link", name="All webhooks").click()
    rows(webhooks).to_have_count(1)
    webhooks.get_by_role("button", name="Resend").click()
    expect(webhooks.get_by_text("Queued")).to_be_visible()
    assert broker.work_through() == 1
    expect(webhooks.locator("#delivery").get_by_text("Delivered").first).to_be_visible()
    expect(webhooks.get_by_role("table", name="Tries").locator("tbody tr")).to_have_count(2)
    assert receiver.verified(secret)["type"] == "ping"
    assert len(set(receiver.ids)) == 1


def test_after_the_session_has_ended_a_deliverys_page_leads_to_the_login(webhooks: Page, user: User) -> None:
    delivery_of(user)
    webhooks.reload()
    webhooks.get_by_role("table", name="What was sent").get_by_role("link").first.click()
    expect(webhooks.get_by_text("Queued")).to_be_visible()
    webhooks.context.clear_cookies()
    expect(webhooks.get_by_role("heading", name="Log in")).to_be_visible()


def test_it_works_without_javascript(browser: Browser, live_server, user: User, receiver: Receiver, site: Page, log_in):
    log_in(user)
    context = browser.new_context(java_script_enabled=False, storage_state=site.context.storage_state())
    page = context.new_page()
    page.goto(f"{live_server.url}/batches/webhooks/")
    page.get_by_role("button", name="Create secret").click()
    assert secret_of(page).startswith("whsec_")
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    page.get_by_label("URL").fill(receiver.url)
    page.get_by_role("button", name="Send ping").click()
    expect(page.get_by_text("Queued")).to_be_visible()
    broker.work_through()
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("#delivery").get_by_text("Delivered").first).to_be_visible()
    context.close()


@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_accessible_and_fits(webhooks: Page, user: User, complaints: Complaints, scheme: str, width: int) -> None:
    complaints.expected.append("400 (Bad Request)")
    webhooks.emulate_media(color_scheme=scheme)
    webhooks.set_viewport_size({"width": width, "height": 800})
    assert_accessible(webhooks)
    fill_the_log(user)
    webhooks.get_by_role("button", name="Create secret").click()
    webhooks.get_by_text("How to verify").click()
    assert_accessible(webhooks)
    assert webhooks.evaluate("document.documentElement.scrollWidth") == width
    webhooks.get_by_text("Rotate…", exact=True).click()
    assert_accessible(webhooks)
    assert webhooks.evaluate("document.documentElement.scrollWidth") == width
    webhooks.get_by_label("URL").fill("ftp://example.org/")
    webhooks.get_by_role("button", name="Send ping").click()
    expect(webhooks.locator(".error")).to_be_visible()
    assert_accessible(webhooks)
    webhooks.get_by_role("table", name="What was sent").get_by_role("link").first.click()
    expect(webhooks.get_by_role("heading", name="Tries")).to_be_visible()
    assert_accessible(webhooks)
    assert webhooks.evaluate("document.documentElement.scrollWidth") == width
