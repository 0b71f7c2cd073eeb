"""A way to a server that breaks off."""

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def cut_off(port: int, *, after_bytes: int) -> Iterator[int]:
    """A port that leads to another of this machine; each connection ends once so many bytes have come back."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, port, after_bytes), daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, port: int, after_bytes: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_pass_on, args=(client, port, after_bytes), daemon=True).start()


def _pass_on(client: socket.socket, port: int, after_bytes: int) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server, contextlib.suppress(OSError):
        threading.Thread(target=_copy, args=(client, server), daemon=True).start()
        while after_bytes and (data := server.recv(min(after_bytes, 65536))):
            client.sendall(data)
            after_bytes -= len(data)
        client.shutdown(socket.SHUT_RDWR)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
