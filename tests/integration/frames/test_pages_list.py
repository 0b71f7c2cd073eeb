"""The list of depth scans: what it says of each, how it keeps itself true, and the bands."""

import io
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from accounts.models import User
from frames.formats.reading import DepthCsv
from frames.imaging import colormaps
from frames.models import DepthImport, DepthScan

from .conftest import NOBODYS, make_csv
from .csvs import ask_for_import, ask_for_scan
from .scan_rows import scan_with_rows

URL = "/frames/"


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_the_empty_page_says_what_this_is_and_has_one_action_and_a_sample(page):
    content = page.get(URL).content.decode()
    assert "Your first depth scan" in content
    assert content.count("button primary") == 1
    assert 'href="/frames/sample.csv"' in content


def test_the_sample_is_a_file_without_a_finding(page):
    response = page.get("/frames/sample.csv")
    assert response["Content-Disposition"] == 'attachment; filename="depth-scan-sample.csv"'
    pieces = list(DepthCsv(io.BytesIO(response.content), max_rows=10_000))
    assert sum(len(rows.depths) for rows, _ in pieces) == 2_000
    assert [findings for _, findings in pieces if findings] == []


def test_each_scan_is_listed_with_range_rows_step_and_state(page, make_scan, user):
    scan = make_scan(name="Old well", unit="ft")
    failed = ask_for_scan(user, make_csv([1, 2], np.zeros((2, 4), int)))
    DepthImport.objects.filter(pk=failed.pk).update(
        status="failed", lease_until=None, error_code="storage_full", error_message="The disk is full."
    )
    running = ask_for_import(scan, make_csv([1, 2], np.zeros((2, 4), int)))
    held = {"status": "running", "claim": NOBODYS, "lease_until": timezone.now() + timedelta(minutes=2)}
    DepthImport.objects.filter(pk=running.pk).update(**held, step="reading", progress_done=45, progress_total=100)

    response = page.get(URL)

    content = response.content.decode()
    assert [line.scan.pk for line in response.context["lines"]] == [failed.scan_id, scan.pk]
    assert [line.state.words for line in response.context["lines"]] == [
        "The import failed",
        "Reading and checking the file · 45 %",
    ]
    assert "9000.1 to 9001 ft" in content
    assert "10 × 4 values" in content
    assert "0.1 ft" in content
    assert "The disk is full." in content
    assert f"/frames/{failed.scan_id}/import/" in content


def test_a_part_is_sent_again_only_where_it_differs(page, user):
    scan = scan_with_rows(user)
    digest = page.get(URL).context["digest"]
    same = page.get(URL, headers={"HX-Request": "true", "X-Seen": digest})
    assert same.status_code == 204
    DepthScan.objects.filter(pk=scan.pk).update(name="Renamed")
    changed = page.get(URL, headers={"HX-Request": "true", "X-Seen": digest})
    assert "Renamed" in changed.content.decode()
    assert "<html" not in changed.content.decode()


def test_it_pages_and_issues_no_query_a_scan(page, user):
    scan_with_rows(user, 0)
    page.get(URL)
    with CaptureQueriesContext(connection) as few:
        page.get(URL)
    for number in range(1, 22):
        scan_with_rows(user, number)
    with CaptureQueriesContext(connection) as many:
        first = page.get(URL)
    assert len(many) == len(few)
    assert [line.scan.name for line in first.context["lines"]] == [f"scan {number}" for number in range(21, 1, -1)]
    second = page.get(URL + first.context["older"])
    assert [line.scan.name for line in second.context["lines"]] == ["scan 1", "scan 0"]
    assert len(page.get(URL + second.context["newer"]).context["lines"]) == 20


def test_nobody_elses_are_listed(page, stranger):
    scan_with_rows(stranger)
    assert page.get(URL).context["lines"] == []


def test_the_band_has_the_scan_from_left_to_right(page, make_scan):
    grey = np.repeat(np.arange(0, 250, 50, np.uint8)[:, None], 4, axis=1)
    scan = make_scan(grey=grey)
    response = page.get(f"/frames/{scan.pk}/preview/{scan.edition}/")
    picture = np.asarray(Image.open(io.BytesIO(response.content)).convert("RGB"))
    assert picture.shape == (48, 5, 3)
    assert picture[0].tolist() == colormaps.colormap("strata")[grey[:, 0]].tolist()
    assert "immutable" in response["Cache-Control"]
    assert page.get(f"/frames/{scan.pk}/preview/{scan.edition + 1}/").status_code == 404


def test_the_band_of_many_rows_is_made_of_one_block(page, make_scan):
    scan = make_scan(grey=np.zeros((1_100, 2), np.uint8))
    with CaptureQueriesContext(connection) as queries:
        response = page.get(f"/frames/{scan.pk}/preview/{scan.edition}/")
    assert Image.open(io.BytesIO(response.content)).size == (275, 48)
    assert sum("frames_" in query["sql"] for query in queries) == 2
