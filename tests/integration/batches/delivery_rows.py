"""Batches that have ended, what tells of them, and a server on this machine that takes webhooks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

from django.core.files.base import ContentFile
from django.utils import timezone
from standardwebhooks import Webhook

from accounts.models import User
from batches import queue
from batches.models import Batch, BatchImage, BatchRow, Delivery
from batches.services import deliveries
from core.work import claims
from poses.models.photo import photo_storage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CSV = "\ufeffSerial,Status\r\n1,done\r\n"
_COMPLETED, _FAILED = BatchImage.Status.COMPLETED, BatchImage.Status.FAILED


class Receiver(ThreadingHTTPServer):
    """Answers with the next of `statuses`, and with 204 once there is none; keeps headers and bodies."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses: list[int] = []
        self.taken: list[tuple[dict[str, str], bytes]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def verified(self, secret: str, number: int = -1) -> object:
        """The body that the reference library has verified."""
        headers, body = self.taken[number]
        return Webhook(secret).verify(body, headers)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.taken]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.send_response(status)
        if status in (301, 307):
            self.send_header("location", self.server.url + "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def receiving(settings: object) -> Iterator[Receiver]:
    """A receiver that the site may ask."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        settings.OUTBOUND_ALLOWED_NETWORKS = (ip_network("127.0.0.0/8"),)
        settings.OUTBOUND_ALLOWED_PORTS = frozenset({server.port})
        yield server
        server.shutdown()
        thread.join()


def ended_batch(owner: User, *, csv: str = CSV, **values: object) -> Batch:
    """Four rows with an image each: two done, one partly, one failed; as `completing` leaves it."""
    content = csv.encode()
    columns: dict[str, object] = {
        "owner": owner,
        "name": "shoes.csv",
        "stage": Batch.Stage.FINISHED,
        "status": Batch.Status.COMPLETED,
        "base_url": "https://pose.example",
        "header": ["Serial", "Product", "Urls"],
        "serial_column": 0,
        "product_column": 1,
        "urls_column": 2,
        "row_count": 4,
        "image_count": 4,
        "results_bytes": len(content),
        "started_at": NOON - timedelta(minutes=5),
        "finished_at": NOON,
        **values,
    }
    batch = Batch.objects.create(**columns)
    batch.results.name = photo_storage().save(f"batches/{batch.pk.hex}.csv", ContentFile(content))
    batch.save(update_fields=["results"])
    for number, state in enumerate(("done", "done", "partial", "failed"), 1):
        BatchRow.objects.create(batch=batch, number=number, line=number + 1, cells=[], state=state)
        ended = {"status": _FAILED, "error_code": "dns_failed"} if state == "failed" else {"status": _COMPLETED}
        sizes = {"bytes_before": 1000, "bytes_after": 400, "people_found": 2} if state != "failed" else {}
        BatchImage.objects.create(batch=batch, number=number, url=f"https://images.example/{number}", **ended, **sizes)
    return batch


def delivery_of(owner: User, **values: object) -> Delivery:
    """A queued ping."""
    columns: dict[str, object] = {
        "owner": owner,
        "channel": Delivery.Channel.WEBHOOK,
        "event": Delivery.Event.PING,
        "target": "https://example.org/hook",
        "body": {"type": "ping", "timestamp": "2026-03-01T12:00:00Z", "data": {}},
        **claims.queued(),
        **values,
    }
    return Delivery.objects.create(**columns)


def delivered(owner: User, **values: object) -> Delivery:
    """A ping that has arrived."""
    done = {"status": "completed", "lease_until": None, "tries": 1, "delivered_at": timezone.now()}
    return delivery_of(owner, **{**done, **values})


def try_once(delivery: Delivery, *, now: datetime | None = None) -> Delivery:
    """Claims the delivery as a worker does, tries it at that moment and answers it as it stands then."""
    [claimed] = claims.claim(Delivery.objects.filter(pk=delivery.pk), lease=queue.DELIVERY_LEASE)
    deliveries.deliver(claimed, now=now)
    return Delivery.objects.get(pk=delivery.pk)
