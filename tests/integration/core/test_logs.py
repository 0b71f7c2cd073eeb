"""Log lines and the request id that ties them together."""

import io
import json
import logging
import logging.config
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from core import logs
from core.errors import Unavailable
from core.logs import logging_settings
from tests.conftest import PASSWORD

ROOT = Path(__file__).resolve().parents[3]
ID = re.compile(r"[0-9a-f]{32}")


def handler(line_format: str) -> logging.Handler:
    """The site's own handler in this format, writing to memory."""
    configured = logging_settings(level="INFO", line_format=line_format)
    name = "a-handler-of-the-tests"
    logging.config.dictConfig(
        {
            "version": 1,
            "incremental": False,
            "disable_existing_loggers": False,
            "filters": configured["filters"],
            "formatters": configured["formatters"],
            "handlers": {"memory": {**configured["handlers"]["console"], "stream": io.StringIO()}},
            "loggers": {name: {"handlers": ["memory"]}},
        }
    )
    [made] = logging.getLogger(name).handlers
    return made


class Lines:
    """What was logged meanwhile."""

    def __init__(self, made: logging.Handler) -> None:
        self._stream = made.stream  # type: ignore[attr-defined]

    def text(self) -> list[str]:
        return self._stream.getvalue().splitlines()

    def json(self, logger: str) -> list[dict]:
        return [line for line in map(json.loads, self.text()) if line["logger"] == logger]


def logged_by_root(line_format: str) -> Iterator[Lines]:
    made = handler(line_format)
    root = logging.getLogger()
    level = root.level
    root.addHandler(made)
    root.setLevel(logging.INFO)
    yield Lines(made)
    root.removeHandler(made)
    root.setLevel(level)


@pytest.fixture
def json_lines() -> Iterator[Lines]:
    yield from logged_by_root("json")


@pytest.fixture
def text_lines() -> Iterator[Lines]:
    yield from logged_by_root("text")


def test_a_request_is_one_json_line(json_lines, client, user):
    client.force_login(user)
    response = client.get("/?token=a-secret")
    assert response.status_code == 200
    [line] = json_lines.json("posesite.requests")
    assert line["level"] == "INFO"
    assert line["method"] == "GET"
    assert line["path"] == "/"
    assert line["status"] == 200
    assert line["user_id"] == user.pk
    assert 0 < line["milliseconds"] < 60_000
    assert line["request_id"] == response["X-Request-ID"]
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() == datetime.now(UTC).utcoffset()
    assert not [line for line in json_lines.text() if "a-secret" in line]


def test_api_users_are_named_and_visitors_are_not(json_lines, client, user):
    body = client.post("/api/auth/login/", {"email": user.email, "password": PASSWORD}, "application/json").json()
    client.get("/api/models/", headers={"authorization": f"Bearer {body['access']}"})
    assert [line["user_id"] for line in json_lines.json("posesite.requests")] == [None, user.pk]


def test_a_password_reset_token_is_not_logged(json_lines, client, user):
    token = default_token_generator.make_token(user)
    client.get(f"/accounts/reset/{urlsafe_base64_encode(force_bytes(user.pk))}/{token}/")
    [line] = json_lines.json("posesite.requests")
    assert line["path"].startswith("/accounts/reset/")
    assert line["path"].endswith("/***/")
    assert not [line for line in json_lines.text() if token in line]


