"""urllib3's connections, made to addresses that were checked.

Whoever checks a name first and connects to it later asks the name server twice and may get two answers. Here the name
is resolved once, every address it has is checked, and the connection goes to one of these very addresses.
"""

import socket
import ssl
import sys
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address

from django.conf import settings
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection

from . import deadlines
from .addresses import Address, may_be_reached
from .deadlines import Deadline, TimedSocket, TimedTLSSocket
from .errors import OutboundError
from .resolving import resolve
from .urls import Target

# A name may have many addresses; all are checked, and so many are tried.
_TRIES = 3
_IPV6 = 6


class CheckedConnection(HTTPConnection):
    """A connection to a target's host; nothing is sent before the address has been found public or allowed."""

    address: Address
    sock: TimedSocket

    def __init__(self, target: Target, deadline: Deadline) -> None:
        super().__init__(target.host, target.port)
        self.target = target
        self.deadline = deadline

    def connect(self) -> None:
        """Resolves, checks, connects. Raises OutboundError."""
        try:
            super().connect()
        except TimeoutError:
            raise OutboundError("connect_timeout") from None
        except ssl.SSLError:
            raise OutboundError("tls_error") from None
        except OSError:
            raise OutboundError("connect_failed") from None

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str], deadline: Deadline, body: bytes | None = None
    ) -> HTTPResponse:
        """Sends a request and returns the answer once its head is there; whatever is raised, the connection is closed.

        The body is still to be read.
        """
        self.deadline = deadline
        try:
            if self.is_closed:
                self.connect()
            self.sock.deadline = deadline
            self.request(method, path, body, headers, preload_content=False, decode_content=False)
            if sys.platform == "linux":
                # Many small servers send a head, and the body once that is acknowledged: at once, not after 40 ms.
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            return self.getresponse()
        except BaseException:
            self.close()
            raise

    def may_be_used_again(self) -> bool:
        """Whether the server has kept the connection, and the operator still allows it."""
        return self.is_connected and _is_allowed(self.address)

    def _new_conn(self) -> TimedSocket:
        if self.target.address is not None:
            addresses = [self.target.address]
        else:
            addresses = resolve(self.target.host, self.deadline)
        if not addresses or not all(_is_allowed(address) for address in addresses):
            raise OutboundError("address_blocked")
        return self._connected(addresses[:_TRIES])

    def _connected(self, addresses: list[Address]) -> TimedSocket:
        """A connection to the first address that accepts one; together they have the time of one."""
        patience_s = self.deadline.within(deadlines.CONNECT_S) / len(addresses)
        trouble: OSError | None = None
        for address in addresses:
            try:
                return self._connected_to(address, patience_s)
            except OSError as error:
                trouble = error
        raise trouble or ConnectionError

    def _connected_to(self, address: Address, patience_s: float) -> TimedSocket:
        sock = TimedSocket(socket.AF_INET6 if address.version == _IPV6 else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.deadline = self.deadline
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(patience_s)
            sock.connect((str(address), self.target.port))
            if ip_address(sock.getpeername()[0]) != address:
                raise OutboundError("address_blocked")
            sock.settimeout(self.deadline.within(deadlines.READ_S))  # for the whole of TLS's handshake
        except BaseException:
            sock.close()
            raise
        self.address = address
        return sock


class CheckedTLSConnection(CheckedConnection, HTTPSConnection):
    """The same with TLS; the certificate has to be valid for the host's name."""

    def __init__(self, target: Target, deadline: Deadline) -> None:
        super().__init__(target, deadline)
        self.ssl_context = _tls()


def connection_to(target: Target, deadline: Deadline) -> CheckedConnection:
    """A connection that is made when it is first asked for something."""
    return (CheckedTLSConnection if target.scheme == "https" else CheckedConnection)(target, deadline)


@cache
def _tls() -> ssl.SSLContext:
    """Certificates and names are verified, by the system's authorities. Made once: reading these takes 20 ms."""
    context = ssl.create_default_context()
    context.sslsocket_class = TimedTLSSocket
    return context


def _is_allowed(address: Address) -> bool:
    return may_be_reached(address, opened=settings.OUTBOUND_ALLOWED_NETWORKS)
