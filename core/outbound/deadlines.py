"""Time limits that hold: on every single call of a socket, whatever the server does between two bytes."""

import socket
import ssl
import time
from typing import Any

from .errors import OutboundError

CONNECT_S = 3.0
READ_S = 5.0
TOTAL_S = 20.0
# Resolvers ask their second server after five seconds.
DNS_S = 6.0


class Deadline:
    """The moment by which a whole request, from the name to the last byte, is over."""

    def __init__(self) -> None:
        self._at = time.monotonic() + TOTAL_S

    def within(self, limit_s: float) -> float:
        """How long a step may take that has a limit of its own. Raises OutboundError once the time is up."""
        left_s = self._at - time.monotonic()
        if left_s <= 0:
            raise OutboundError("timeout_total")
        return min(limit_s, left_s)


class TimedSocket(socket.socket):
    """A socket whose every call ends by `deadline`.

    A timeout alone would start anew with each byte that arrives, and `http.client` reads a header in as many calls as
    the server likes.
    """

    deadline: Deadline

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """As every socket's; this is what `http.client` reads by."""
        self.settimeout(self.deadline.within(READ_S))
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        """As every socket's; the timeout is that of the whole call, so a large body may take its time."""
        self.settimeout(self.deadline.within(TOTAL_S))
        super().sendall(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        """As every socket's; with TLS, `sendall` is made of these."""
        self.settimeout(self.deadline.within(READ_S))
        return super().send(*args, **kwargs)


class TimedTLSSocket(TimedSocket, ssl.SSLSocket):
    """The same with TLS."""
