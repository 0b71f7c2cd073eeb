"""Django over HTTP for an ASGI server."""

import asyncio
import json
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from core.asgi import BodyTooLarge, ThreadedDjango, taken_body


def in_a_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs it to its end in a loop of its own, on a thread of its own: browser tests leave a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class Client:
    """A client that sends chunks and keeps what it is sent."""

    def __init__(self, *chunks: bytes, length: int | None = None, stays: bool = True, path: str = "/") -> None:
        self.chunks = list(chunks) or [b""]
        self.stays = stays
        self.taken = 0
        self.sent: list[Any] = []
        headers = [] if length is None else [(b"content-length", str(length).encode())]
        self.scope: dict[str, Any] = {"type": "http", "method": "POST", "path": path, "headers": headers}

    async def receive(self) -> dict[str, Any]:
        if self.taken == len(self.chunks):
            return {"type": "http.disconnect"}
        self.taken += 1
        more = self.taken < len(self.chunks) or not self.stays
        return {"type": "http.request", "body": self.chunks[self.taken - 1], "more_body": more}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def answer(self) -> tuple[int, bytes]:
        return self.sent[0]["status"], b"".join(message["body"] for message in self.sent[1:])


def taken(client: Client, *, max_bytes: int) -> bytes | None:
    body = in_a_loop(taken_body(client.scope, client.receive, max_bytes=max_bytes))
    if body is None:
        return None
    with body:
        return body.read()


def test_a_body_is_taken_whole_in_memory_or_on_disk():
    chunks = [bytes([number]) * 700_000 for number in range(4)]
    assert taken(Client(*chunks), max_bytes=5_000_000) == b"".join(chunks)
    assert taken(Client(b"small"), max_bytes=10) == b"small"
    assert taken(Client(), max_bytes=10) == b""


def test_an_announced_body_that_is_too_large_is_not_read():
    client = Client(b"x" * 11, length=11)
    with pytest.raises(BodyTooLarge):
        taken(client, max_bytes=10)
    assert client.taken == 0


def test_an_unannounced_body_is_read_no_further_than_the_limit():
    client = Client(*[b"x" * 6] * 5)
    with pytest.raises(BodyTooLarge):
        taken(client, max_bytes=10)
    assert client.taken == 2


def test_a_client_that_leaves_is_not_answered():
    assert taken(Client(b"x", stays=False), max_bytes=10) is None
    client = Client(b"x", stays=False)
    run(client)
    assert client.sent == []


class Django(ThreadedDjango):
    """With a view of the test's own in the place of URLs and middleware."""

    def __init__(self, view: Any, **options: Any) -> None:
        self.view = view
        super().__init__(threads=1, **{"max_body_bytes": 100, **options})

    def load_middleware(self, is_async: bool = False) -> None:
        """None."""

    def get_response(self, request: Any) -> Any:
        return self.view(request)


def run(client: Client, view: Any = lambda request: HttpResponse(b"seen"), **options: Any) -> None:
    in_a_loop(Django(view, **options)(client.scope, client.receive, client.send))


def test_a_request_is_answered_with_status_headers_cookies_and_body():
    def view(request: Any) -> HttpResponse:
        response = HttpResponse(request.body[::-1], status=201, headers={"X-Seen": "yes"})
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    client = Client(b"abc")
    run(client, view)
    assert client.answer == (201, b"cba")
    headers = client.sent[0]["headers"]
    assert (b"x-seen", b"yes") in headers
    assert [value.split(b";")[0] for name, value in headers if name == b"set-cookie"] == [b"a=1", b"b=2"]


def test_a_streamed_answer_comes_piece_by_piece_and_is_closed_at_its_end():
    closed = threading.Event()

    class Pieces:
        def __iter__(self) -> Any:
            return iter([b"one ", b"", b"two ", b"three"])

        def close(self) -> None:
            closed.set()

    client = Client()
    run(client, lambda request: StreamingHttpResponse(Pieces()))
    assert client.answer == (200, b"one two three")
    assert [message["body"] for message in client.sent[1:]] == [b"", b"one ", b"", b"two ", b"three", b""]
    assert closed.is_set()


def test_a_body_over_the_limit_is_answered_413_in_the_apis_shape():
    client = Client(b"x" * 11)
    run(client, max_body_bytes=10)
    status, body = client.answer
    assert (status, json.loads(body)["code"]) == (413, "file_too_large")


@pytest.mark.parametrize(("path", "size", "status"), [("/a/b/", 11, 200), ("/a/b/", 21, 413), ("/b/a/", 11, 413)])
def test_some_places_take_larger_bodies(path, size, status):
    client = Client(b"x" * size, path=path)
    run(client, max_body_bytes=10, larger_bodies={"/a/": 20}, may_send_more=lambda request: True)
    assert client.answer[0] == status
    assert (b'"file"' in client.answer[1]) == (size == 21), "the field is named where files are that large"


@pytest.mark.parametrize(("size", "length", "status"), [(11, 11, 401), (11, None, 401), (10, 10, 200)])
def test_more_than_others_send_is_taken_only_from_whom_the_site_knows(size, length, status):
    client = Client(b"x" * size, path="/a/", length=length)
    run(client, max_body_bytes=10, larger_bodies={"/a/": 20}, may_send_more=lambda request: False)
    assert (client.answer[0], client.taken) == (status, int(status == 200))


def test_a_query_that_is_no_text_is_400():
    client = Client()
    client.scope["query_string"] = b"\xff\xfe"
    run(client)
    assert client.answer[0] == 400


def test_views_run_on_the_pools_threads():
    names = []

    def view(request: Any) -> HttpResponse:
        names.append(threading.current_thread().name)
        return HttpResponse()

    run(Client(), view)
    assert [name.split("_")[0] for name in names] == ["django"]


def test_other_protocols_are_refused():
    client = Client()
    client.scope["type"] = "websocket"
    with pytest.raises(ValueError, match="websocket"):
        run(client)
