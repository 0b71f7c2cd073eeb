"""Connections are used again where that is safe."""

import os
import socket
import threading
import time
import warnings

import pytest

from core.outbound import connections, deadlines, fetch, fetching
from core.outbound.keeping import kept_connections

from .servers import always, answer, code_of, redirecting


def test_a_connection_is_used_again(serve):
    server = serve(always(answer()))
    assert [fetch(server.url).content for _ in range(5)] == [b"picture"] * 5
    assert server.connections == 1


def test_it_is_not_once_the_network_is_shut(serve, settings):
    server = serve(always(answer()))
    fetch(server.url)
    settings.OUTBOUND_ALLOWED_NETWORKS = ()
    assert code_of(lambda: fetch(server.url)) == "address_blocked"
    assert len(server.requests) == 1


def test_one_that_the_server_has_closed_is_made_anew(serve):
    server = serve(always(answer(), is_kept=False))
    assert [fetch(server.url).content for _ in range(3)] == [b"picture"] * 3


def test_one_that_the_server_closes_in_that_moment_is_made_anew(serve, monkeypatch):
    monkeypatch.setattr(connections.CheckedConnection, "is_connected", True)
    server = serve(always(answer(), is_kept=False))
    assert [fetch(server.url).content for _ in range(3)] == [b"picture"] * 3
    assert server.connections == 3


def test_what_the_server_says_unasked_is_not_taken_for_an_answer(serve):
    server = serve(always(answer() + answer(b"unasked")))
    assert fetch(server.url).content == b"picture"
    time.sleep(0.05)
    assert fetch(server.url).content == b"picture"


def test_the_deadline_is_a_new_one_each_time(serve, stopping, monkeypatch):
    monkeypatch.setattr(deadlines, "TOTAL_S", 0.8)
    server = serve(always(answer()))
    for _ in range(3):
        fetch(server.url)
        time.sleep(0.3)
    assert server.connections == 1


def test_few_are_kept_and_not_for_long(serve, kept, monkeypatch):
    monkeypatch.setattr("core.outbound.keeping._MOST", 2)
    for server in [serve(always(answer())) for _ in range(4)]:
        fetch(server.url)
    assert len(kept._idle) == 2
    monkeypatch.setattr("core.outbound.keeping._KEPT_S", 0)
    fetch(server.url)
    assert kept._idle == []


def test_threads_have_one_each(serve):
    barrier = threading.Barrier(4)

    def together(connection: socket.socket, _head: bytes) -> bool:
        barrier.wait(5)
        connection.sendall(answer())
        return True

    server = serve(together)
    contents: list[bytes] = []
    threads = [threading.Thread(target=lambda: contents.append(fetch(server.url).content)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert contents == [b"picture"] * 4


def test_a_fork_leaves_the_parent_its_connection(serve, monkeypatch):
    monkeypatch.setattr(fetching, "kept_connections", kept_connections)
    server = serve(always(answer()))
    fetch(server.url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of any fork beside threads
        child = os.fork()
    if child == 0:
        try:
            os._exit(0 if fetch(server.url).content == b"picture" else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert fetch(server.url).content == b"picture"
    assert server.connections == 2
    kept_connections.forget()


@pytest.mark.parametrize("body", [b"", b"short", bytes(4000)])
def test_it_is_after_a_failure_too_where_little_is_said(serve, body):
    server = serve(always(answer(body, status="404 Not Found", head="")))
    assert {code_of(lambda: fetch(server.url)) for _ in range(3)} == {"http_status_404"}
    assert server.connections == 1


def test_it_is_not_where_much_is_said(serve):
    server = serve(always(answer(bytes(100_000), status="404 Not Found", head="")))
    assert {code_of(lambda: fetch(server.url)) for _ in range(3)} == {"http_status_404"}
    assert server.connections == 3


def test_a_body_that_breaks_off_does_not_hide_the_status(serve):
    server = serve(always(b"HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\nabc", is_kept=False))
    assert code_of(lambda: fetch(server.url)) == "http_status_404"


def test_redirects_are_followed_on_the_same_connection(serve):
    server = serve(redirecting("302 Found", "/again"))
    assert code_of(lambda: fetch(server.url)) == "too_many_redirects"
    assert (len(server.requests), server.connections) == (4, 1)
