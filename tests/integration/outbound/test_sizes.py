"""Answers that are too large, or packed."""

import socket
import time

import pytest

from core.outbound import fetch

from .servers import always, answer, code_of


def test_a_length_above_the_limit_is_refused_at_once(serve):
    server = serve(always(b"HTTP/1.1 200 OK\r\nContent-Length: 26214401\r\n\r\n"))
    started = time.monotonic()
    assert code_of(lambda: fetch(server.url)) == "too_large"
    assert time.monotonic() - started < 2


def test_what_has_no_length_is_cut_off_at_the_limit(serve):
    sent = 0

    def endlessly(connection: socket.socket, _head: bytes) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while sent < 200 << 20:
            connection.sendall(bytes(1 << 20))
            sent += 1 << 20

    assert code_of(lambda: fetch(serve(endlessly).url)) == "too_large"
    assert sent < 40 << 20


def test_25_megabytes_pass(serve):
    assert len(fetch(serve(always(answer(bytes(25 << 20)))).url).content) == 25 << 20


def test_the_limit_is_the_callers(serve):
    server = serve(always(answer(b"12345")))
    assert fetch(server.url, max_bytes=5).content == b"12345"
    assert code_of(lambda: fetch(server.url, max_bytes=4)) == "too_large"


def test_chunks_count_too(serve):
    server = serve(always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 2000))
    assert code_of(lambda: fetch(server.url, max_bytes=1000)) == "too_large"


@pytest.mark.parametrize(
    "head",
    [
        *("Content-Encoding: gzip", "Content-Encoding: br", "Content-Encoding: identity, gzip"),
        "Transfer-Encoding: gzip, chunked",
    ],
)
def test_compressed_answers_are_refused(serve, head):
    assert code_of(lambda: fetch(serve(always(answer(head=head))).url)) == "encoded_body"


def test_an_encoding_that_is_none_passes(serve):
    assert fetch(serve(always(answer(head="Content-Encoding: Identity"))).url).content == b"picture"
