"""A name is resolved once, and the connection goes to what was checked."""

import socket
from ipaddress import ip_network

from core.outbound import connections, fetch, resolving

from .servers import always, answer, code_of


def test_one_that_is_unknown(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(resolving.socket, "getaddrinfo", fail)
    assert code_of(lambda: fetch("http://example.org/")) == "dns_failed"


def test_it_is_resolved_once_and_that_address_is_used(serve, names, settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = (ip_network("127.0.0.2/32"),)
    good = serve(always(answer(b"good")), host="127.0.0.2")
    asked = names(["127.0.0.2"], ["127.0.0.1"])
    assert fetch(f"http://rebind.example:{good.port}/").content == b"good"
    assert asked == ["rebind.example"]
    assert f"Host: rebind.example:{good.port}".encode() in good.requests[0]


def test_one_address_that_is_not_public_spoils_the_name(serve, names, settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = (ip_network("127.0.0.2/32"),)
    good = serve(always(answer()), host="127.0.0.2")
    names(["127.0.0.2", "127.0.0.1"])
    assert code_of(lambda: fetch(f"http://mixed.example:{good.port}/")) == "address_blocked"
    assert good.connections == 0


def test_the_next_address_is_tried_where_one_refuses(serve, names):
    server = serve(always(answer(b"second")))
    names(["127.0.0.9", "127.0.0.1"])
    assert fetch(f"http://two.example:{server.port}/").content == b"second"


def test_a_peer_other_than_the_address_is_left(serve, monkeypatch):
    server = serve(always(answer()))
    monkeypatch.setattr(connections.TimedSocket, "getpeername", lambda _: ("127.0.0.8", 80))
    assert code_of(lambda: fetch(server.url)) == "address_blocked"
    assert server.requests == []
