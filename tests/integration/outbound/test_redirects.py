"""Redirects, each of which is checked like the first address."""

import socket
import time

import pytest

from core.outbound import deadlines, fetch

from .servers import always, answer, code_of, redirecting


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_three_are_followed(serve, status):
    def lead_on(connection: socket.socket, head: bytes) -> bool:
        hop = int(head.split()[1].strip(b"/") or 0)
        location = f"Location: /{hop + 1}"
        connection.sendall(answer(b"end") if hop == 3 else answer(b"", status=f"{status} On", head=location))
        return True

    server = serve(lead_on)
    fetched = fetch(server.url)
    assert (fetched.content, fetched.url) == (b"end", f"{server.url}/3")


def test_a_fourth_is_not(serve):
    server = serve(redirecting("302 Found", "/again"))
    assert code_of(lambda: fetch(server.url)) == "too_many_redirects"
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("ftp://127.0.0.1/", "url_scheme"),
        ("file:///etc/passwd", "url_scheme"),
        ("http://user@127.0.0.1/", "url_invalid"),
        ("http://127.0.0.1:9/", "url_port"),
        ("http://127.1/", "url_invalid"),
        ("http://a b/", "url_invalid"),
        ("http://[/", "url_invalid"),
        ("\\\\127.0.0.1\\", "url_invalid"),
        ("http://10.0.0.1/", "address_blocked"),
        ("//169.254.169.254/latest/meta-data/", "address_blocked"),
    ],
)
def test_each_is_checked_like_the_first(serve, location, code):
    assert code_of(lambda: fetch(serve(redirecting("302 Found", location)).url)) == code


def test_one_without_a_target_is_a_failure(serve):
    server = serve(always(answer(b"", status="302 Found", head="X: y")))
    assert code_of(lambda: fetch(server.url)) == "http_status_302"


def test_one_in_utf_8_is_understood(serve):
    def answering(connection: socket.socket, head: bytes) -> bool:
        is_first = head.startswith(b"GET / ")
        location = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /größe\r\n\r\n".encode()
        connection.sendall(location if is_first else answer(b"end"))
        return True

    server = serve(answering)
    assert fetch(server.url).content == b"end"
    assert server.requests[-1].startswith(b"GET /gr%C3%B6%C3%9Fe ")


def test_time_is_counted_over_all_of_them(serve, stopping, monkeypatch):
    monkeypatch.setattr(deadlines, "TOTAL_S", 0.6)

    def slowly(connection: socket.socket, _head: bytes) -> bool:
        stopping.wait(0.35)
        connection.sendall(answer(b"", status="302 Found", head="Location: /"))
        return True

    started = time.monotonic()
    server = serve(slowly)
    assert code_of(lambda: fetch(server.url)) == "timeout_total"
    assert time.monotonic() - started < 2
