"""Servers on this machine that answer as they are told, byte by byte, and remember who came."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable

import pytest

from core.outbound import OutboundError

Answering = Callable[[socket.socket, bytes], bool | None]


class RawServer:
    """Calls `answering(connection, request)` a request, with its head; a connection goes on while that returns True."""

    def __init__(self, answering: Answering, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.answering = answering
        self.tls = tls
        self.requests: list[bytes] = []
        self.connections = 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, 0), family=family)
        self.port = self.listener.getsockname()[1]
        self.open: list[socket.socket] = []
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.threads[0].join()
        self.listener.close()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads[1:]:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self.open.append(connection)
                self.threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self.threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            wrapped = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            self.open.append(wrapped)  # wrapping takes the connection away from the first
            with wrapped:
                while head := _head(wrapped):
                    self.requests.append(head)
                    if not self.answering(wrapped, head):
                        return


def _head(connection: socket.socket) -> bytes:
    """Everything up to the empty line, and the body that Content-Length announces."""
    read = b""
    while b"\r\n\r\n" not in read:
        if not (part := connection.recv(65536)):
            return b""
        read += part
    head, _, body = read.partition(b"\r\n\r\n")
    announced = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    while len(body) < int(announced.partition(b":")[2]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes = b"picture", *, status: str = "200 OK", head: str = "Content-Type: image/png") -> bytes:
    lines = [f"HTTP/1.1 {status}", *([head] if head else []), f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(what: bytes, *, is_kept: bool = True) -> Answering:
    """The same bytes to everyone."""

    def answering(connection: socket.socket, _head: bytes) -> bool:
        connection.sendall(what)
        return is_kept

    return answering


def redirecting(status: str, location: str) -> Answering:
    return always(answer(b"", status=status, head=f"Location: {location}"))


def dripping(start: bytes, drop: bytes, *, pause: threading.Event, every_s: float) -> Answering:
    """`start` at once, and then `drop` every so often until the event is set or the client is gone."""

    def answering(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(start)
        while not pause.wait(every_s):
            connection.sendall(drop)

    return answering


def code_of(action: Callable[[], object]) -> str:
    """Why an action fails; neither of its texts says where the server was."""
    with pytest.raises(OutboundError) as refused:
        action()
    assert "127.0.0.1" not in f"{refused.value} {refused.value.message}"
    return refused.value.code
