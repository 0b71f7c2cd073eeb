"""One import: what is kept of it, whole or not at all."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from core.work import claims
from frames import queue
from frames.formats.findings import Code
from frames.models import DepthBlock, DepthImport, DepthScan, ImportFinding
from frames.services import importing
from poses.models.photo import photo_storage
from tests.unit.frames.obvious import table

from .conftest import depths_of, greys_of, make_csv, work_through
from .csvs import ask_for_import, ask_for_scan, assert_holds, keys_of, plain, rows_of

pytestmark = pytest.mark.django_db
GOOD = ["1,10,20,30", "2,11,21,31", "3,12,22,32"]


@pytest.fixture
def done(django_capture_on_commit_callbacks) -> Callable[[DepthImport], DepthImport]:
    """Has it worked on, and nothing of its file be left."""

    def do(item: DepthImport) -> DepthImport:
        name = str(item.file.name)
        with django_capture_on_commit_callbacks(execute=True):
            work_through()
        item.refresh_from_db()
        assert (item.file.name, item.step, photo_storage().exists(name)) == ("", "", False)
        assert item.finished_at is not None
        assert not DepthBlock.objects.filter(staged_by__isnull=False).exists()
        return item

    return do


def findings_of(item: DepthImport) -> list[tuple[int, str, str]]:
    return list(item.findings.values_list("row", "code", "column"))


def test_a_strict_import_of_a_sound_file_keeps_every_row(user, done):
    before = timezone.now()
    item = done(ask_for_scan(user, b"\xef\xbb\xbf" + table(GOOD).replace(b"\n", b"\r\n")))
    assert (item.status, item.row_count, item.replaced_count, item.is_upward) == ("completed", 3, 0, False)
    assert (item.finding_count, findings_of(item)) == (0, [])
    assert before <= item.started_at <= item.finished_at
    scan = DepthScan.objects.get()
    assert_holds(scan, {1: [10, 20, 30], 2: [11, 21, 31], 3: [12, 22, 32]})
    assert scan.step == 1


@pytest.mark.parametrize("count", [1, 2])
def test_one_row_or_two_are_a_scan(user, done, count):
    done(ask_for_scan(user, table(GOOD[:count]).rstrip()))
    assert list(rows_of(DepthScan.objects.get())) == [1, 2][:count]


FAULTY = [
    "4,1,2,3",  # row 2
    "5,1,2,3",
    "6,1,2,x",
    "6,1,2,3",
    "5,9,9,9",
    "",
    "7,1,2",
    "8,1,2,3",
    "nan,1,2,3",
    "7.5,1,2,3",
    "9,1,256,3",
    "15,1,2,3",
    ",1,2,3",
    "7,1,2,3",
]
EXPECTED = [
    (4, "not_a_number", "col3"),
    (6, "duplicate_depth", ""),
    (6, "unsorted", ""),
    (7, "blank_row", ""),
    (8, "short_row", ""),
    (10, "depth_not_finite", "depth"),
    (11, "unsorted", ""),
    (12, "out_of_range", "col2"),
    (13, "gap", ""),
    (14, "missing_depth", "depth"),
    (15, "unsorted", ""),
]


def test_a_lenient_import_keeps_the_good_rows_and_lists_the_others(user, done):
    item = done(ask_for_scan(user, table(FAULTY), is_strict=False))
    assert (item.status, item.row_count) == ("completed", 7)
    assert findings_of(item) == EXPECTED
    assert item.finding_counts == {
        code: sum(code == found for _, found, _ in EXPECTED) for code in {code for _, code, _ in EXPECTED}
    }
    assert item.finding_count == len(EXPECTED)
    expected = {depth: [1, 2, 3] for depth in (4, 5, 6, 7, 7.5, 8, 15)}
    assert_holds(DepthScan.objects.get(), expected)


@pytest.fixture
def late_fault(scan) -> Callable[..., DepthImport]:
    """An import into a scan of ten rows whose last row is spoilt after the first megabytes were looked at."""

    def ask(*, is_strict: bool, rows: list[str] | None = None) -> DepthImport:
        item = ask_for_import(scan, make_csv(depths_of(3, first=9000.2), greys_of(3, seed=7)), is_strict=is_strict)
        content = make_csv(depths_of(3, first=9000.2), greys_of(3, seed=7)) + "\n".join([*(rows or []), ""]).encode()
        with photo_storage().open(item.file.name, "wb") as stream:
            stream.write(content)
        return item

    return ask


@pytest.mark.parametrize(
    ("row", "code"),
    [("9000.5,1,2,3,x", "not_a_number"), ("9000.1,1,2,3,4", "unsorted"), ("9000.4,1,2,3,4", "duplicate_depth")],
)
def test_a_strict_import_that_finds_something_changes_nothing_and_keeps_its_report(scan, late_fault, done, row, code):
    rows, keys, edition = rows_of(scan), keys_of(scan), scan.edition
    item = done(late_fault(is_strict=True, rows=[row]))
    assert (item.status, item.error_code, item.row_count) == ("failed", code, 0)
    assert item.error_message.startswith("Row 5")
    assert [(found_row, found) for found_row, found, _ in findings_of(item)] == [(5, code)]
    assert item.finding_counts == {code: 1}
    scan.refresh_from_db()
    assert (rows_of(scan), keys_of(scan), scan.edition) == (rows, keys, edition)


def test_a_file_beyond_the_number_of_faults_fails_and_lists_the_first(scan, late_fault, done):
    rows = rows_of(scan)
    item = done(late_fault(is_strict=False, rows=["x,1,2,3,4"] * 10_500))
    assert (item.status, item.error_code, item.findings.count()) == ("failed", "too_many_faults", 10_000)
    assert item.finding_counts == {"depth_not_a_number": 10_001}
    assert rows_of(scan) == rows


def test_more_rows_than_a_scan_may_have_are_refused_alone_or_with_those_that_are_there(
    scan, late_fault, done, settings
):
    settings.DEPTH_MAX_ROWS = 10
    assert done(late_fault(is_strict=True)).status == "completed"  # at depths that the scan has
    item = done(late_fault(is_strict=True, rows=["9500,1,2,3,4"]))
    assert (item.status, item.error_code) == ("failed", "too_many_rows")
    assert item.error_message == "The scan would have 11 rows; 10 is the most."
    item = done(late_fault(is_strict=True, rows=[f"{depth},1,2,3,4" for depth in range(9_501, 9_509)]))
    assert (item.error_code, item.error_message[:7]) == ("too_many_rows", "Row 12:")
    scan.refresh_from_db()
    assert scan.row_count == 10


def test_a_file_that_is_gone_fails_the_import(scan, late_fault, done):
    item = late_fault(is_strict=True)
    photo_storage().delete(item.file.name)
    item = done(item)
    assert (item.status, item.error_code) == ("failed", "file_missing")


def test_a_scan_that_no_import_has_filled_is_filled_by_the_next(user, done):
    item = ask_for_scan(user, table(GOOD))
    photo_storage().delete(item.file.name)
    done(item)
    scan = DepthScan.objects.get()
    assert (scan.row_count, scan.width, scan.edition) == (0, None, 0)
    done(ask_for_import(scan, make_csv([1], greys_of(1, 9))))
    scan.refresh_from_db()
    assert (scan.row_count, scan.width) == (1, 9)


def test_a_text_of_any_column_and_cell_can_be_kept(user, done):
    """Both databases take what is left of NUL, of letters that are none, and of long names."""
    header = ",".join(["depth", *(f"c{place}" for place in range(999)), "a\0b\ud800" + "é" * 99])
    row = ",".join(["1", *["0"] * 999, "\0\ud800" + "x" * 99])
    content = "\n".join([header, row, ",".join(["2", *["0"] * 1_000]), ""]).encode("utf-8", "surrogatepass")
    item = done(ask_for_scan(user, content, is_strict=False))
    assert (item.status, item.row_count) == ("completed", 1)
    [(row_number, code, column)] = findings_of(item)
    assert (row_number, code) == (2, "not_a_number")
    assert "\0" not in column


def test_every_code_can_be_kept(user):
    item = ask_for_scan(user, table(GOOD))
    ImportFinding.objects.bulk_create(
        ImportFinding(depth_import=item, row=2, code=code.value, message="Row 2.") for code in Code
    )
    assert set(item.findings.values_list("code", flat=True)) == {code.value for code in Code}


def test_progress_is_told_by_step(user, monkeypatch):
    """In bytes while it reads, in rows while it stores."""
    monkeypatch.setattr("core.work.pulse._EVERY_S", 0)
    depths, grey = depths_of(9_000), greys_of(9_000)
    content = make_csv(depths, grey)
    ask_for_scan(user, content)
    seen = []
    [item] = claims.claim(DepthImport.objects.all(), lease=queue.LEASE)
    thin = importing.thin

    def watched(*args: object) -> object:
        seen.append(DepthImport.objects.values_list("step", "progress_done", "progress_total").get())
        return thin(*args)

    monkeypatch.setattr(importing, "thin", watched)
    importing.import_claimed(item)
    assert seen[0] == ("storing", 0, 9_000)
    assert seen[-1][:1] + seen[-1][2:] == ("storing", 9_000)
    assert [rows for _, rows, _ in seen] == sorted(rows for _, rows, _ in seen)
    assert seen[-1][1] > 0
    assert_holds(DepthScan.objects.get(), plain(depths, grey))
