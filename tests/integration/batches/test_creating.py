"""Every CSV that is refused, through the API: with which code and row, and that nothing is left of it."""

import gzip
import io
import zipfile

import pytest

from batches.models import Batch, BatchImage, BatchRow, RowImage
from tests import broker

from .conftest import HEADER, image, stored_files, table
from .test_api_batches import post

GOOD = "https://example.org/a.jpg"
HEAD = ",".join(HEADER)


def workbook() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
    return target.getvalue()


def lines(*rows: str) -> bytes:
    return "\r\n".join([HEAD, *rows]).encode()


BAD = {
    # what is wrong: the file, its code, its row, its column
    "a semicolon file": (lines().replace(b",", b";") + f"\r\n1;Shoe;{GOOD}".encode(), "csv_semicolons", None, None),
    "a file with tabs": (lines().replace(b",", b"\t") + f"\n1\tShoe\t{GOOD}".encode(), "csv_delimiter", None, None),
    "a workbook renamed": (workbook(), "csv_is_spreadsheet", None, None),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "csv_is_spreadsheet", None, None),
    "a picture": (image("a"), "csv_not_csv", None, None),
    "JSON": (b'[{"serial": 1}]', "csv_not_csv", None, None),
    "a web page": (b"<!DOCTYPE html><html><body>404</body></html>", "csv_not_csv", None, None),
    "a gzip file": (gzip.compress(lines()), "csv_not_csv", None, None),
    "UTF-16": (lines(f"1,Shoe,{GOOD}").decode().encode("utf-16"), "csv_utf16", None, None),
    "Latin-1": (lines(f"1,Schuh,{GOOD}", f"2,Mütze,{GOOD}").decode().encode("latin-1"), "csv_encoding", 3, None),
    "only blanks": (b"\r\n  \r\n", "csv_empty", None, None),
    "only commas": (b",,\r\n,,\r\n", "csv_empty", None, None),
    "no header": (f"1,Shoe,{GOOD}\r\n2,Hat,{GOOD}".encode(), "csv_no_header", 1, None),
    "a missing column": (f"Serial Number,Product Name\r\n1,{GOOD}".encode(), "csv_missing_column", 1, HEADER[2]),
    "a column twice": (f"{HEAD},Images\r\n1,Shoe,{GOOD},{GOOD}".encode(), "csv_duplicate_column", 1, HEADER[2]),
    "no rows": (lines(), "csv_no_rows", None, None),
    "too few cells": (lines(f"1,Shoe,{GOOD}", "2,Hat"), "csv_cell_count", 3, None),
    "too many cells": (lines(f"1,Shoe,{GOOD},more"), "csv_cell_count", 2, None),
    "no URL": (lines("1,Shoe,"), "csv_no_url", 2, HEADER[2]),
    "too many URLs": (table((1, "Shoe", [f"{GOOD}?{n}" for n in range(101)])), "csv_too_many_urls", 2, HEADER[2]),
    "NUL": (lines(f"1,Sh\0oe,{GOOD}"), "csv_nul", 2, HEADER[1]),
    "a cell over 128 KB": (lines(f"1,{'x' * 131_073},{GOOD}"), "csv_cell_too_large", 2, HEADER[1]),
    "an unclosed quote": (lines(f'1,"Shoe,{GOOD}', f"2,Hat,{GOOD}"), "csv_unclosed_quote", 2, HEADER[1]),
    "text behind a quote": (lines(f'1,"Shoe" red,{GOOD}'), "csv_stray_quote", 2, None),
}


def nothing_is_stored(settings) -> bool:
    models = (Batch, BatchRow, BatchImage, RowImage)
    return (
        not any(model.objects.exists() for model in models) and stored_files(settings) == [] and not broker.messages()
    )


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("dry_run", [True, False], ids=["checked", "started"])
def test_a_bad_csv_is_refused_with_code_and_row_and_nothing_is_stored(
    what, dry_run, api, settings, django_capture_on_commit_callbacks
):
    content, code, row, column = BAD[what]
    with django_capture_on_commit_callbacks(execute=True):
        response = post(api, content, dry_run=dry_run)
    body = response.json()
    assert (response.status_code, body["code"]) == (400, code)
    first = body["problems"][0]
    assert [first[name] for name in ("code", "row", "column")] == [code, row, column]
    assert first["message"]
    assert row is None or str(row) in first["message"]
    assert body["fields"]["file"] == [problem["message"] for problem in body["problems"]]
    assert body["more_problems"] == 0
    assert nothing_is_stored(settings)


def test_all_that_is_wrong_is_told_at_once(api, settings):
    body = post(api, lines("1,Shoe,", f"2,Hat,{GOOD}", "3,Bag", f"4,Cap,{GOOD},more", "5,Tie,")).json()
    assert [(problem["code"], problem["row"]) for problem in body["problems"]] == [
        *(("csv_no_url", 2), ("csv_cell_count", 4), ("csv_cell_count", 5), ("csv_no_url", 6)),
    ]
    assert body["message"] == body["problems"][0]["message"] + " It is the first of 4 problems."
    assert nothing_is_stored(settings)


