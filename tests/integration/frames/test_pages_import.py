"""The page of an import: how it goes on, and what it says of a file."""

import csv
import io
import re
from datetime import timedelta

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from frames.formats.findings import Code
from frames.models import DepthImport, ImportFinding
from frames.views.words import KINDS

from .conftest import NOBODYS, depths_of, greys_of, make_csv, work_through
from .csvs import ask_for_import, ask_for_scan
from .scan_rows import scan_with_rows

FAULTY = b"depth,=col1,col2\n1,2,3\n2,300,1\n3,4,5\n9,6,7\n10,x,1\n4,1,1\n"


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def lenient(user: User) -> DepthImport:
    """Of a file with rows that are left out, and others that are noted."""
    item = ask_for_scan(user, FAULTY, is_strict=False)
    work_through()
    item.refresh_from_db()
    assert item.status == DepthImport.Status.COMPLETED
    return item


@pytest.fixture
def failed(user: User, monkeypatch) -> DepthImport:
    """Strict, of the same file, whose beginning was good."""
    monkeypatch.setattr("frames.services.creating.check_head", lambda *args, **kwargs: None)
    item = ask_for_scan(user, FAULTY)
    work_through()
    item.refresh_from_db()
    assert item.status == DepthImport.Status.FAILED
    return item


def running(item: DepthImport, **fields: object) -> None:
    now = timezone.now()
    held = {"status": "running", "claim": NOBODYS, "lease_until": now + timedelta(minutes=2), "started_at": now}
    DepthImport.objects.filter(pk=item.pk).update(**held | fields)


def test_every_code_has_words():
    assert set(KINDS) == set(Code)


@pytest.mark.parametrize(
    ("fields", "amount", "pace"),
    [
        ({"step": "reading", "progress_done": 5_000_000}, "5.0 MB of 20 MB", "0.5 MB a second, about 3. s left"),
        (
            {"step": "storing", "progress_done": 5_000_000},
            "5,000,000 of 20,000,000 rows",
            "500,000 rows a second, about 3. s left",
        ),
    ],
)
def test_it_says_step_share_pace_and_time_left(page, user, fields, amount, pace):
    item = ask_for_scan(user, make_csv([1, 2], greys_of(2)))
    since = timezone.now() - timedelta(seconds=10)
    running(item, **fields, progress_total=20_000_000, step_started_at=since)
    response = page.get(item.get_absolute_url())
    progress = response.context["progress"]
    assert (progress.percent, progress.amount) == (25, amount)
    assert re.fullmatch(pace, progress.pace)
    assert 'hx-trigger="every 2s, look"' in response.content.decode()


def test_one_that_nobody_takes_up_says_so(page, user):
    item = ask_for_scan(user, make_csv([1, 2], greys_of(2)))
    assert page.get(item.get_absolute_url()).context["progress"].warning == ""
    DepthImport.objects.update(queued_at=timezone.now() - timedelta(minutes=5))
    assert "No worker has taken it up for 5\xa0minutes" in page.get(item.get_absolute_url()).content.decode()
    running(item, lease_until=timezone.now() - timedelta(minutes=3))
    assert "has not been heard of for 3\xa0minutes" in page.get(item.get_absolute_url()).content.decode()


def test_a_good_one_says_how_many_rows_and_which_way_it_was_read(page, scan):
    upward = ask_for_import(scan, make_csv(depths_of(6)[::-1], greys_of(6)))
    work_through()
    response = page.get(upward.get_absolute_url())
    facts = dict(response.context["facts"])
    assert facts["Imported"] == "6 rows"
    assert facts["Replaced"] == "6 rows at the same depth"
    assert facts["Read"] == "upward, from the deepest"
    assert facts["The scan now"] == "10 rows, 9000.1 to 9001 m"
    assert "Nothing was found wrong with the file." in response.content.decode()
    assert "hx-get" not in response.content.decode()


