"""Servers on this machine, which the operator's settings have opened, and a name server that says what it is told."""

import socket
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest

from core.outbound import fetching, resolving
from core.outbound.keeping import KeptConnections

from .servers import Answering, RawServer

Serve = Callable[..., RawServer]


@pytest.fixture(autouse=True)
def kept(settings, monkeypatch) -> Iterator[KeptConnections]:
    """Loopback is open, and no test inherits another's connections."""
    settings.OUTBOUND_ALLOWED_NETWORKS = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    connections_of_the_test = KeptConnections()
    monkeypatch.setattr(fetching, "kept_connections", connections_of_the_test)
    yield connections_of_the_test
    connections_of_the_test.forget()


@pytest.fixture
def serve(settings) -> Iterator[Serve]:
    """Starts servers whose ports are open."""
    servers: list[RawServer] = []

    def start(answering: Answering, **options: object) -> RawServer:
        servers.append(RawServer(answering, **options))
        settings.OUTBOUND_ALLOWED_PORTS = frozenset(server.port for server in servers)
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def stopping() -> Iterator[threading.Event]:
    """Set when the test is over, so that slow servers end."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def names(monkeypatch) -> Callable[..., list[str]]:
    """Replaces the name server: `names(first, second)` answers one lookup after the other; returns those asked for."""
    asked: list[str] = []

    def use(*answers: list[str]) -> list[str]:
        remaining = list(answers)

        def look_up(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
            asked.append(host)
            found = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            return [(None, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

        monkeypatch.setattr(resolving.socket, "getaddrinfo", look_up)
        return asked

    return use


@pytest.fixture
def opened_host(serve, settings) -> Callable[[Answering], RawServer]:
    """Starts a server on 127.0.0.2, the one address that is allowed."""
    settings.OUTBOUND_ALLOWED_NETWORKS = (ip_network("127.0.0.2/32"),)
    return lambda answering: serve(answering, host="127.0.0.2")
