"""Taking a CSV in: all of it is checked before any of it is stored."""

import hashlib
import uuid
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from batches import queue
from batches.formats import reading
from batches.formats.problems import CsvRefused
from batches.models import Batch, BatchImage, BatchRow, RowImage
from core import outbound
from core.errors import Conflict, DomainError
from core.outbound import OutboundError
from core.storage.rows import insert_alike
from core.work import claims
from poses.engine import decode
from poses.services import engine

from . import calling
from .options import BatchOptions

if TYPE_CHECKING:
    from accounts.models import User

MAX_BYTES = 25 << 20
# What is longer is no URL that anything is fetched from; the cells keep it as it is.
_MAX_URL = 2049
_IMAGE = ("id", "number", "url", "host")
_SHORT = 255


@dataclass(frozen=True, slots=True)
class Created:
    """The batch, and whether this request made it."""

    batch: Batch
    is_new: bool


def create_batch(
    *,
    owner: "User",
    stream: BinaryIO,
    name: str,
    options: BatchOptions,
    is_started: bool,
    idempotency_key: str = "",
) -> Created:
    """Checks a CSV and makes a batch of it: started, or a draft of which three rows are tried first.

    A request that is sent again under its idempotency key is answered with the batch that it made. Raises DomainError
    on the field `file` with every problem in its details, or on the field of an option; then nothing is stored.
    """
    with engine.refusing_on("file"):
        content = decode.read_bounded(stream, max_bytes=MAX_BYTES)
    request_sha256 = _request_sha256(content, name, options, is_started=is_started)
    if idempotency_key and (known := _known(owner, idempotency_key, request_sha256)):
        return Created(known, is_new=False)
    if options.webhook_url:
        _check_webhook(options.webhook_url)
    table = _table(content)
    batch = _batch(owner, name, table, options)
    batch.idempotency_key, batch.request_sha256 = idempotency_key or None, request_sha256
    if is_started:
        batch.stage = Batch.Stage.RUNNING
        batch.started_at = batch.running_since = timezone.now()
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
            _add_rows(batch, table, has_samples=not is_started)
            if is_started:
                calling.call_shifts()
    except IntegrityError:
        if idempotency_key and (known := _known(owner, idempotency_key, request_sha256)):
            return Created(known, is_new=False)
        raise
    return Created(batch, is_new=True)


def refusal(refused: CsvRefused) -> DomainError:
    """The error to answer: the first problem's code and message, and all of them in the details."""
    first, count = refused.problems[0], len(refused.problems) + refused.more
    message = first.message if count == 1 else f"{first.message} It is the first of {count} problems."
    error = DomainError(first.code, message)
    error.fields = {"file": [problem.message for problem in refused.problems]}
    error.details = {"problems": [asdict(problem) for problem in refused.problems], "more_problems": refused.more}
    return error


def _table(content: bytes) -> reading.Table:
    try:
        return reading.read(
            content,
            max_rows=settings.BATCH_MAX_ROWS,
            max_urls_in_all=settings.BATCH_MAX_URLS,
            url_problem=_url_problem,
        )
    except CsvRefused as refused:
        raise refusal(refused) from refused


def _url_problem(url: str) -> str | None:
    """What is certain to fail; found before the batch starts, and no reason to refuse the other rows."""
    try:
        outbound.check_url(url)
    except OutboundError as error:
        return f"{error.code}: {error.message.rstrip('.')}"
    return None


def _check_webhook(url: str) -> None:
    try:
        outbound.check_url(url)
    except OutboundError as error:
        raise DomainError.on_field("webhook_url", error.code, error.message) from error


def _known(owner: "User", key: str, request_sha256: str) -> Batch | None:
    known = Batch.objects.filter(owner=owner, idempotency_key=key).first()
    if known is not None and known.request_sha256 != request_sha256:
        message = "This Idempotency-Key was used for another request. Send a new key with a new request."
        raise Conflict("idempotency_key_reused", message, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return known


def _request_sha256(content: bytes, name: str, options: BatchOptions, *, is_started: bool) -> str:
    # Not by which of its addresses the site was reached.
    asked = (hashlib.sha256(content).hexdigest(), name, repr(replace(options, base_url="")), is_started)
    return hashlib.sha256(repr(asked).encode()).hexdigest()


def _batch(owner: "User", name: str, table: reading.Table, options: BatchOptions) -> Batch:
    batch = Batch(
        owner=owner,
        name="".join(character for character in name if character.isprintable())[:_SHORT] or "batch.csv",
        compresses=options.compression is not None,
        finds_people=options.detection is not None,
        measures_ssim=options.measures_ssim and options.compression is not None,
        email=options.email,
        webhook_url=options.webhook_url,
        base_url=options.base_url,
        header=list(table.header),
        serial_column=table.serial,
        product_column=table.product,
        urls_column=table.urls,
        warnings=[asdict(warning) for warning in table.warnings],
        more_warnings=table.more_warnings,
        row_count=len(table.rows),
        image_count=len({url for row in table.rows for url in row.urls}),
    )
    if (compression := options.compression) is not None:
        batch.output_format, batch.quality = compression.format.value, compression.quality
        batch.target_percent, batch.longest_side = compression.target_percent, compression.longest_side
    if (detection := options.detection) is not None:
        batch.model_name = engine.model_named(detection.model).name
        batch.people_wanted, batch.min_confidence = detection.people, detection.min_confidence
    return batch


def _add_rows(batch: Batch, table: reading.Table, *, has_samples: bool) -> None:
    """Every row, every distinct URL once, and which rows name which; some hundreds by one statement."""
    samples = _samples(len(table.rows)) if has_samples else set()
    rows, places = [], []
    images: dict[str, tuple[uuid.UUID, int, str, str]] = {}
    sampled: dict[uuid.UUID, str] = {}
    hosts: dict[str, str] = {}
    for index, given in enumerate(table.rows):
        row_id, is_sample = uuid.uuid4(), index in samples
        names = given.serial[:_SHORT], given.product[:_SHORT]
        rows.append((row_id, index + 1, given.line, *names, list(given.cells), is_sample))
        for position, url in enumerate(given.urls):
            image = images.get(url)
            if image is None:
                image = images[url] = uuid.uuid4(), len(images) + 1, url[:_MAX_URL], _host(url, hosts)
            places.append((row_id, image[0], position))
            if is_sample and position == 0:
                sampled[image[0]] = url
    held = [image for image in images.values() if image[0] not in sampled]
    let_go = [images[url] for url in sampled.values()]
    insert_alike(BatchRow(batch=batch), ("id", "number", "line", "serial", "product", "cells", "is_sample"), rows)
    insert_alike(BatchImage(batch=batch), _IMAGE, held)
    insert_alike(BatchImage(batch=batch, **claims.queued()), _IMAGE, let_go)
    insert_alike(RowImage(), ("row", "image", "position"), places)
    queue.send_images(list(sampled))


def _samples(count: int) -> set[int]:
    """The first, the middle and the last of so many rows."""
    return {0, count // 2, count - 1}


def _host(url: str, known: dict[str, str]) -> str:
    """Parsed once a distinct beginning of URLs: a batch has many of few hosts."""
    beginning = "/".join(url.split("/", 3)[:3])
    if beginning not in known:
        try:
            known[beginning] = outbound.host_of(beginning)
        except OutboundError:
            known[beginning] = ""
    return known[beginning]
