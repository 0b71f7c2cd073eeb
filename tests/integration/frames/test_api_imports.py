"""/api/depth-scans/<id>/imports/, /api/depth-imports/<id>/ and its findings."""

from base64 import b64encode
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from frames.models import DepthImport, ImportFinding
from frames.selectors import blocks

from .conftest import NOBODYS, depths_of, greys_of, make_csv, stored_files, work_through

IMPORTS = "/api/depth-imports/"


def url(scan: object) -> str:
    return f"/api/depth-scans/{getattr(scan, 'pk', scan)}/imports/"


def post(api, scan, content: bytes, **fields: object):
    return api.post(url(scan), {"file": SimpleUploadedFile("more.csv", content), **fields}, format="multipart")


def test_rows_at_depths_that_are_there_take_their_place_and_it_says_so(api, user, make_scan):
    scan = make_scan()
    more = make_csv(depths_of(10, first=9000.6), greys_of(10, seed=1))
    response = post(api, scan, more)
    assert (response.status_code, response.json()["scan"]) == (201, str(scan.pk))
    work_through()
    body = api.get(response["Location"]).json()
    assert (body["status"], body["row_count"], body["replaced_count"], body["is_upward"]) == ("completed", 10, 5, False)
    assert (body["finding_count"], body["seconds_left"]) == (0, None)
    assert body["finished_at"] >= body["started_at"] >= body["created_at"]
    assert DepthImport.objects.get(pk=body["id"]).asked_by == user
    scan.refresh_from_db()
    [content] = blocks.contents(scan, level=0, positions=range(1))
    assert (scan.row_count, len(content.depths)) == (15, 15)
    assert np.array_equal(content.grey[5:], greys_of(10, seed=1))


def test_one_file_at_a_time(api, scan, settings):
    more = make_csv(depths_of(3, first=1.0), greys_of(3))
    before = len(stored_files(settings))
    assert post(api, scan, more).status_code == 201
    response = post(api, scan, more)
    assert (response.status_code, response.json()["code"]) == (409, "import_under_way")
    assert (DepthImport.objects.count(), len(stored_files(settings))) == (2, before + 1)


def test_rows_of_another_width_are_refused_and_nothing_is_stored(api, scan, settings):
    before = stored_files(settings)
    response = post(api, scan, make_csv(depths_of(3), greys_of(3, 5)))
    assert (response.status_code, response.json()["code"]) == (400, "width_differs")
    assert "names 5 grey values" in response.json()["fields"]["file"][0]
    assert post(api, scan, b"").json()["code"] == "empty_file"
    assert list(post(api, scan, b"", mode="?").json()["fields"]) == ["mode"]
    assert DepthImport.objects.count() == 1
    assert stored_files(settings) == before


def test_an_import_under_way_tells_how_far_it_is(api, scan):
    post(api, scan, make_csv(depths_of(3, first=1.0), greys_of(3)))
    moment = timezone.now() - timedelta(seconds=10)
    waiting = DepthImport.objects.filter(status="pending")
    waiting.update(
        status="running", claim=NOBODYS, step="reading", step_started_at=moment, progress_done=40, progress_total=100
    )
    body = api.get(url(scan)).json()["results"][0]
    assert (body["status"], body["step"], body["percent"]) == ("running", "reading", 40)
    assert (body["progress_done"], body["progress_total"]) == (40, 100)
    assert body["seconds_left"] == pytest.approx(15, abs=1)


def test_an_import_that_fails_behind_the_first_megabytes_says_why_and_keeps_its_report(api, make_scan):
    scan = make_scan(grey=greys_of(10, 1000))
    depths, grey = depths_of(1200), np.full((1200, 1000), 200, np.uint8)
    content = make_csv(depths, grey) + b"oops,1\n"
    assert len(content) > 4 << 20
    response = post(api, scan, content)
    assert response.status_code == 201
    work_through()
    body = api.get(response["Location"]).json()
    assert (body["status"], body["error"]["code"], body["row_count"]) == ("failed", "short_row", 0)
    assert body["error"]["message"].startswith("Row 1,202")
    assert body["finding_counts"] == {"short_row": 1}
    assert [one["row"] for one in api.get(body["findings"]).json()["results"]] == [1202]
    scan.refresh_from_db()
    assert scan.row_count == 10


