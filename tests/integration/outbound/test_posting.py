"""Posting to a webhook."""

import time

import pytest

from core.outbound import deadlines, post

from .servers import always, answer, code_of, dripping


def test_the_body_and_the_headers_arrive(serve):
    server = serve(always(answer(b"thanks" * 1000, status="202 Accepted")))
    given = post(f"{server.url}/hook", body=b"\x01{}", headers={"Content-Type": "application/json", "X-Sign": "1"})
    assert given.status == 202
    assert 0 <= given.milliseconds < 1000
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook HTTP/1.1\r\n")
    assert body == b"\x01{}"
    sent = set(head.decode().split("\r\n")[1:])
    assert {"Content-Type: application/json", "X-Sign: 1", "Content-Length: 3", "User-Agent: PoseSite"} <= sent
    assert {"Accept-Encoding: identity", "Connection: close"} <= sent


@pytest.mark.parametrize("status", [301, 307, 400, 404, 410, 500])
def test_anything_but_success_is_an_error_and_redirects_are_not_followed(serve, status):
    server = serve(always(answer(b"secret", status=f"{status} No", head="Location: /other")))
    assert code_of(lambda: post(server.url, body=b"{}", headers={})) == f"http_status_{status}"
    assert len(server.requests) == 1


def test_a_long_answer_is_not_read(serve, stopping):
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + bytes(9000)
    server = serve(dripping(start, bytes(9000), pause=stopping, every_s=0.01))
    started = time.monotonic()
    assert post(server.url, body=b"{}", headers={}).status == 200
    assert time.monotonic() - started < 2


def test_a_server_that_does_not_read_ends_at_the_total(serve, stopping, monkeypatch):
    monkeypatch.setattr(deadlines, "TOTAL_S", 0.4)
    server = serve(lambda *_: None)
    monkeypatch.setattr("tests.integration.outbound.servers._head", lambda _: stopping.wait(5) and b"")
    started = time.monotonic()
    assert code_of(lambda: post(server.url, body=bytes(30 << 20), headers={})) == "timeout_total"
    assert time.monotonic() - started < 2


def test_each_has_a_connection_of_its_own(serve):
    server = serve(always(answer()))
    for _ in range(3):
        post(server.url, body=b"{}", headers={})
    assert server.connections == 3


def test_a_private_address_is_refused():
    assert code_of(lambda: post("http://10.0.0.1/", body=b"{}", headers={})) == "address_blocked"