def test_of_very_many_problems_a_hundred_are_told_and_the_rest_counted(api, settings):
    body = post(api, lines(*["1,Shoe,"] * 250)).json()
    assert (len(body["problems"]), body["more_problems"]) == (100, 150)
    assert nothing_is_stored(settings)


def test_a_file_without_a_byte_is_refused(api, settings):
    response = post(api, b"")
    assert (response.status_code, response.json()["code"]) == (400, "empty_file")
    assert list(response.json()["fields"]) == ["file"]
    assert nothing_is_stored(settings)


def test_too_many_rows_are_refused(api, settings):
    settings.BATCH_MAX_ROWS = 3
    rows = [f"{number},Shoe,{GOOD}" for number in range(1, 5)]
    response = post(api, lines(*rows))
    assert (response.status_code, response.json()["code"]) == (400, "csv_too_many_rows")
    assert response.json()["problems"][0]["row"] == 5
    assert nothing_is_stored(settings)
    assert post(api, lines(*rows[:3])).status_code == 201


def test_too_large_a_file_is_413(api, settings, monkeypatch):
    monkeypatch.setattr("batches.services.creating.MAX_BYTES", 1 << 20)
    response = post(api, lines(f"1,Shoe,{GOOD}") + b" " * (1 << 20))
    assert (response.status_code, response.json()["code"]) == (413, "file_too_large")
    assert nothing_is_stored(settings)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.org/a.jpg", "url_scheme"),
        ("https://example.org:22/a.jpg", "url_port"),
        ("https://user:secret@example.org/a.jpg", "url_invalid"),
        ("www.example.org/a.jpg", "url_scheme"),
        (f"https://example.org/{'x' * 2100}.jpg", "url_invalid"),
    ],
)
def test_a_url_that_is_certain_to_fail_is_a_warning_and_no_reason_to_refuse_the_others(url, code, api):
    body = post(api, table((1, "Shoe", GOOD), (2, "Hat", [GOOD, url])), dry_run="true").json()
    [warning] = body["warnings"]
    assert [warning[name] for name in ("code", "row", "column")] == [code, 3, HEADER[2]]
    assert warning["message"].startswith("Row 3: image 2 (")
    assert warning["message"].endswith(".")
    assert ".." not in warning["message"].replace("…", "")
    assert Batch.objects.get().image_count == 2


def test_what_spreadsheets_write_is_taken(api):
    content = (
        b"\xef\xbb\xbf"
        + 'S. No.,SKU,Image URLs,Price\r\n1,Müller,"https://e.org/a,b.jpg,\r\nhttps://e.org/c.jpg",9\r\n,,,\r\n'.encode()
    )
    body = post(api, content).json()
    assert (body["row_count"], body["image_count"]) == (1, 2)
    row = BatchRow.objects.get()
    assert (row.number, row.line, row.serial, row.product, row.cells[3]) == (1, 2, "1", "Müller", "9")
    assert list(BatchImage.objects.values_list("url", "host")) == [
        *(("https://e.org/a,b.jpg", "e.org:443"), ("https://e.org/c.jpg", "e.org:443")),
    ]


def test_a_url_that_many_rows_name_is_one_image(api):
    body = post(api, table(*((number, "Shoe", [GOOD, GOOD]) for number in range(30)))).json()
    assert (body["row_count"], body["image_count"], RowImage.objects.count()) == (30, 1, 60)


def test_a_large_csv_is_stored_by_few_statements(api, django_assert_max_num_queries):
    rows = [(number, "Shoe", f"https://example.org/{number}.jpg") for number in range(2000)]
    with django_assert_max_num_queries(24):
        assert post(api, table(*rows)).status_code == 201
    assert (BatchRow.objects.count(), BatchImage.objects.count()) == (2000, 2000)


def test_so_many_urls_that_storing_them_would_keep_everybody_waiting_are_refused(api, settings):
    settings.BATCH_MAX_URLS = 5
    row = "1,Shoe," + f'"{GOOD},{GOOD}"'
    response = post(api, lines(row, row, row))
    assert (response.status_code, response.json()["code"]) == (400, "csv_too_many_images")
    assert nothing_is_stored(settings)


def test_where_the_database_fails_midway_nothing_is_stored(api, settings, monkeypatch):
    def fail(*args: object) -> None:
        raise RuntimeError("midway")

    monkeypatch.setattr("batches.services.creating.calling.call_shifts", fail)
    with pytest.raises(RuntimeError, match="midway"):
        post(api, lines(f"1,Shoe,{GOOD}"))
    assert nothing_is_stored(settings)