def test_findings_come_by_row_and_say_what_was_kept(api, make_scan):
    rows = b"depth,a,b\n" + b"".join(b"%d,1,2\n" % depth for depth in (1, 2, 3, 4, 5, 9, 8))
    scan = make_scan(content=rows + b"10,x,2\n,1,2\n", is_strict=False)
    item = scan.imports.get()
    body = api.get(f"{IMPORTS}{item.pk}/").json()
    assert body["finding_counts"] == {"not_a_number": 1, "missing_depth": 1, "unsorted": 1, "gap": 1}
    assert (body["finding_count"], body["row_count"], body["mode"]) == (4, 7, "lenient")
    found = api.get(body["findings"]).json()["results"]
    assert [(one["row"], one["code"], one["column"], one["is_kept"]) for one in found] == [
        (8, "unsorted", "", True),
        (8, "gap", "", True),
        (9, "not_a_number", "a", False),
        (10, "missing_depth", "depth", False),
    ]
    assert found[2]["message"].startswith('Row 9, column a: "x" is not')


def test_findings_are_paged_and_each_is_shown_once(api, scan, django_assert_num_queries):
    item = scan.imports.get()
    many = [ImportFinding(depth_import=item, row=2 + at // 3, code="gap", message=str(at)) for at in range(250)]
    ImportFinding.objects.bulk_create(many)
    seen, pages, page_url = [], 0, f"{IMPORTS}{item.pk}/findings/"
    while page_url:
        with django_assert_num_queries(2):
            page = api.get(page_url).json()
        seen += [one["message"] for one in page["results"]]
        page_url, pages = page["next"], pages + 1
    assert (pages, seen) == (3, [str(at) for at in range(250)])


@pytest.mark.parametrize("position", ["x", "1e3", "99999999999999999999", "-1"])
def test_a_cursor_that_somebody_made_up_is_404(position, api, scan):
    cursor = b64encode(f"p={position}".encode()).decode()
    assert api.get(f"{IMPORTS}{scan.imports.get().pk}/findings/", {"cursor": cursor}).status_code == 404


def test_a_scans_imports_are_listed_newest_first_in_two_queries(api, scan, django_assert_num_queries):
    for first in (1.0, 100.0):
        post(api, scan, make_csv(depths_of(3, first=first), greys_of(3)))
        work_through()
    with django_assert_num_queries(2):
        results = api.get(url(scan)).json()["results"]
    assert [item["row_count"] for item in results] == [3, 3, 10]
    assert [item["id"] for item in results][2] == str(scan.imports.last().pk)


def test_someone_elses_imports_are_404_and_take_no_file(stranger_api, scan):
    item = scan.imports.get()
    more = make_csv(depths_of(3), greys_of(3))
    assert post(stranger_api, scan, more).status_code == post(stranger_api, NOBODYS, more).status_code == 404
    for path in (url(scan), f"{IMPORTS}{item.pk}/", f"{IMPORTS}{item.pk}/findings/", f"{IMPORTS}not-an-id/"):
        assert stranger_api.get(path).status_code == 404
    assert DepthImport.objects.count() == 1


def test_anonymous_visitors_get_401(client, scan):
    item = scan.imports.get()
    for path in (url(scan), f"{IMPORTS}{item.pk}/", f"{IMPORTS}{item.pk}/findings/"):
        assert client.get(path).status_code == 401
    assert client.post(url(scan), {"file": SimpleUploadedFile("a.csv", b"")}).status_code == 401


def test_imports_are_neither_changed_nor_deleted(api, scan):
    path = f"{IMPORTS}{scan.imports.get().pk}/"
    assert [getattr(api, method)(path).status_code for method in ("put", "patch", "delete", "post")] == [405] * 4
    assert DepthImport.objects.count() == 1
