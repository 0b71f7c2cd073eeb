"""A batch whose worker, and then everything, is killed in its middle: seconds until it has ended; the worse of the two.

Every row must be final and right, no image worked on twice, its webhook told under one id and its e-mail sent once.
"""

import asyncio
import contextlib
import io
import json
import multiprocessing
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from common import finish
from faults import Site, descendants, kill
from image_server import ImageServer, serving

IMAGES = 400
WARM_UP = 16
PATIENCE_S = 300
GOAL_S = 120


@contextlib.contextmanager
def told(folder: Path) -> Iterator[tuple[int, int]]:
    """Takes webhooks and e-mails in a process of its own, noting each in a file; answers the ports of both."""
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    process = multiprocessing.get_context("fork").Process(target=_take, args=(listening, folder), daemon=True)
    process.start()
    ports = tuple(one.getsockname()[1] for one in listening)
    for one in listening:
        one.close()
    try:
        yield ports[0], ports[1]
    finally:
        process.terminate()
        process.join(10)


def _take(listening: list[socket.socket], folder: Path) -> None:
    async def webhook(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        await reader.readexactly(int(re.search(r"content-length: (\d+)", head, re.IGNORECASE)[1]))  # type: ignore[index]
        with (folder / "webhooks").open("a") as kept:
            kept.write(re.search(r"webhook-id: (\S+)", head, re.IGNORECASE)[1] + "\n")  # type: ignore[index]
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 bench\r\n")
        while line := (await reader.readline()).upper():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                with (folder / "mails").open("a") as kept:
                    kept.write("one\n")
            writer.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 ok\r\n")
            await writer.drain()
            if line.startswith(b"QUIT"):
                break
        writer.close()

    async def run() -> None:
        servers = [
            await asyncio.start_server(webhook, sock=listening[0]),
            await asyncio.start_server(mail, sock=listening[1], limit=16 << 20),
        ]
        await asyncio.gather(*(server.serve_forever() for server in servers))

    asyncio.run(run())


def started(server: ImageServer, first: int, count: int, webhook_port: int) -> object:
    """A batch of so many images of its own."""
    from accounts.models import User
    from batches.imaging.settings import CompressionSettings
    from batches.services.creating import create_batch
    from batches.services.options import BatchOptions
    from poses.services.options import DetectionOptions

    owner, _ = User.objects.get_or_create(email="bench@example.org")
    lines = [f"{number},Product,{server.url(f'own/{number}.jpg')}" for number in range(first, first + count)]
    return create_batch(
        owner=owner,
        stream=io.BytesIO("\n".join(["serial,product,urls", *lines]).encode()),
        name="bench.csv",
        options=BatchOptions(
            compression=CompressionSettings(quality=50),
            detection=DetectionOptions.given(people=1),
            base_url="http://127.0.0.1",
            email="bench@example.org",
            webhook_url=f"http://127.0.0.1:{webhook_port}/hook",
        ),
        is_started=True,
    ).batch.pk


def wait_until(is_met: Callable[[], bool], site: Site) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_met():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not done after {PATIENCE_S} s\n{site.log.read_text()[-3000:]}")
        time.sleep(0.1)


def measure(folder: Path, name: str) -> dict[str, object]:
    """One fault, in a process and on a site of its own."""
    with serving() as server, told(folder) as (webhook_port, mail_port):
        site = Site(
            folder,
            OUTBOUND_ALLOWED_NETWORKS="127.0.0.0/8",
            OUTBOUND_ALLOWED_PORTS=f"{server.port},{webhook_port}",
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=str(mail_port),
        )
        try:
            return _measured(site, server, webhook_port, folder, name)
        finally:
            site.stop()


def _measured(site: Site, server: ImageServer, webhook_port: int, folder: Path, name: str) -> dict[str, object]:
    from batches.models import Batch, BatchImage, BatchRow, Delivery, Output
    from poses.models import Detection, Photo

    site.start()
    warm_up = started(server, 10_000, WARM_UP, webhook_port)
    wait_until(lambda: Delivery.objects.filter(batch=warm_up, status="completed").count() == 2, site)
    before = {model: model.objects.count() for model in (Detection, Output, Photo)}
    told_before = {file: len(lines_of(folder / file)) for file in ("webhooks", "mails")}
    batch = started(server, 0, IMAGES, webhook_port)
    done = BatchImage.objects.filter(batch=batch, status="completed")
    wait_until(lambda: done.count() >= IMAGES // 3, site)
    if name == "worker":
        kill(site.family("celery\0--quiet\0--app\0posesite\0worker"))
    else:
        assert site.serving is not None
        kill([site.serving.pid, *descendants(site.serving.pid)])
        site.serving.wait()
        site.start()
    killed_at = time.monotonic()
    unfinished = IMAGES - done.count()
    wait_until(lambda: Batch.objects.filter(pk=batch, status="completed").exists(), site)
    wait_until(lambda: Delivery.objects.filter(batch=batch, status="completed").count() == 2, site)
    seconds = time.monotonic() - killed_at
    time.sleep(2)  # whatever is still under way would be told now
    hooks = lines_of(folder / "webhooks")[told_before["webhooks"] :]
    return {
        "seconds": seconds,
        "unfinished": unfinished,
        "rows_done": BatchRow.objects.filter(batch=batch, state="done").count(),
        "new": [model.objects.count() - before[model] for model in before],
        "webhook_ids": len(set(hooks)),
        "mails": len(lines_of(folder / "mails")) - told_before["mails"],
        "asked_again": sum(count - 1 for path, count in server.counts().items() if path.startswith("/own/")),
    }


def lines_of(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def run(name: str) -> dict[str, object]:
    """In a process of its own."""
    with tempfile.TemporaryDirectory(prefix="posesite-bench-") as folder:
        command = [sys.executable, __file__, name, folder]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    worst, is_right = 0.0, True
    for name in ("worker", "everything"):
        result = run(name)
        print(f"kill -9 of {name} with {result['unfinished']} to go: {result['seconds']:.1f} s; {result}")
        worst = max(worst, float(str(result["seconds"])))
        is_right &= result["rows_done"] == IMAGES and result["new"] == [IMAGES] * 3
        is_right &= result["webhook_ids"] == 1 and result["mails"] == 1
    if not is_right:
        print(f"batch_faults {worst:.1f} goal <= {GOAL_S} short")
        sys.exit(1)
    finish("batch_faults", worst, at_most=GOAL_S)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(Path(sys.argv[2]), sys.argv[1])))
    else:
        main()
