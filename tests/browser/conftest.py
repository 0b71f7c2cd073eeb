"""A real browser on a real server. Whatever the browser complains about fails the test."""

import base64
import io
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from PIL import Image
from playwright.sync_api import ConsoleMessage, JSHandle, Page, expect
from skimage import data

from accounts.models import User
from tests import broker

# Playwright's loop runs in this thread until the run ends, and Django refuses the database where a loop runs.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

expect.set_options(timeout=15_000)

PORTRAIT = Path(mpl.get_data_path(), "sample_data", "grace_hopper.jpg")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def base_url() -> None:
    """In the place of the plugin's, whose form pytest warns of; tests open the live server by its full address."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    quiet = ("no-first-run", "disable-background-networking", "disable-component-update", "disable-sync")
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": [f"--{name}" for name in ("no-sandbox", "disable-gpu", "disable-quic", *quiet)],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}


class Complaints:
    """What the browser complains of; a text in `expected` may be part of one."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []

    def listen(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))

    @property
    def unexpected(self) -> list[str]:
        return [text for text in self.heard if not any(part in text for part in self.expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):  # also what the Content-Security-Policy blocks
            self.heard.append(f"{message.type}: {message.text}")


@pytest.fixture
def complaints(page: Page) -> Iterator[Complaints]:
    complaints = Complaints()
    complaints.listen(page)
    yield complaints
    assert complaints.unexpected == []


@pytest.fixture(scope="session")
def _no_connection_outlives_the_tests(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Ends what threads of the live server left connected: PostgreSQL drops no database that is in use."""
    yield
    if connection.vendor == "postgresql":
        connection.close()  # it may have been ended itself while this process waited for the others
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def site(_no_connection_outlives_the_tests: None, page: Page, live_server, complaints: Complaints) -> Page:
    """A page of the running site, nobody logged in."""
    page.context.set_default_timeout(15_000)
    return page


@pytest.fixture
def log_in(site: Page, live_server) -> Callable[[User], None]:
    """Puts a session of the user into the browser."""

    def log_in(user: User) -> None:
        client = Client()
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        site.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    return log_in


@pytest.fixture
def gallery(site: Page, live_server, transactional_db, user: User, log_in) -> Page:
    """The user's gallery, without a photo yet."""
    log_in(user)
    site.goto(live_server.url)
    return site


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere() -> Iterator[None]:
    """Work waits until the test has it worked through, and is forgotten with the test."""
    broker.messages()
    yield
    broker.messages()


@pytest.fixture(scope="session")
def portrait() -> bytes:
    """A photo with one person."""
    return PORTRAIT.read_bytes()


@pytest.fixture(scope="session")
def astronaut() -> bytes:
    """Another photo with one person."""
    target = io.BytesIO()
    Image.fromarray(data.astronaut()).save(target, "JPEG", quality=90)
    return target.getvalue()


def settle(page: Page) -> None:
    """Waits until nothing on the page fades any more, as after a change of the colours; what turns for ever may."""
    page.evaluate(
        """async () => {
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            await frame();
            await frame();
            const ends = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity);
            await Promise.all(ends.map((one) => one.finished.catch(() => null)));
        }"""
    )


def drop(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Drops files, each a name, a declared type and bytes, on the page."""
    transfer = _transfer(page, files)
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("main", event, {"dataTransfer": transfer})


def paste(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Pastes files."""
    page.evaluate(
        """transfer => {
            const event = new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true});
            document.body.dispatchEvent(event);
        }""",
        _transfer(page, files),
    )


def _transfer(page: Page, files: Sequence[tuple[str, str, bytes]]) -> JSHandle:
    return page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, type, content] of files) {
                const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
                transfer.items.add(new File([bytes], name, {type}));
            }
            return transfer;
        }""",
        [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files],
    )
