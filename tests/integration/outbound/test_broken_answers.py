"""Answers that are no HTTP, or not all of it."""

import socket

import pytest

from core.outbound import fetch

from .servers import always, code_of


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", "short_body"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "short_body"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "short_body"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "short_body"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "bad_response"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 101 + b"\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", "bad_response"),
        (b"HTTP/1.1 " + b"2" * 70_000, "bad_response"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "bad_response"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "bad_response"),
        (b"\x00\x01\x02\x03\n", "bad_response"),
        (b"", "connect_failed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n", ""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + b"HTTP/1.1 200 OK\r\n\r\n", ""),
    ],
)
def test_each_has_its_code(serve, sent, code):
    server = serve(always(sent, is_kept=False))
    if code:
        assert code_of(lambda: fetch(server.url)) == code
    else:
        assert fetch(server.url).content == b""


def test_a_reset_in_the_middle_of_a_body(serve):
    def reset(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    assert code_of(lambda: fetch(serve(reset).url)) == "short_body"


def test_nobody_listens(serve):
    server = serve(always(b""))
    server.stop()
    assert code_of(lambda: fetch(server.url)) == "connect_failed"
