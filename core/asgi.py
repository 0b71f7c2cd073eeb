"""What stands between the ASGI server and Django."""

import json
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, cast

from a2wsgi import WSGIMiddleware
from servestatic import ServeStaticASGI

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_HASHED_NAME = r"\.[0-9a-f]{12}\."
_KEPT_IN_MEMORY_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 20


def site(wsgi: Any, *, static_root: Path, static_prefix: str, threads: int, max_body_bytes: int) -> Application:
    """The site over HTTP: static files here, everything else by Django on a bounded number of threads.

    Every view and middleware is synchronous. Django's own ASGI handler would hop between the event loop and a thread of
    its own making for each middleware of each request, which took twice the time of the request itself.
    """
    django = BoundedBody(cast(Application, WSGIMiddleware(wsgi, workers=threads)), max_bytes=max_body_bytes)
    if not static_root.is_dir():
        return django
    return cast(
        Application,
        ServeStaticASGI(django, static_root, static_prefix, immutable_file_test=_HASHED_NAME, allow_all_origins=False),
    )


class BoundedBody:
    """Takes a request's body in before the application runs, and answers 413 as soon as it is too large.

    A slow client so costs no thread, and what is too large is neither read on nor kept.
    """

    def __init__(self, application: Application, *, max_bytes: int) -> None:
        self.application = application
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        if _announced(scope) > self.max_bytes:
            await self._refuse(send)
            return
        with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY_BYTES) as body:
            taken = 0
            while (message := await receive())["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > self.max_bytes:
                    await self._refuse(send)
                    return
                body.write(message.get("body", b""))
                if not message.get("more_body"):
                    body.seek(0)
                    await self.application(scope, _replayed(body, taken), send)
                    return

    async def _refuse(self, send: Send) -> None:
        message = f"The request is larger than {self.max_bytes >> 20} MB."
        body = json.dumps({"code": "file_too_large", "message": message}).encode()
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        status = int(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _announced(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


def _replayed(body: IO[bytes], size: int) -> Receive:
    """A `receive` that gives the kept body."""

    async def receive() -> Message:
        chunk = body.read(_CHUNK_BYTES)
        return {"type": "http.request", "body": chunk, "more_body": body.tell() < size}

    return receive
