"""A server of pictures on loopback, good ones and poison, for the figures of batches; a process of its own.

Counts how often each path was asked for; `/counts` answers that as JSON.
"""

import asyncio
import collections
import contextlib
import http.client
import json
import multiprocessing
import socket
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

from common import photos, with_own_bytes

_DRIP_S = 0.5
# Long before any limit of the site's.
_LONGEST_S = 120.0


@dataclass(frozen=True)
class ImageServer:
    """Where it listens."""

    port: int

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        """Of a path without its first slash; every address of 127.0.0.0/8 is the same server."""
        return f"http://{host}:{self.port}/{path}"

    def counts(self) -> dict[str, int]:
        """How often each path was asked for."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/counts")
        counted: dict[str, int] = json.loads(connection.getresponse().read())
        return counted


@contextlib.contextmanager
def serving(distinct: int = 0) -> Iterator[ImageServer]:
    """Serves until the end of the block: `/own/<n>.jpg` has bytes of its own for each n (modulo `distinct` if given).

    Poison: `/404/…`, `/text/…`, `/truncated/…`, `/header/…` (huge), `/drip/…`, `/silent/…`, `/private/…` (a redirect).
    """
    listening = socket.create_server(("0.0.0.0", 0), backlog=256)
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listening, distinct), daemon=True)
    process.start()
    port = listening.getsockname()[1]
    listening.close()
    try:
        yield ImageServer(port)
    finally:
        process.terminate()
        process.join(10)


def _serve(listening: socket.socket, distinct: int) -> None:
    asyncio.run(_Server(distinct).run(listening))


class _Server:
    def __init__(self, distinct: int) -> None:
        self.distinct = distinct
        self.pictures = photos()
        self.counts: collections.Counter[str] = collections.Counter()

    async def run(self, listening: socket.socket) -> None:
        server = await asyncio.start_server(self._connected, sock=listening)
        await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = urllib.parse.unquote(head.split(b" ", 2)[1].decode())
                self.counts[path] += 1
                if not await self._answered(path, writer):
                    break
        with contextlib.suppress(OSError):
            writer.close()

    async def _answered(self, path: str, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection stays open."""
        if path == "/counts":
            del self.counts[path]
            await _send(writer, "200 OK", "application/json", json.dumps(self.counts).encode())
            return True
        kind, _, rest = path.lstrip("/").partition("/")
        number = int("".join(filter(str.isdigit, rest)) or 0)
        if kind == "own":
            await _send(writer, "200 OK", "image/jpeg", self.picture(number))
        elif kind == "404":
            await _send(writer, "404 Not Found", "text/plain", b"There is no such picture.")
        elif kind == "text":
            await _send(writer, "200 OK", "image/jpeg", b"This is no picture.\n" * 20)
        elif kind == "truncated":
            content = self.picture(number)
            await _send(writer, "200 OK", "image/jpeg", content[: len(content) // 2])
        elif kind == "private":
            await _send(writer, "302 Found", "text/plain", b"", "Location: http://10.0.0.1/inside.jpg\r\n")
        elif kind == "header":
            await _send(writer, "200 OK", "image/jpeg", b"", f"X-Huge: {'x' * 300_000}\r\n")
            return False
        elif kind == "drip":
            await self._drip(writer)
            return False
        else:
            await asyncio.sleep(_LONGEST_S)
            return False
        return True

    def picture(self, number: int) -> bytes:
        number = number % self.distinct if self.distinct else number
        return with_own_bytes(self.pictures[number % len(self.pictures)], number)

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        content = self.picture(0)
        writer.write(_head("200 OK", "image/jpeg", len(content), ""))
        for place in range(int(_LONGEST_S / _DRIP_S)):
            writer.write(content[place : place + 1])
            await writer.drain()
            await asyncio.sleep(_DRIP_S)


async def _send(writer: asyncio.StreamWriter, status: str, kind: str, body: bytes, headers: str = "") -> None:
    writer.write(_head(status, kind, len(body), headers) + body)
    await writer.drain()


def _head(status: str, kind: str, length: int, headers: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{headers}\r\n".encode()
