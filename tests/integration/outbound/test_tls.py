"""Certificates are verified, for the name that was asked for."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.outbound import connections, deadlines, fetch

from .servers import RawServer, always, answer, code_of, dripping, redirecting


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """One that nobody trusts, for the name pictures.example."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    files = ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-nodes"]
    name = ["-subj", "/CN=pictures.example", "-addext", "subjectAltName=DNS:pictures.example"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *files, *name],
        check=True,
        capture_output=True,
    )
    return key, certificate


@pytest.fixture
def tls_server(serve, certificate, names) -> tuple[RawServer, list[str | None]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    told: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: told.append(name)
    names(["127.0.0.1"])
    return serve(always(answer(b"sealed")), tls=context), told


@pytest.fixture
def trusted(certificate, monkeypatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    connections._tls.cache_clear()
    yield
    connections._tls.cache_clear()


def test_a_certificate_that_nobody_trusts_is_refused(tls_server):
    server, _ = tls_server
    assert code_of(lambda: fetch(f"https://pictures.example:{server.port}/")) == "tls_error"
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_one_that_is_trusted_is_taken_for_its_name(tls_server):
    server, told = tls_server
    for _ in range(3):
        assert fetch(f"https://pictures.example.:{server.port}/").content == b"sealed"
    assert told == ["pictures.example"]
    assert server.connections == 1


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_and_for_no_other(tls_server, host):
    server, _ = tls_server
    assert code_of(lambda: fetch(f"https://{host}:{server.port}/")) == "tls_error"
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_drips_end_at_the_total_here_too(serve, tls_server, stopping, monkeypatch):
    server, _ = tls_server
    monkeypatch.setattr(deadlines, "TOTAL_S", 0.5)
    server.answering = dripping(b"HTTP/1.1 200 OK\r\nA: ", b"x", pause=stopping, every_s=0.02)
    started = time.monotonic()
    assert code_of(lambda: fetch(f"https://pictures.example:{server.port}/")) == "timeout_total"
    assert time.monotonic() - started < 2


@pytest.mark.usefixtures("trusted")
def test_a_redirect_from_https_to_http_is_followed(serve, tls_server):
    server, _ = tls_server
    plain = serve(always(answer(b"plain")))
    server.answering = redirecting("301 Moved", f"{plain.url}/x")
    assert fetch(f"https://pictures.example:{server.port}/").content == b"plain"


def test_a_server_without_tls(settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.OUTBOUND_ALLOWED_PORTS = frozenset({listener.getsockname()[1]})

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.recv(1000)

        thread = threading.Thread(target=refuse)
        thread.start()
        assert code_of(lambda: fetch(f"https://127.0.0.1:{listener.getsockname()[1]}/")) == "tls_error"
        thread.join()
