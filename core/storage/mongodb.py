"""One MongoDB client a process and URI."""

import os
import threading
from typing import Any

from pymongo import MongoClient

Client = MongoClient[dict[str, Any]]

_clients: dict[tuple[int, str], Client] = {}
_lock = threading.Lock()


def client(uri: str) -> Client:
    """This process's client for a URI; nothing is connected before it is first used.

    A client's sockets and locks are of no use in a forked child, which is why each process has its own.
    """
    key = (os.getpid(), uri)
    with _lock:
        if key not in _clients:
            _clients[key] = MongoClient(
                uri,
                connect=False,
                tz_aware=True,
                appname="posesite",
                serverSelectionTimeoutMS=3000,
                connectTimeoutMS=3000,
                socketTimeoutMS=20_000,
            )
        return _clients[key]


def close_clients() -> None:
    """Closes this process's clients; the next use makes new ones."""
    with _lock:
        for key in [key for key in _clients if key[0] == os.getpid()]:
            _clients.pop(key).close()


def _new_lock() -> None:
    """In a child: another thread of the parent may have held the lock at the fork."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_new_lock)
