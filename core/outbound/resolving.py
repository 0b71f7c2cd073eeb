"""Names to addresses, with a limit on time that the system's resolver does not have."""

import os
import socket
import threading
from concurrent.futures import Future
from ipaddress import ip_address

from . import deadlines
from .addresses import Address
from .deadlines import Deadline
from .errors import OutboundError

# A lookup that is given up goes on until the resolver ends it, ten seconds and more; so many threads may hang there.
_MOST = 32


class _Lookups:
    """How many more lookups this process may have under way."""

    free = threading.BoundedSemaphore(_MOST)

    @classmethod
    def forget(cls) -> None:
        """In the child of a fork, where the parent's threads are not."""
        cls.free = threading.BoundedSemaphore(_MOST)


os.register_at_fork(after_in_child=_Lookups.forget)


def resolve(host: str, deadline: Deadline) -> list[Address]:
    """All addresses of a name, asked for once. Raises OutboundError: dns_failed."""
    free, patience_s = _Lookups.free, deadline.within(deadlines.DNS_S)
    if not free.acquire(timeout=patience_s):
        raise OutboundError("dns_failed")
    answer: Future[list[Address]] = Future()
    try:
        threading.Thread(target=_look_up, args=(host, answer, free), name="lookup", daemon=True).start()
    except RuntimeError:  # the machine has no more threads
        free.release()
        raise OutboundError("dns_failed") from None
    try:
        return answer.result(deadline.within(patience_s))
    except (OSError, ValueError):  # no such name, or out of time; not an address
        raise OutboundError("dns_failed") from None


def _look_up(host: str, answer: "Future[list[Address]]", free: threading.Semaphore) -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        # The zone of a link-local address stands behind a percent sign.
        addresses = (ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found)
        answer.set_result(list(dict.fromkeys(addresses)))
    except (OSError, ValueError) as error:
        answer.set_exception(error)
    finally:
        free.release()
