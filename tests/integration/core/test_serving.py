"""`manage.py serve` on a data folder of its own: the real server, real requests."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, subprocess.Popen[str], Path]]:
    """A first run: its port, its process, its data folder."""
    data = tmp_path_factory.mktemp("data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "DJANGO_SETTINGS_MODULE": "posesite.settings.development",
        "DATA_DIR": str(data),
        "POSE_MODELS_DIR": str(settings.POSE_MODELS_DIR),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=data, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        _wait(port, process)
        yield port, process, data
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(300):
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        try:
            if _get(port, "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the site did not start")


def _get(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def test_pages_are_served_with_a_strict_policy(server):
    status, headers, body = _get(server[0], "/accounts/login/")
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert b"<h1" in body


def test_static_files_have_hashed_names_and_so_do_the_modules_they_import(server):
    page = _get(server[0], "/accounts/login/")[2].decode()
    scripts = re.findall(r'src="(/static/js/[^"]+\.js)"', page)
    assert scripts
    for script in scripts:
        status, headers, body = _get(server[0], script)
        assert status == 200
        assert "immutable" in headers["cache-control"]
        for module in re.findall(r'from\s*"\./([^"]+)"', body.decode()):
            assert re.search(r"\.[0-9a-f]{12}\.js$", module), module


def test_the_secret_key_is_kept_for_its_owner_only(server):
    key = server[2] / "secret_key"
    assert len(key.read_text()) >= 50
    assert key.stat().st_mode & 0o077 == 0


def test_a_body_over_the_limit_is_refused_while_it_is_sent(server):
    with closing(http.client.HTTPConnection("127.0.0.1", server[0], timeout=10)) as connection:
        connection.putrequest("POST", "/api/photos/")
        connection.putheader("Content-Length", str(1 << 40))
        connection.endheaders()
        response = connection.getresponse()
        assert response.status == 413
        assert b"file_too_large" in response.read()


def test_sigterm_ends_it_cleanly_and_the_first_password_was_printed_once(server):
    _, process, _ = server
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)
    assert output.count("admin@localhost") == 1
    assert "Traceback" not in output
    assert process.returncode in (0, -signal.SIGTERM)
