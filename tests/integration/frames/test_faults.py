"""What can go wrong while a file is imported: the scan has the old rows or the new ones, and nothing is left over."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from core.work import claims, kinds, running, sweeping
from frames import queue
from frames.models import DepthBlock, DepthImport, DepthScan
from frames.selectors.blocks import ScanChanged
from frames.services import importing, scans, spool, staging
from frames.services.creating import ImportUnderWay, ScanGone
from tests import broker
from tests.frail_site import ROOT
from tests.integration.backups.conftest import database_url
from tests.threads import in_threads

from .conftest import greys_of, make_csv, stored_files, work_through
from .csvs import Plain, ask_for_import, ask_for_scan, assert_holds, rows_of

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW, ROWS = 7, 9, 12_000
AT_LAST = timedelta(hours=1)


def uniform(value: int, *, rows: int = ROWS) -> bytes:
    """A CSV of rows with one value everywhere."""
    return b"depth,a,b\n" + b"".join(b"%d,%d,%d\n" % (depth, value, value) for depth in range(rows))


def holding(value: int, *, rows: int = ROWS) -> Plain:
    return {float(depth): [value, value] for depth in range(rows)}


@pytest.fixture
def scan(user: User) -> DepthScan:
    """12,000 rows with the old value."""
    ask_for_scan(user, uniform(OLD))
    work_through()
    broker.messages()
    return DepthScan.objects.get()


@pytest.fixture
def waiting(scan: DepthScan) -> DepthImport:
    """An import of new values for every row."""
    return ask_for_import(scan, uniform(NEW))


@pytest.fixture
def at_block(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], object]], None]:
    """Has something happen when an import comes to that block, the first being 1."""

    def arrange(number: int, happen: Callable[[], object]) -> None:
        thin, count = importing.thin, 0

        def thin_and_more(*args: Any) -> Any:
            nonlocal count
            count += 1
            if count == number:
                happen()
            return thin(*args)

        monkeypatch.setattr(importing, "thin", thin_and_more)

    return arrange


def staged() -> int:
    return DepthBlock.objects.filter(staged_by__isnull=False).count()


def assert_unchanged(scan: DepthScan) -> None:
    edition = scan.edition
    scan.refresh_from_db()
    assert scan.edition == edition
    assert_holds(scan, holding(OLD))


@pytest.mark.parametrize("number", [1, 10, 12], ids=["at the first block", "between two writes", "at the last block"])
def test_a_scan_that_is_deleted_while_it_is_stored_leaves_nothing(user, at_block, caplog, settings, number):
    ask_for_scan(user, uniform(NEW))
    at_block(number, lambda: scans.delete(DepthScan.objects.get()))
    work_through()
    assert_all_gone(settings, caplog)


@pytest.mark.parametrize("moment", ["check_order", "_publish"], ids=["is read", "is published"])
def test_a_scan_that_is_deleted_while_it(user, monkeypatch, caplog, settings, moment):
    ask_for_scan(user, uniform(NEW))
    go_on = getattr(importing, moment)

    def delete_first(*args: Any) -> Any:
        scans.delete(DepthScan.objects.get())
        return go_on(*args)

    monkeypatch.setattr(importing, moment, delete_first)
    work_through()
    assert_all_gone(settings, caplog)


@pytest.mark.parametrize("deleted", [DepthScan, User])
@pytest.mark.parametrize(
    ("module", "step"), [(staging, "_contents"), (importing, "_note_on_scan")], ids=["storing", "publishing"]
)
def test_who_deletes_waits_for_the_write_that_is_under_way(user, monkeypatch, caplog, settings, module, step, deleted):
    ask_for_scan(user, uniform(NEW))
    write, is_writing = getattr(module, step), threading.Event()

    def write_slowly(*args: Any) -> Any:
        if not is_writing.is_set():
            is_writing.set()
            time.sleep(0.3)  # the other comes as far as it can
        return write(*args)

    def delete_meanwhile() -> None:
        is_writing.wait(20)
        if deleted is User:
            user.delete()
        else:
            scans.delete(DepthScan.objects.get())

    monkeypatch.setattr(module, step, write_slowly)
    assert in_threads(work_through, delete_meanwhile) == [None, None]
    assert_nothing_left(settings, caplog)


def test_an_import_into_a_scan_that_is_gone_says_so_and_leaves_no_file(scan, settings):
    DepthScan.objects.filter(pk=scan.pk).delete()
    with pytest.raises(ScanGone) as refused:
        ask_for_import(scan, make_csv([1], greys_of(1, 2)))
    assert refused.value.status == 404
    assert stored_files(settings) == []
    with pytest.raises(ScanGone):
        scans.rename(scan=scan, name="other")


def assert_all_gone(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert_nothing_left(settings, caplog)
    assert "was deleted or begun anew meanwhile" in caplog.text


def assert_nothing_left(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert (DepthScan.objects.count(), DepthImport.objects.count(), DepthBlock.objects.count()) == (0, 0, 0)
    assert stored_files(settings) == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_of_two_imports_at_the_same_moment_one_is_taken(scan, settings):
    content = make_csv([1], greys_of(1, 2))
    found = in_threads(*[lambda: ask_for_import(DepthScan.objects.get(), content)] * 4)
    taken = [one for one in found if isinstance(one, DepthImport)]
    refused = [one for one in found if isinstance(one, ImportUnderWay)]
    assert (len(taken), len(refused)) == (1, 3)
    assert stored_files(settings) == [taken[0].file.name]


KILLED = """
import django, os, signal, sys
django.setup()
from core.work import kinds, running
from frames import queue
from frames.services import staging
flush, times = staging.Stage.flush, []
def flush_and_die(stage):
    flush(stage)
    times.append(1)
    if len(times) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