def test_the_report_tells_what_is_left_out_from_what_is_kept(page, lenient):
    response = page.get(lenient.get_absolute_url())
    assert [(kind.code, kind.count, kind.result) for kind in response.context["kinds"]] == [
        ("not_a_number", 1, "left out"),
        ("out_of_range", 1, "left out"),
        ("unsorted", 1, "kept"),
    ]
    assert [(line.finding.row, line.finding.column, line.result) for line in response.context["lines"]] == [
        (3, "=col1", "left out"),
        (6, "=col1", "left out"),
        (7, "", "kept"),
    ]
    assert "Open scan" in response.content.decode()


def test_one_kind_can_be_looked_at_alone(page, lenient):
    response = page.get(f"{lenient.get_absolute_url()}?kind=unsorted")
    assert [line.finding.row for line in response.context["lines"]] == [7]
    unknown = page.get(f"{lenient.get_absolute_url()}?kind=nonsense")
    assert len(unknown.context["lines"]) == 3


def test_of_many_findings_the_first_are_shown_and_all_are_counted(page, user):
    item = scan_with_rows(user).imports.get()
    ImportFinding.objects.bulk_create(
        ImportFinding(depth_import=item, row=row, code="gap", message=f"Row {row:,}: a gap.") for row in range(10, 260)
    )
    DepthImport.objects.update(finding_counts={"empty_cell": 1, "gap": 20_000})
    response = page.get(item.get_absolute_url())
    assert len(response.context["lines"]) == 200
    assert response.context["shown"] == "The first 200 of 20,001. The first 10,000 are in the CSV."


def test_a_failed_first_one_offers_to_try_leniently_and_to_delete_the_scan(page, failed):
    response = page.get(failed.get_absolute_url())
    content = response.content.decode()
    assert "Nothing was imported." in content
    assert "out_of_range" in content
    assert f"/frames/{failed.scan_id}/import/?mode=lenient" in content
    DepthImport.objects.update(error_code="too_many_faults")  # which it would have leniently too
    assert "?mode=lenient" not in page.get(failed.get_absolute_url()).content.decode()
    assert f"/frames/{failed.scan_id}/delete/" in content
    assert "Open scan" not in content
    assert [kind.result for kind in response.context["kinds"]] == ["not imported"] * 3
    assert [line.result for line in response.context["lines"]] == ["not imported"] * 3


def test_a_failed_further_one_says_that_the_scan_is_as_it_was(page, scan, monkeypatch):
    monkeypatch.setattr("frames.services.creating.check_head", lambda *args, **kwargs: None)
    item = ask_for_import(scan, b"\x89PNG")
    work_through()
    content = page.get(item.get_absolute_url()).content.decode()
    assert "the scan is as it was" in content
    assert "?mode=lenient" not in content
    assert "Open scan" in content


def test_the_csv_has_every_finding_and_runs_no_formula(page, lenient):
    response = page.get(f"/frames/imports/{lenient.pk}/findings.csv/")
    assert response["Content-Disposition"] == 'attachment; filename="findings.csv"'
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows == [
        ["row", "column", "kind", "what", "result"],
        ["3", "'=col1", "out_of_range", '"300" is not from 0 to 255.', "left out"],
        ["6", "'=col1", "not_a_number", '"x" is not a whole number from 0 to 255.', "left out"],
        ["7", "", "unsorted", "The depth 4 stands after 9.", "kept"],
    ]


def test_the_number_of_queries_does_not_depend_on_the_findings(page, user, django_assert_num_queries):
    item = ask_for_scan(user, make_csv(range(50), np.full((50, 2), 1)) + b"x,1,1\n" * 40, is_strict=False)
    work_through()
    page.get(item.get_absolute_url())
    with django_assert_num_queries(6):  # session, user, import with scan, findings, and the header's permissions
        assert len(page.get(item.get_absolute_url()).context["lines"]) == 40
