"""Taking a CSV in: what is refused at once, and what waits for a worker."""

import io
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from core.errors import DomainError
from core.work.sending import LONG_TASK
from frames import queue
from frames.models import DepthBlock, DepthImport, DepthScan
from frames.services import scans
from frames.services.creating import ImportUnderWay, create_scan
from poses.models.photo import photo_storage
from tests import broker
from tests.unit.frames.obvious import table

from .conftest import depths_of, greys_of, make_csv, stored_files
from .csvs import ask_for_import, ask_for_scan

pytestmark = pytest.mark.django_db
HEAD = 4 << 20


def test_a_new_scan_waits_for_a_worker_with_its_file_stored(user, django_capture_on_commit_callbacks):
    content = make_csv(depths_of(5), greys_of(5))
    with django_capture_on_commit_callbacks(execute=True):
        item = ask_for_scan(user, content, is_strict=False)
    scan = DepthScan.objects.visible_to(user).get()
    assert (scan.name, scan.unit, scan.row_count, scan.edition) == ("North well", "m", 0, 0)
    item = DepthImport.objects.get()
    assert (item.scan, item.asked_by, item.status, item.is_strict) == (scan, user, "pending", False)
    assert (item.original_name, item.size_bytes) == ("scan.csv", len(content))
    with photo_storage().open(item.file.name) as stream:
        assert stream.read() == content
    assert broker.messages() == [(LONG_TASK, [queue.IMPORT, [str(item.pk)]])]


def test_a_scan_is_named_after_its_file_and_measured_in_metres_where_nobody_says_otherwise(user):
    content = make_csv(depths_of(2), greys_of(2))
    item = create_scan(
        owner=user,
        name="",
        unit="",
        stream=io.BytesIO(content),
        size_bytes=len(content),
        file_name="core 7.csv",
        is_strict=True,
    )
    assert (item.scan.name, item.scan.unit) == ("core 7", "m")


@pytest.fixture
def assert_refused(user, settings) -> Callable[..., DomainError]:
    """Asks for a scan, which must be refused on the field `file` and leave nothing."""

    def check(content: bytes, code: str, *, is_strict: bool = True) -> DomainError:
        with pytest.raises(DomainError) as refused:
            ask_for_scan(user, content, is_strict=is_strict)
        assert (refused.value.code, refused.value.status, list(refused.value.fields)) == (code, 400, ["file"])
        assert (DepthScan.objects.count(), DepthImport.objects.count(), stored_files(settings)) == (0, 0, [])
        assert broker.messages() == []
        return refused.value

    return check


@pytest.mark.parametrize("is_strict", [True, False])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"depth;a;b\n1;2;3\n", "wrong_separator"),
        (b"depth,a,b\n", "no_rows"),
        (table(["x,1,2,3", "nan,1,2,3"]), "no_rows"),
        (table(["x,1,2,3"] * 10_001), "too_many_faults"),
    ],
)
def test_a_file_that_nobody_could_import_is_refused_at_once(assert_refused, content, code, is_strict):
    assert_refused(content, code, is_strict=is_strict)


def test_no_rows_says_why_by_the_first_of_them(assert_refused):
    error = assert_refused(table(["x,1,2,3", "nan,1,2,3"]), "no_rows", is_strict=False)
    assert error.message == 'The file has no row that can be imported. Row 2: the depth "x" is not a number.'


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["1,1,2,3", "3,1,2,3", "2,1,2,3"], "unsorted"),
        (["1,1,2,3", "2,1,2,3", "3,1,2,3", "4,1,2,3", "5,1,2,3", "9,1,2,3"], "gap"),
        (["1,1,2,3", "1,1,2,3"], "duplicate_depth"),
        (["1,1,2,3", "2,1,,3"], "empty_cell"),
    ],
)
def test_strict_refuses_any_finding_that_lenient_takes(assert_refused, user, rows, code):
    error = assert_refused(table(rows), code)
    assert error.details["finding_counts"] == {code: 1}
    [finding] = error.details["findings"]
    assert (finding["row"], finding["message"]) == (len(rows) + 1, error.message) or code == "unsorted"
    assert ask_for_scan(user, table(rows), is_strict=False).status == "pending"


