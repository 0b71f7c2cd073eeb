"""/api/depth-scans/: a CSV in, list, read, rename, delete."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.work import claims
from frames import queue
from frames.models import BlockRows, DepthBlock, DepthImport, DepthScan
from tests import broker

from .conftest import NOBODYS, depths_of, greys_of, make_csv, stored_files, work_through

URL = "/api/depth-scans/"
CSV = make_csv(depths_of(5), greys_of(5))


def post(api, content: bytes = CSV, **fields: object):
    file = SimpleUploadedFile("north well.csv", content, "text/csv")
    return api.post(URL, {"file": file, **fields}, format="multipart")


def nothing_is_stored(settings) -> bool:
    return not DepthScan.objects.exists() and not DepthImport.objects.exists() and stored_files(settings) == []


def test_a_csv_becomes_a_scan_that_a_worker_fills(api, user, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = post(api, unit="ft")
    assert response.status_code == 201, response.content
    body, scan = response.json(), DepthScan.objects.get()
    assert (scan.owner, scan.name, scan.unit) == (user, "north well", "ft")
    assert (body["id"], body["name"], body["unit"]) == (str(scan.pk), "north well", "ft")
    assert (body["row_count"], body["depth_min"], body["width"], body["imported_at"]) == (0, None, None, None)
    item = body["import"]
    assert (item["status"], item["mode"], item["file_name"]) == ("pending", "strict", "north well.csv")
    assert item["size_bytes"] == len(CSV)
    assert broker.messages() == [("core.long_work", [queue.IMPORT, [item["id"]]])]
    assert len(stored_files(settings)) == 1

    work_through()

    body = api.get(response["Location"]).json()
    assert (body["row_count"], body["depth_min"], body["depth_max"], body["step"]) == (5, 9000.1, 9000.5, 0.1)
    assert (body["width"], body["thin_width"]) == (4, 150)
    item = body["import"]
    assert (item["status"], item["error"], item["row_count"], item["finding_counts"]) == ("completed", None, 5, {})
    [rows] = BlockRows.objects.filter(block__level=0)
    assert bytes(rows.grey) == greys_of(5).tobytes()


def test_a_name_of_its_own_and_a_lenient_mode(api):
    post(api, CSV + b"9000.6,1,2,3,x\n", name="  South   well ", mode="lenient")
    work_through()
    body = api.get(URL).json()["results"][0]
    assert (body["name"], body["unit"], body["row_count"]) == ("South well", "m", 5)
    assert (body["import"]["mode"], body["import"]["finding_counts"]) == ("lenient", {"not_a_number": 1})


ROWS = b"depth,a,b\n1,2,3\n2,3,4\n"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (ROWS + b"3,word,4\n", "not_a_number", 'Row 4, column a: "word" is not a whole number'),
        (ROWS + b"nan,3,4\n", "depth_not_finite", "Row 4: the depth is"),
        (ROWS + b"inf,3,4\n", "depth_not_finite", "Row 4: the depth is"),
        (ROWS + b"1000000000,3,4\n", "depth_out_of_range", "Row 4: the depth"),
        (ROWS + b"1e9,3,4\n", "depth_out_of_range", "Row 4: the depth"),
        (ROWS + b"3,256,4\n", "out_of_range", "Row 4, column a"),
        (ROWS + b"3,,4\n", "empty_cell", "Row 4, column a"),
        (ROWS + b"3,4\n", "short_row", "Row 4"),
        (ROWS + b"2,9,9\n", "duplicate_depth", "Row 4"),
        (ROWS.replace(b",", b";"), "wrong_separator", "Row 1"),
        (b"1,2,3\n2,3,4\n", "no_header", "Row 1"),
        (b"depth\n1\n", "too_few_columns", "Row 1"),
        (make_csv([1.0], greys_of(1, 5000)), "too_many_columns", "Row 1"),
        (b"", "empty_file", "empty"),
        (b"depth,a,b\n", "no_rows", "no row"),
        (b"PK\x03\x04rest", "not_csv", "Excel"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_row_and_nothing_is_stored(content, code, said, api, settings):
    response = post(api, content)
    body = response.json()
    assert (response.status_code, body["code"]) == (400, code)
    assert said in body["message"]
    assert body["fields"] == {"file": [body["message"]]}
    assert nothing_is_stored(settings)


def test_all_that_is_wrong_is_listed_with_rows_and_columns(api):
    body = post(api, ROWS + b"3,x,4\nnan,3,4\n5,3,900\n").json()
    listed = [(one["row"], one["column"], one["code"]) for one in body["findings"]]
    assert listed[:3] == [(4, "a", "not_a_number"), (5, "depth", "depth_not_finite"), (6, "b", "out_of_range")]
    assert body["finding_counts"] == {"not_a_number": 1, "depth_not_finite": 1, "out_of_range": 1}
    assert "first of 3 findings" in body["message"]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(api, settings):
    settings.DEPTH_MAX_BYTES = len(CSV) - 1
    body = post(api).json()
    assert (body["code"], list(body["fields"])) == ("file_too_large", ["file"])
    assert nothing_is_stored(settings)
    settings.DEPTH_MAX_BYTES += 1
    assert post(api).status_code == 201


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("mode", {"mode": "perhaps"}),
        ("unit", {"unit": "x" * 13}),
        ("name", {"name": "x" * 201}),
    ],
)
def test_a_wrong_field_is_named(field, fields, api, settings):
    response = post(api, **fields)
    assert (response.status_code, list(response.json()["fields"])) == (400, [field])
    assert nothing_is_stored(settings)


def test_a_body_that_is_no_form_is_refused(api, settings):
    assert api.post(URL, {"file": "depth,a,b"}).json()["code"] == "unsupported_media_type"
    assert list(api.post(URL, {}, format="multipart").json()["fields"]) == ["file"]
    assert nothing_is_stored(settings)


def test_the_list_holds_the_callers_own_newest_first_a_page_at_a_time(api, make_scan, stranger):
    made = [make_scan(name=f"well {number}") for number in range(3)]
    make_scan(stranger)
    page = api.get(f"{URL}?limit=2").json()
    assert [scan["id"] for scan in page["results"]] == [str(made[2].pk), str(made[1].pk)]
    assert [scan["name"] for scan in api.get(page["next"]).json()["results"]] == ["well 0"]


def test_a_list_takes_two_queries_however_long(api, make_scan, django_assert_num_queries):
    make_scan()
    with django_assert_num_queries(2):
        assert len(api.get(URL).json()["results"]) == 1
    for _ in range(3):
        make_scan()
    with django_assert_num_queries(2):
        assert [scan["import"]["status"] for scan in api.get(URL).json()["results"]] == ["completed"] * 4


def test_name_and_unit_can_be_changed_and_nothing_else(api, scan):
    body = api.patch(f"{URL}{scan.pk}/", {"name": "East well", "row_count": 7}).json()
    assert (body["name"], body["unit"], body["row_count"], body["import"]["status"]) == (
        "East well",
        "m",
        10,
        "completed",
    )
    assert api.patch(f"{URL}{scan.pk}/", {"unit": "ft"}).json()["unit"] == "ft"
    scan.refresh_from_db()
    assert (scan.name, scan.unit, scan.row_count) == ("East well", "ft", 10)


@pytest.mark.parametrize("change", [{"name": ""}, {"name": "x" * 201}, {"unit": "\t"}, {"unit": ["m"]}, {"name": None}])
def test_a_wrong_name_or_unit_is_refused_and_stays(change, api, scan):
    response = api.patch(f"{URL}{scan.pk}/", change)
    assert (response.status_code, list(response.json()["fields"])) == (400, list(change))
    scan.refresh_from_db()
    assert (scan.name, scan.unit) == ("North well", "m")


def test_deleting_takes_rows_and_imports_also_while_one_goes_on(api, scan, settings):
    more = SimpleUploadedFile("b.csv", make_csv(depths_of(3, first=1.0), greys_of(3)))
    assert api.post(f"{URL}{scan.pk}/imports/", {"file": more}, format="multipart").status_code == 201
    [item] = claims.claim(DepthImport.objects.all(), lease=queue.LEASE)
    assert api.delete(f"{URL}{scan.pk}/").status_code == 204
    assert not DepthScan.objects.exists()
    assert not DepthImport.objects.filter(pk=item.pk).exists()
    assert not DepthBlock.objects.exists()
    assert api.get(f"{URL}{scan.pk}/").status_code == 404


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
@pytest.mark.parametrize("whose", ["stranger", "nobody", "malformed"])
def test_someone_elses_is_404_and_stays(method, whose, stranger_api, scan):
    pk = {"stranger": scan.pk, "nobody": NOBODYS, "malformed": "not-an-id"}[whose]
    response = getattr(stranger_api, method)(f"{URL}{pk}/", {"name": "Mine"})
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert DepthScan.objects.get().name == "North well"


def test_anonymous_visitors_get_401_and_store_nothing(client, db, settings):
    for response in (client.get(URL), client.post(URL, {"file": SimpleUploadedFile("a.csv", CSV)})):
        assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert nothing_is_stored(settings)


def test_other_methods_are_405(api, scan):
    assert api.put(f"{URL}{scan.pk}/", {"name": "x"}).status_code == 405
    assert api.post(f"{URL}{scan.pk}/").status_code == 405
    assert api.delete(URL).status_code == 405
