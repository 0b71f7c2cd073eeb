"""Two who do something with one batch at the same moment, each with a connection of its own."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from batches import queue
from batches.models import Batch, BatchImage, BatchRow, Output
from batches.services import settling, stages, turns, working
from core.outbound import Fetched
from core.work import kinds, running
from poses.models import Photo
from poses.models.photo import photo_storage
from poses.services.deleting import delete_photo
from tests.threads import in_threads

from .conftest import image as picture
from .conftest import table

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*steps: Callable[[], object]) -> list[BaseException]:
    """Runs each in a thread, and answers what they raised."""
    return [found for found in in_threads(*steps) if isinstance(found, BaseException)]


@pytest.fixture
def work_on() -> Callable[[BatchImage, bytes], None]:
    """Works on a claimed image that has been fetched."""

    def work(image: BatchImage, content: bytes) -> None:
        fetched = Fetched(content, "image/jpeg", image.url)
        running.work_on(
            kinds.kind_named(queue.IMAGE), image, lambda claimed: working.work_on_fetched(claimed, lambda: fetched)
        )

    return work


def test_those_who_settle_the_same_rows_do_not_wait_for_each_other_in_a_circle(make_batch, images):
    urls = [images.url(f"shared/{number}.jpg") for number in range(4)]
    batch = make_batch(content=table(*[(number, "Shoe", urls) for number in range(600)]))
    image_ids = list(batch.images.values_list("pk", flat=True))

    def all_rows() -> None:
        for _ in range(6):
            settling.settle_all_rows(batch)

    def rows_of_images() -> None:
        for number in range(6):
            settling._settle(settling._Finished(image_ids[: 1 + number % 4], {batch.pk}))

    assert at_once(all_rows, rows_of_images, rows_of_images) == []


def test_who_waited_to_settle_a_row_does_not_write_what_stood_there_before(make_batch):
    batch = make_batch(1)
    rows = BatchRow.objects.filter(batch=batch)
    has_locked = threading.Event()

    def ends_the_image() -> None:
        with transaction.atomic():
            settling.settle_rows(rows, batch_ids=[batch.pk])
            has_locked.set()
            time.sleep(0.5)
            batch.images.update(status="failed", error_code="too_large")
            settling.settle_rows(rows, batch_ids=[batch.pk])

    def comes_meanwhile() -> None:
        has_locked.wait(5)
        settling.settle_rows(rows, batch_ids=[batch.pk])

    assert at_once(ends_the_image, comes_meanwhile) == []
    assert rows.get().state == "failed"


def test_results_are_not_asked_for_while_another_run_is_begun(make_batch):
    batch = make_batch(2)
    batch.images.update(status="failed", error_code="too_large")
    has_begun = threading.Event()

    def retry() -> None:
        with transaction.atomic():
            stages.retry_failed(batch)
            has_begun.set()
            time.sleep(0.5)

    def ask() -> None:
        has_begun.wait(5)
        settling.queue_results(Batch.objects.filter(pk=batch.pk))

    assert at_once(retry, ask) == []
    batch.refresh_from_db()
    assert (batch.status, batch.stage) == ("held", "running")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
def test_an_image_that_ends_while_its_batch_is_deleted_leaves_no_output_behind(make_batch, work_on, monkeypatch):
    batch = make_batch(1)
    (image,) = turns.take_turn(1)
    working_meanwhile = threading.Thread(target=lambda: at_once(lambda: work_on(image, picture("late"))))
    delete_rows = stages._delete_rows

    def delete_late(locked: Batch) -> None:
        working_meanwhile.start()
        working_meanwhile.join(2)
        delete_rows(locked)

    monkeypatch.setattr(stages, "_delete_rows", delete_late)
    stages.delete(batch)
    working_meanwhile.join()
    assert not Output.objects.exists()
    assert list(photo_storage().names()) == []


def test_an_image_whose_known_photo_is_deleted_before_the_commit_is_given_back(
    finished, make_batch, work_on, monkeypatch
):
    known = finished.images.order_by("number")[0].photo
    with photo_storage().open(known.file.name) as opened:
        content = opened.read()
    make_batch(1, compresses=False)
    (image,) = turns.take_turn(1)
    finish = working._finish

    def finish_late(*args: object) -> None:
        delete_photo(photo=Photo.objects.get(pk=known.pk), actor=finished.owner)
        finish(*args)

    monkeypatch.setattr(working, "_finish", finish_late)
    work_on(image, content)
    image.refresh_from_db()
    assert (image.status, image.attempts) == ("held", 0)