def test_of_many_findings_the_first_row_is_named_and_a_hundred_are_in_the_details(assert_refused):
    rows = ["1,1,2,3", *["x,1,2,3"] * 200, "0,1,2,3", "1,1,2,3"]
    error = assert_refused(table(rows), "depth_not_a_number")
    assert error.message.startswith("Row 3: ")
    assert error.message.endswith("It is the first of 202 findings.")
    assert error.details["finding_counts"] == {"depth_not_a_number": 200, "unsorted": 1, "duplicate_depth": 1}
    assert [finding["row"] for finding in error.details["findings"]] == list(range(3, 103))


def test_a_file_is_refused_by_its_size(assert_refused, settings):
    settings.DEPTH_MAX_BYTES = 50
    error = assert_refused(make_csv(depths_of(9), greys_of(9)), "file_too_large")
    assert "Import it in parts" in error.message


def test_a_row_too_many_is_refused(assert_refused, settings):
    settings.DEPTH_MAX_ROWS = 4
    assert assert_refused(make_csv(depths_of(5), greys_of(5)), "too_many_rows").message.startswith("Row 6: ")


@pytest.fixture
def beyond_the_head() -> bytes:
    """A CSV whose first four megabytes are sound, and end within a row."""
    row = "," + ",".join(["255"] * 4_000)
    return table([f"{depth}{row}" for depth in range(300)], ",".join(["depth", *("c" * 4_000)]))


def test_what_stands_behind_the_first_megabytes_is_left_to_the_worker(user, beyond_the_head):
    assert len(beyond_the_head) > HEAD
    assert ask_for_scan(user, beyond_the_head + b"x,1\n").status == "pending"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "x" * 201}),
        ("name", {"name": "a\0b"}),
        ("unit", {"unit": "x" * 13}),
        ("unit", {"unit": "\u202e"}),
    ],
)
def test_a_name_or_unit_is_short_and_printable(user, settings, field, values):
    content = make_csv(depths_of(2), greys_of(2))
    given = {"name": "North well", "unit": "ft", **values}
    with pytest.raises(DomainError) as refused:
        create_scan(
            owner=user, stream=io.BytesIO(content), size_bytes=len(content), file_name="a.csv", is_strict=True, **given
        )
    assert (refused.value.code, list(refused.value.fields)) == ("invalid", [field])
    assert (DepthScan.objects.count(), stored_files(settings)) == (0, [])


def test_a_second_import_waits_until_the_first_is_done(scan):
    ask_for_import(scan, make_csv([1], greys_of(1)))
    with pytest.raises(ImportUnderWay) as refused:
        ask_for_import(scan, make_csv([2], greys_of(1)))
    assert (refused.value.code, refused.value.status) == ("import_under_way", 409)
    assert scan.imports.count() == 2


def test_the_database_too_has_one_unfinished_import_a_scan(scan):
    values = {"scan": scan, "original_name": "a.csv", "size_bytes": 1}
    DepthImport.objects.create(**values)
    with pytest.raises(IntegrityError, match=r"one_at_a_time|scan_id"), transaction.atomic():
        DepthImport.objects.create(**values)


def test_an_owner_renames_a_scan_and_deletes_it_with_all_it_has(scan, django_capture_on_commit_callbacks):
    scans.rename(scan=scan, name="  South   well ", unit="ft")
    scan.refresh_from_db()
    assert (scan.name, scan.unit) == ("South well", "ft")
    with django_capture_on_commit_callbacks(execute=True):
        item = ask_for_import(scan, make_csv([1], greys_of(1)))
        assert photo_storage().exists(item.file.name)
        scans.delete(scan)
    assert (DepthScan.objects.count(), DepthImport.objects.count(), DepthBlock.objects.count()) == (0, 0, 0)
    assert not photo_storage().exists(item.file.name)


@pytest.mark.parametrize(
    ("file_name", "name"), [(".csv", "scan"), ("WELL.CSV", "WELL"), ("a" * 250 + ".csv", "a" * 200), ("log", "log")]
)
def test_a_files_name_makes_a_scans_whatever_it_is(user, file_name, name):
    content = make_csv([1], greys_of(1))
    item = create_scan(
        owner=user,
        name="",
        unit="m",
        stream=io.BytesIO(content),
        size_bytes=len(content),
        file_name=file_name,
        is_strict=True,
    )
    assert item.scan.name == name
