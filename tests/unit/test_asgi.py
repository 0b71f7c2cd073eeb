"""What stands between the ASGI server and Django."""

import asyncio
import json
from typing import Any

from core.asgi import BoundedBody


def run(application: BoundedBody, chunks: list[bytes], *, length: int | None = None) -> tuple[list[Any], int]:
    """The messages that were sent, and how many chunks were taken."""
    sent: list[Any] = []
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        if taken == len(chunks):
            return {"type": "http.disconnect"}
        taken += 1
        return {"type": "http.request", "body": chunks[taken - 1], "more_body": taken < len(chunks)}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    asyncio.run(application({"type": "http", "headers": headers}, receive, send))
    return sent, taken


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    await send(body)


def test_a_body_reaches_the_application_whole():
    chunks = [bytes([number]) * 700_000 for number in range(4)]
    sent, _ = run(BoundedBody(echo, max_bytes=5_000_000), chunks)
    assert sent == [b"".join(chunks)]


def test_an_empty_body_reaches_the_application():
    assert run(BoundedBody(echo, max_bytes=10), [b""])[0] == [b""]


def test_an_announced_body_that_is_too_large_is_refused_unread():
    sent, taken = run(BoundedBody(echo, max_bytes=10), [b"x" * 11], length=11)
    assert (sent[0]["status"], taken) == (413, 0)
    assert json.loads(sent[1]["body"])["code"] == "file_too_large"


def test_an_unannounced_body_is_read_no_further_than_the_limit():
    sent, taken = run(BoundedBody(echo, max_bytes=10), [b"x" * 6] * 5)
    assert (sent[0]["status"], taken) == (413, 2)


def test_a_client_that_leaves_reaches_no_application():
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def never(*args: Any) -> None:
        raise AssertionError("called")

    asyncio.run(BoundedBody(never, max_bytes=10)({"type": "http", "headers": []}, receive, never))


def test_other_protocols_pass():
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    asyncio.run(BoundedBody(application, max_bytes=1)({"type": "websocket"}, None, None))
    assert seen == ["websocket"]
