"""Django over HTTP for an ASGI server: static files on the loop, everything else on a bounded number of threads.

Every view and middleware of the site is synchronous. Django's own ASGI handler hops between the event loop and a thread
of its making for each middleware of each request; a WSGI adapter hops for every piece of body and answer. Either took
more time than the request's own Python. Here a request crosses to a thread once and its answer comes back once.
"""

import asyncio
import contextlib
import io
import logging
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, cast

from django.core import signals
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import DatabaseError, close_old_connections
from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase, JsonResponse
from django.urls import set_script_prefix
from servestatic import ServeStaticASGI

from core.api.errors import error_body

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger(__name__)

_HASHED_NAME = r"\.[0-9a-f]{12}\."
_KEPT_IN_MEMORY_BYTES = 1 << 20


def with_static_files(application: Application, *, root: Path, prefix: str) -> Application:
    """Answers what lies below `root` itself; files whose name carries their hash may be cached for ever."""
    static = ServeStaticASGI(application, root, prefix, immutable_file_test=_HASHED_NAME, allow_all_origins=False)
    return cast(Application, static)


class BodyTooLarge(Exception):
    """A request's body was announced or grew larger than is taken."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response that is ready to send; `rest` is what is still to come of a streamed one."""

    status: int
    headers: list[tuple[bytes, bytes]]
    first: bytes
    rest: Iterator[bytes] | None
    close: Callable[[], None]


class ThreadedDjango(BaseHandler):
    """Django as an ASGI application for HTTP.

    A request's body is taken in before a thread is, so that a slow client costs no thread; one that is too large is
    answered 413 as soon as that shows, and is neither read on nor kept. `larger_bodies` has the limits below paths that
    take more than others; more is taken in only from whom `may_send_more` lets, which is asked before the body is read.
    """

    def __init__(
        self,
        *,
        threads: int,
        max_body_bytes: int,
        larger_bodies: Mapping[str, int] = MappingProxyType({}),
        may_send_more: Callable[[HttpRequest], bool] = lambda request: False,
    ) -> None:
        super().__init__()
        self.load_middleware()
        self._max_body_bytes = max_body_bytes
        self._larger_bodies = larger_bodies
        self._may_send_more = may_send_more
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="django")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            raise ValueError(f"Django answers HTTP only, not {scope['type']}.")
        run = asyncio.get_running_loop().run_in_executor
        max_bytes = self._limit(scope)
        if max_bytes > self._max_body_bytes and not await run(self._threads, self._is_let_in, scope):
            await _send(send, _refusal(HTTPStatus.UNAUTHORIZED, "not_authenticated", "Log in to send a file so large."))
            return
        try:
            body = await taken_body(scope, receive, max_bytes=max_bytes)
        except BodyTooLarge:
            message = f"The request is larger than {max_bytes >> 20} MB."
            fields = {"file": [message]} if max_bytes > self._max_body_bytes else None  # so it is named there
            await _send(send, _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "file_too_large", message, fields))
            return
        except OSError:
            logger.exception("a request's body cannot be kept")
            message = "The site's disk is full. Tell its operator."
            await _send(send, _refusal(HTTPStatus.INSUFFICIENT_STORAGE, "storage_full", message))
            return
        if body is None:
            return
        with body:
            answer = await run(self._threads, self._answered, scope, body)
            if answer.rest is None:
                await _send(send, answer)
                return
            try:
                await _send(send, answer, is_last=False)
                while (chunk := await run(self._threads, next, answer.rest, None)) is not None:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
            finally:
                await run(self._threads, answer.close)

    def _limit(self, scope: Scope) -> int:
        """The larger one only where it is needed: that costs a question more."""
        if 0 < _announced_bytes(scope) <= self._max_body_bytes or scope["method"] != "POST":
            return self._max_body_bytes
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        larger = (limit for place, limit in self._larger_bodies.items() if path.startswith(place))
        return next(larger, self._max_body_bytes)

    def _is_let_in(self, scope: Scope) -> bool:
        """On a thread. While the database is down the request itself is told."""
        try:
            return self._may_send_more(ASGIRequest(scope, io.BytesIO()))
        except UnicodeDecodeError:
            return False
        except DatabaseError:
            return True
        finally:
            close_old_connections()

    def _answered(self, scope: Scope, body: IO[bytes]) -> _Answer:
        """On a thread: the whole way through Django, as its WSGI handler goes it."""
        set_script_prefix(scope.get("root_path", "") or "/")
        signals.request_started.send(sender=self.__class__, scope=scope)
        try:
            request = ASGIRequest(scope, body)
        except UnicodeDecodeError:
            response: HttpResponseBase = HttpResponseBadRequest()
        else:
            response = self.get_response(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # the sender of request_finished
        return _ready(response)


async def taken_body(scope: Scope, receive: Receive, *, max_bytes: int) -> IO[bytes] | None:
    """A request's whole body, on disk where it is large; None where the client has left. Raises BodyTooLarge."""
    if _announced_bytes(scope) > max_bytes:
        raise BodyTooLarge
    with contextlib.ExitStack() as on_failure:
        body = on_failure.enter_context(tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY_BYTES))
        taken = 0
        while (message := await receive())["type"] == "http.request":
            chunk = message.get("body", b"")
            taken += len(chunk)
            if taken > max_bytes:
                raise BodyTooLarge
            body.write(chunk)
            if not message.get("more_body"):
                body.seek(0)
                on_failure.pop_all()
                return cast(IO[bytes], body)
    return None


def _announced_bytes(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


def _refusal(status: HTTPStatus, code: str, message: str, fields: dict[str, list[str]] | None = None) -> _Answer:
    return _ready(JsonResponse(error_body(code, message, fields), status=status, headers={"Connection": "close"}))


def _ready(response: HttpResponseBase) -> _Answer:
    """The response as bytes; one that is not streamed is closed here, on the thread that made it."""
    headers = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in response.items()]
    headers += [
        (b"set-cookie", cookie.output(header="").strip().encode("latin1")) for cookie in response.cookies.values()
    ]
    chunks = iter(response)
    if response.streaming:
        return _Answer(response.status_code, headers, b"", chunks, response.close)
    content = b"".join(chunks)
    response.close()
    return _Answer(response.status_code, headers, content, None, response.close)


async def _send(send: Send, answer: _Answer, *, is_last: bool = True) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.first, "more_body": not is_last})
