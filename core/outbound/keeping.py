"""Connections that stay open between two fetches: a list of a thousand pictures seldom names more than one host."""

import os
import threading
import time

from .connections import CheckedConnection
from .urls import Target

_MOST = 16
_KEPT_S = 15.0


class KeptConnections:
    """Those of this process that nobody uses at the moment; for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[float, CheckedConnection]] = []

    def take(self, target: Target) -> CheckedConnection | None:
        """The latest one to the target's origin that still can be used; nobody else has it from now on."""
        while (connection := self._pop(target)) is not None:
            if connection.may_be_used_again():
                return connection
            connection.close()
        return None

    def keep(self, connection: CheckedConnection) -> None:
        """Gives one back whose answer has been read to its end; those that wait too long or are too many are closed."""
        now = time.monotonic()
        with self._lock:
            self._idle.append((now, connection))
            kept = [idle for idle in self._idle if now - idle[0] < _KEPT_S][-_MOST:]
            dropped = [idle for idle in self._idle if idle not in kept]
            self._idle = kept
        for _, old in dropped:
            old.close()

    def forget(self) -> None:
        """In the child of a fork: the parent goes on using its connections, whatever its threads were doing."""
        idle, self._idle, self._lock = self._idle, [], threading.Lock()
        for _, connection in idle:
            connection.close()  # this process's handle alone; the connection stays

    def _pop(self, target: Target) -> CheckedConnection | None:
        with self._lock:
            for index in range(len(self._idle) - 1, -1, -1):
                if self._idle[index][1].target.origin == target.origin:
                    return self._idle.pop(index)[1]
        return None


kept_connections = KeptConnections()
os.register_at_fork(after_in_child=kept_connections.forget)