staging.Stage.flush = flush_and_die
running.run(kinds.kind_named(queue.IMPORT), sys.argv[1:])
"""


def test_what_a_killed_worker_has_begun_another_finishes_once(scan, waiting, tmp_path: Path, settings):
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": database_url(), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KILLED, str(waiting.pk)]
    killed = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert staged() > 8
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts, waiting.step) == ("running", 1, "storing")
    assert rows_of(scan) == holding(OLD)
    broker.messages()
    sweeping.sweep(now=timezone.now() + AT_LAST)
    assert broker.work_through() == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts, waiting.row_count, waiting.replaced_count) == ("completed", 2, ROWS, ROWS)
    edition = scan.edition
    scan.refresh_from_db()
    assert scan.edition > edition
    assert_holds(scan, holding(NEW))
    assert stored_files(settings) == []


class EndOfWorker(BaseException):
    """What no worker survives."""


def end() -> None:
    raise EndOfWorker


def test_an_import_that_ends_its_worker_again_and_again_fails_and_leaves_the_rows(scan, waiting, at_block, settings):
    at_block(10, end)
    with pytest.raises(EndOfWorker):
        work_through()
    assert staged() > 0
    DepthImport.objects.filter(pk=waiting.pk).update(attempts=3)
    sweeping.sweep(now=timezone.now() + AT_LAST)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code, staged()) == ("failed", "crashed", 0)
    assert_unchanged(scan)
    assert stored_files(settings) == []


def test_a_worker_whose_import_another_has_taken_over_writes_nothing_more(scan, waiting, at_block):
    """As one that was held up for longer than its lease."""
    kind = kinds.kind_named(queue.IMPORT)

    def another_does_it() -> None:
        DepthImport.objects.filter(pk=waiting.pk).update(lease_until=timezone.now() - AT_LAST)
        [again] = claims.claim(DepthImport.objects.all(), lease=queue.LEASE)
        running.work_on(kind, again)

    at_block(10, another_does_it)
    work_through()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts, staged()) == ("completed", 2, 0)
    edition = scan.edition
    scan.refresh_from_db()
    assert scan.edition > edition
    assert_holds(scan, holding(NEW))


def test_while_the_storage_is_down_an_import_waits(scan, waiting, tmp_path: Path):
    folder, away = tmp_path / "photos" / "depth", tmp_path / "away"
    folder.rename(away)
    folder.write_bytes(b"no folder")  # as of a disk that is not mounted
    work_through()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts, staged()) == ("pending", 0, 0)
    assert waiting.lease_until > timezone.now()
    assert_unchanged(scan)
    folder.unlink()
    shutil.move(away, folder)
    work_through()
    waiting.refresh_from_db()
    assert waiting.status == "completed"
    assert rows_of(DepthScan.objects.get()) == holding(NEW)


def test_where_the_disk_is_full_the_import_says_so_and_the_rows_stay(scan, waiting, monkeypatch, settings):
    monkeypatch.setattr(spool.tempfile, "TemporaryFile", lambda: Path("/dev/full").open("w+b"))  # noqa: SIM115
    work_through()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code, staged()) == ("failed", "storage_full", 0)
    assert_unchanged(scan)
    assert stored_files(settings) == []


def test_until_the_moment_of_publishing_everybody_reads_the_old_rows(scan, waiting, monkeypatch):
    publish, seen = importing._publish, []

    def read_first(*args: Any) -> None:
        seen.append((staged(), rows_of(DepthScan.objects.get(pk=scan.pk))))
        publish(*args)

    monkeypatch.setattr(importing, "_publish", read_first)
    work_through()
    [(blocks_made, rows)] = seen
    assert blocks_made > 12
    assert rows == holding(OLD)
    assert rows_of(DepthScan.objects.get()) == holding(NEW)


def test_who_reads_while_imports_publish_sees_one_of_them_whole(scan):
    """All rows have one value, which every import changes."""
    reads: list[int] = []
    is_over = False

    def write() -> None:
        nonlocal is_over
        try:
            for value in range(20, 23):
                ask_for_import(DepthScan.objects.get(), uniform(value))
                work_through()
        finally:
            is_over = True

    def read() -> None:
        while not is_over:
            try:
                rows = rows_of(DepthScan.objects.get())
            except ScanChanged:
                continue
            values = {value for row in rows.values() for value in row}
            assert (len(rows), len(values)) == (ROWS, 1)
            reads.append(values.pop())

    assert in_threads(write, read, read) == [None] * 3
    assert len(set(reads)) > 1
