"""Getting and posting, with limits on time, size and redirects that the other side cannot stretch."""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from ssl import SSLError
from urllib.parse import urljoin

from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from .connections import CheckedConnection, connection_to
from .deadlines import Deadline
from .errors import OutboundError
from .keeping import kept_connections
from .urls import Target, target_of

_REDIRECTS = 3
_REDIRECT_STATUSES = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
_STEP_BYTES = 1 << 16
_DROPPED_BYTES = 4096
# A compressed answer of a megabyte may be a gigabyte.
_HEADERS = {"User-Agent": "PoseSite", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address holds. `content_type` is what its server claims, without parameters; `url` is the last one."""

    content: bytes
    content_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How a server took what was posted to it, and after how long."""

    status: int
    milliseconds: int


def fetch(url: str, *, max_bytes: int = 25 << 20, accept: str = "image/*,*/*;q=0.5") -> Fetched:
    """The content of a URL, after at most three redirects, each checked like the first. Raises OutboundError."""
    deadline = Deadline()
    headers = {**_HEADERS, "Accept": accept}
    for _ in range(_REDIRECTS + 1):
        target = target_of(url)
        with _getting(target, headers, deadline) as response:
            if location := _location(response):
                url = _joined(target.url, location)
                _drop(response)
                continue
            _refuse_failure(response)
            content = _content(response, max_bytes)
            content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Fetched(content, content_type, target.url)
    raise OutboundError("too_many_redirects")


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Posts a body; anything but a status of success raises OutboundError, a redirect too.

    The headers are the site's own, never a user's. A connection of its own, not a kept one: where that broke, nobody
    could tell whether the body had arrived.
    """
    deadline, started = Deadline(), time.monotonic()
    target = target_of(url)
    connection = connection_to(target, deadline)
    with _told():
        response = connection.ask(
            "POST", target.path, body=body, headers={**headers, **_HEADERS, "Connection": "close"}, deadline=deadline
        )
        with closing(connection), closing(response):
            milliseconds = round((time.monotonic() - started) * 1000)
            _refuse_failure(response)
            _drop(response)
            return Answer(response.status, milliseconds)


@contextmanager
def _getting(target: Target, headers: Mapping[str, str], deadline: Deadline) -> Iterator[HTTPResponse]:
    """The answer to a GET; where its body is read to the end, the connection is kept for the next."""
    with _told():
        connection, response = _asked(target, headers, deadline)
        try:
            yield response
        finally:
            if response.closed and not connection.is_closed:
                kept_connections.keep(connection)
            else:
                response.close()
                connection.close()


def _asked(target: Target, headers: Mapping[str, str], deadline: Deadline) -> tuple[CheckedConnection, HTTPResponse]:
    kept = kept_connections.take(target)
    if kept is not None:
        # Its server may close it in the very moment in which it is used again; then a new one is made.
        with suppress(ConnectionError, SSLError):
            return kept, kept.ask("GET", target.path, headers=headers, deadline=deadline)
    made = connection_to(target, deadline)
    return made, made.ask("GET", target.path, headers=headers, deadline=deadline)


@contextmanager
def _told() -> Iterator[None]:
    """Makes OutboundError of what urllib3 and the standard library raise once a connection is there."""
    try:
        yield
    except (TimeoutError, ReadTimeoutError):
        raise OutboundError("timeout_total") from None
    except ProtocolError:  # while the body is read
        raise OutboundError("short_body") from None
    except OSError:
        raise OutboundError("connect_failed") from None
    except (HTTPException, HTTPError):
        raise OutboundError("bad_response") from None


def _location(response: HTTPResponse) -> str | None:
    return response.headers.get("Location") if response.status in _REDIRECT_STATUSES else None


def _joined(url: str, location: str) -> str:
    with suppress(UnicodeError):  # headers are read as Latin-1; servers write UTF-8
        location = location.encode("latin-1").decode()
    if not location.isprintable():  # joining would leave out what is not
        raise OutboundError("url_invalid")
    try:
        return urljoin(url, location)
    except ValueError:
        raise OutboundError("url_invalid") from None


def _refuse_failure(response: HTTPResponse) -> None:
    if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
        _drop(response)
        raise OutboundError.of_status(response.status)


def _drop(response: HTTPResponse) -> None:
    """Reads a short body that nobody wants: then the connection can be kept, and the server need not note an error."""
    left = _DROPPED_BYTES
    with suppress(HTTPError, OSError, OutboundError):
        while left > 0 and (part := response.read1(left)):
            left -= len(part)


def _content(response: HTTPResponse, max_bytes: int) -> bytes:
    encodings = (response.headers.get(name, "").strip().lower() for name in ("Content-Encoding", "Transfer-Encoding"))
    if any(encoding not in ("", "identity", "chunked") for encoding in encodings):
        raise OutboundError("encoded_body")
    if (response.length_remaining or 0) > max_bytes:
        raise OutboundError("too_large")
    content = bytearray()  # not a list of parts: a server may send a million of one byte
    while part := response.read1(_STEP_BYTES):
        content += part
        if len(content) > max_bytes:
            raise OutboundError("too_large")
    return bytes(content)
