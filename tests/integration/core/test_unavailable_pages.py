"""Plain pages while a part of the site is down: they say so, and nothing of them needs that part."""

import html
import socket
import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connections
from django.http import HttpResponse
from django.test import Client, RequestFactory

from core.errors import DomainError, Unavailable
from core.middleware import unavailable_page
from core.storage.errors import StorageFull, StorageUnavailable
from poses.views import gallery
from posesite.urls import handler500


def on_a_thread(work: Callable[[], HttpResponse]) -> HttpResponse:
    """Database connections belong to threads: a new one connects anew."""
    answers = []

    def run() -> None:
        try:
            answers.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    [answer] = answers
    return answer


@pytest.fixture
def no_database(db, monkeypatch) -> None:
    """A server's port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": str(port), "NAME": "x"}
    down = connections.settings["default"] | server | {"USER": "x", "PASSWORD": "s3cret", "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "default", down)


def test_a_page_that_needs_the_database_is_503_with_retry_after(no_database):
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    response = on_a_thread(lambda: client.get("/"))
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    page = response.content.decode()
    assert page.count("<h1>") == 1
    assert "database" in page
    assert "s3cret" not in page
    assert response["Content-Security-Policy"].startswith("default-src 'self'")


def test_the_api_says_the_same_in_json(no_database):
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    response = on_a_thread(lambda: client.get("/api/photos/"))
    assert response.status_code == 503
    assert response.json()["code"] == "database_unavailable"


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (StorageUnavailable(), 503, True),
        (StorageFull(), 507, False),
        (Unavailable("model_missing", "No pose model is installed."), 503, False),
    ],
)
def test_a_view_that_meets_it_answers_a_page(client, user, monkeypatch, error, status, retry):
    def raising(*args: object, **kwargs: object) -> None:
        raise error

    client.force_login(user)
    monkeypatch.setattr(gallery, "render", raising)
    response = client.get("/")
    assert response.status_code == status
    assert ("Retry-After" in response) == retry
    assert error.message in html.unescape(response.content.decode())


def test_other_errors_stay_what_they_are():
    assert unavailable_page(ValueError("no")) is None
    assert unavailable_page(DomainError("stale_edit", "No.", status=409)) is None
    assert unavailable_page(None) is None


def test_trouble_that_a_middleware_met_is_no_500_either():
    request = RequestFactory().get("/")
    try:
        raise OperationalError("the connection is closed")
    except OperationalError:
        assert handler500(request).status_code == 503
    assert handler500(request).status_code == 500