@pytest.mark.parametrize("error", [ValueError("unexpected"), Unavailable("storage_unavailable", "Down.")])
def test_nor_is_one_whose_page_fails(json_lines, user, monkeypatch, error):
    token = default_token_generator.make_token(user)

    def fail(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr("django.contrib.auth.views.PasswordResetConfirmView.get_user", fail)
    client = Client(raise_request_exception=False)
    answer = client.get(f"/accounts/reset/{urlsafe_base64_encode(force_bytes(user.pk))}/{token}/")
    assert answer.status_code in (500, 503)
    assert [line for line in json_lines.text() if "/accounts/reset/" in line]
    assert not [line for line in json_lines.text() if token in line]


def test_health_metrics_and_readiness_write_no_line(json_lines, client, db):
    assert [client.get(path).status_code for path in ("/healthz", "/metrics")] == [200, 200]
    client.get("/readyz")
    assert json_lines.json("posesite.requests") == []


def test_objects_that_were_logged_are_left_out_and_their_query_strings_with_them(json_lines, client, db):
    assert client.get("/nothing/?token=a-secret").status_code == 404
    [line] = json_lines.json("django.request")
    assert line["status_code"] == 404
    assert "request" not in line
    assert not [line for line in json_lines.text() if "a-secret" in line]


def test_an_exception_is_a_field(json_lines):
    try:
        raise ValueError("on purpose")
    except ValueError:
        logging.getLogger("somewhere").exception("it failed", extra={"photo": 7, "thing": object()})
    [line] = json_lines.json("somewhere")
    assert line["message"] == "it failed"
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ValueError: on purpose")
    assert line["photo"] == 7
    assert "thing" not in line
    assert line["request_id"] is None


def test_a_path_with_a_line_break_stays_one_text_line(text_lines, client, db):
    client.get("/x%0A2026-01-01%20INFO%20forged/")
    lines = [line for line in text_lines.text() if "posesite.requests" in line]
    assert len(lines) == 1
    assert "/x\\n2026" in lines[0]
    assert not [line for line in text_lines.text() if line.startswith("2026-01-01 INFO forged")]


def test_a_text_line_names_the_request(text_lines, client, db):
    response = client.get("/accounts/login/")
    [line] = [line for line in text_lines.text() if "posesite.requests" in line]
    assert f"[{response['X-Request-ID']}]: GET /accounts/login/ 200, " in line


@pytest.mark.parametrize("given", ["abcdefgh", "Job-1.2_3", "a" * 64, "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_a_plain_request_id_is_kept(client, given):
    assert client.get("/healthz", headers={"x-request-id": given})["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "short",
        "a" * 65,
        "has space",
        "abcdefgh\n",
        "abcd\nefgh",
        "abcd\r\nSet-Cookie: a=b",
        "<script>alert",
        "jó-nap-kívánok",
    ],
)
def test_any_other_request_id_is_replaced(client, given):
    response = client.get("/healthz", headers={"x-request-id": given})
    assert ID.fullmatch(response["X-Request-ID"])


def test_each_request_gets_an_id_of_its_own(client):
    made = {client.get("/healthz")["X-Request-ID"] for _ in range(3)}
    assert len(made) == 3
    assert logs.request_id.get() == ""


def test_an_error_page_carries_the_id_that_its_traceback_was_logged_with(json_lines, db, monkeypatch):
    monkeypatch.setattr("accounts.forms.LoginForm.__init__", None)
    response = Client(raise_request_exception=False).get("/accounts/login/")
    assert response.status_code == 500
    [error] = [line for line in json_lines.json("django.request") if line["level"] == "ERROR"]
    assert error["request_id"] == response["X-Request-ID"]
    assert "TypeError" in error["exception"]


def test_work_in_the_background_is_bound_to_its_request(json_lines):
    with logs.bound("of-the-request"):
        with logs.bound("of-another-one"):
            logging.getLogger("work").info("inside")
        logging.getLogger("work").info("outside")
    assert [line["request_id"] for line in json_lines.json("work")] == ["of-another-one", "of-the-request"]
    assert logs.request_id.get() == ""


def test_an_unknown_format_is_refused_by_name():
    with pytest.raises(ImproperlyConfigured, match=r'LOG_FORMAT is "xml"; it must be one of: text, json'):
        logging_settings(level="INFO", line_format="xml")


def lines_of_a_process(tmp_path: Path, code: str, **environment: str) -> list[str]:
    """What a process with the site's settings writes to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "posesite.settings.development",
            "ENV_FILE": os.devnull,
            "DATA_DIR": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stderr.splitlines()


SERVERS = """
import logging, logging.config, uvicorn.config
logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)
from django.conf import settings
logging.config.dictConfig(settings.LOGGING)
logging.getLogger("uvicorn.error").warning("of the server")
logging.getLogger("uvicorn.access").info("left out")
logging.getLogger("celery.worker").warning("of the worker")
logging.getLogger("django.request").warning("of django")
"""


def test_servers_and_workers_write_the_same_format_once(tmp_path):
    lines = [json.loads(line) for line in lines_of_a_process(tmp_path, SERVERS, LOG_FORMAT="json", DEBUG="true")]
    assert [(line["logger"], line["message"]) for line in lines] == [
        ("uvicorn.error", "of the server"),
        ("celery.worker", "of the worker"),
        ("django.request", "of django"),
    ]


def test_a_level_holds_for_django_too(tmp_path):
    code = "import logging; logging.getLogger('django.request').warning('hushed'); logging.getLogger('a').error('said')"
    [line] = lines_of_a_process(tmp_path, code, LOG_LEVEL="ERROR")
    assert line.endswith("ERROR a [-]: said")
