"""No server and no name server holds a request longer than allowed."""

import socket
import threading
import time

import pytest

from core.outbound import deadlines, fetch, resolving

from .servers import code_of, dripping


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"Trailer: x\r\n"),
        (b"HTTP/1.1 200 OK\r\nA: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
        (b"", b"H"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_drips_end_at_the_total(serve, stopping, monkeypatch, start, drop):
    monkeypatch.setattr(deadlines, "TOTAL_S", 0.5)
    server = serve(dripping(start, drop, pause=stopping, every_s=0.02))
    started = time.monotonic()
    assert code_of(lambda: fetch(server.url)) == "timeout_total"
    assert 0.4 < time.monotonic() - started < 2


def test_silence_ends_sooner(serve, stopping, monkeypatch):
    monkeypatch.setattr(deadlines, "READ_S", 0.2)
    server = serve(dripping(b"HTTP/1.1 200 OK\r\n", b"", pause=stopping, every_s=60))
    started = time.monotonic()
    assert code_of(lambda: fetch(server.url)) == "timeout_total"
    assert time.monotonic() - started < 2


def test_a_listener_that_accepts_nobody(settings, monkeypatch):
    monkeypatch.setattr(deadlines, "CONNECT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        settings.OUTBOUND_ALLOWED_PORTS = frozenset({listener.getsockname()[1]})
        fill = [socket.socket() for _ in range(4)]
        for waiting in fill:
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        started = time.monotonic()
        assert code_of(lambda: fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/")) == "connect_timeout"
        assert time.monotonic() - started < 2
        for waiting in fill:
            waiting.close()


def test_a_handshake_that_never_comes(settings, monkeypatch):
    monkeypatch.setattr(deadlines, "READ_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.OUTBOUND_ALLOWED_PORTS = frozenset({listener.getsockname()[1]})
        started = time.monotonic()
        assert code_of(lambda: fetch(f"https://127.0.0.1:{listener.getsockname()[1]}/")) == "connect_timeout"
        assert time.monotonic() - started < 2


def test_a_name_server_that_never_answers(monkeypatch, stopping):
    monkeypatch.setattr(deadlines, "DNS_S", 0.2)
    monkeypatch.setattr(resolving.socket, "getaddrinfo", lambda *_, **__: stopping.wait(20) and [])
    started = time.monotonic()
    assert code_of(lambda: fetch("http://example.org/")) == "dns_failed"
    assert time.monotonic() - started < 2
    stopping.set()
    for thread in threading.enumerate():
        if thread.name == "lookup":
            thread.join()


def test_lookups_that_hang_are_bounded(monkeypatch, stopping):
    monkeypatch.setattr(deadlines, "DNS_S", 0.05)
    monkeypatch.setattr(resolving._Lookups, "free", threading.BoundedSemaphore(3))
    monkeypatch.setattr(resolving.socket, "getaddrinfo", lambda *_, **__: stopping.wait(20) and [])
    assert {code_of(lambda: fetch("http://example.org/")) for _ in range(6)} == {"dns_failed"}
    hanging = [thread for thread in threading.enumerate() if thread.name == "lookup"]
    assert len(hanging) == 3
    stopping.set()
    for thread in hanging:
        thread.join()
