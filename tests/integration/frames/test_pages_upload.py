"""The forms of a CSV: a new scan, and more for one that is there."""

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from frames.models import DepthImport, DepthScan
from poses.models.photo import photo_storage

from .conftest import depths_of, greys_of, make_csv, work_through
from .csvs import ask_for_import

NEW = "/frames/new/"
GOOD = make_csv(depths_of(10), greys_of(10))
BAD = b"depth,col1,col2\n1,2,3\n2,300,1\n3,x,1\n"


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def send(page: Client):
    """Posts a form; a field that is None is left out."""

    def post(url: str = NEW, content: bytes = GOOD, *, file_name: str = "north well.csv", htmx: bool = False, **fields):
        given = {"file": SimpleUploadedFile(file_name, content, "text/csv"), "mode": "strict"}
        given |= {"name": "", "unit": "m"} if url == NEW else {}
        data = {name: value for name, value in {**given, **fields}.items() if value is not None}
        return page.post(url, data, headers={"HX-Request": "true"} if htmx else {})

    return post


def nothing_is_stored() -> bool:
    folders, files = photo_storage().listdir("")
    return not DepthScan.objects.exists() and not DepthImport.objects.exists() and not folders + files


def test_a_good_file_becomes_a_scan_whose_import_is_shown(send, user):
    response = send(name="  North   well ", unit="ft", mode="lenient")
    item = DepthImport.objects.get()
    assert (response.status_code, response.url) == (302, item.get_absolute_url())
    assert (item.scan.owner, item.scan.name, item.scan.unit) == (user, "North well", "ft")
    assert (item.original_name, item.is_strict, item.asked_by) == ("north well.csv", False, user)
    work_through()
    assert DepthScan.objects.get().row_count == 10


def test_without_a_name_it_takes_the_files(send):
    send()
    assert DepthScan.objects.get().name == "north well"


def test_to_htmx_it_says_where_to_go(send):
    response = send(htmx=True)
    assert response.status_code == 204
    assert response["HX-Redirect"] == DepthImport.objects.get().get_absolute_url()


@pytest.mark.parametrize("htmx", [False, True])
def test_every_finding_is_shown_with_its_row_and_what_was_chosen_is_kept(send, htmx):
    response = send(content=BAD, htmx=htmx, name="Kept name", unit="in")
    content = response.content.decode()
    assert "2 findings in the file" in content
    assert [(one.row, one.column) for one in response.context["findings"]] == [(3, "col1"), (4, "col1")]
    assert response.context["findings"][0].message == '"300" is not from 0 to 255.'
    assert "import it leniently" in content
    assert 'value="Kept name"' in content
    assert 'value="in"' in content
    assert ("<h1" in content) is not htmx
    assert nothing_is_stored()


def test_the_first_hundred_findings_are_listed_and_all_are_counted(send):
    grey = np.full((130, 2), 256)
    response = send(content=make_csv(range(130), grey))
    assert "130 findings in the file" in response.content.decode()
    assert len(response.context["findings"]) == 100


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"file": None}, "Choose a CSV file."),
        ({"content": b""}, "The file is empty."),
        ({"content": b"depth;a;b\n1;2;3\n"}, "Row 1: the columns are separated by semicolons."),
        ({"content": b"PK\x03\x04" + b"x" * 50}, "Save it as CSV first."),
        ({"unit": ""}, "Give the unit of the depths, such as m or ft."),
        ({"unit": "a very long unit"}, "Give a unit of at most 12 letters."),
        ({"name": "x" * 201}, "Give a name of at most 200 letters."),
        ({"name": "bell \x07"}, "printable letters"),
        ({"mode": "careless"}, "Choose strict or lenient."),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_stored(send, fields, words):
    response = send(**fields)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert nothing_is_stored()


def test_a_file_that_is_too_large_is_refused(send, settings):
    settings.DEPTH_MAX_BYTES = 100
    assert "is the most. Import it in parts." in send().content.decode()
    assert nothing_is_stored()


def test_more_rows_go_into_a_scan(send, scan):
    more = make_csv(depths_of(5, first=9000.6), greys_of(5, seed=1))
    response = send(f"/frames/{scan.pk}/import/", more)
    item = scan.imports.get(status="pending")
    assert response.url == item.get_absolute_url()
    work_through()
    item.refresh_from_db()
    scan.refresh_from_db()
    assert (item.row_count, item.replaced_count, scan.row_count) == (5, 5, 10)


def test_the_form_for_more_names_width_and_replacing_and_takes_the_mode_from_its_address(page, scan):
    content = page.get(f"/frames/{scan.pk}/import/?mode=lenient").content.decode()
    assert "rows of 4 values" in content
    assert "the file’s takes its place" in content
    assert 'value="lenient" checked' in content


def test_another_width_is_refused(send, scan):
    response = send(f"/frames/{scan.pk}/import/", make_csv([1, 2], greys_of(2, width=3)))
    assert "Row 1 names 3 grey values a row; the scan has 4." in response.content.decode()
    assert scan.imports.count() == 1


def test_a_second_import_at_a_time_is_refused_with_a_way_to_the_first(page, send, scan):
    first = ask_for_import(scan, GOOD)
    url = f"/frames/{scan.pk}/import/"
    assert first.get_absolute_url() in page.get(url).content.decode()
    response = send(url)
    assert response.status_code == 409
    assert first.get_absolute_url() in response.content.decode()
    assert "A file is being imported into this scan." in send(url, htmx=True).content.decode()
    assert scan.imports.unfinished().count() == 1


def test_strangers_import_nothing(client, stranger, scan):
    client.force_login(stranger)
    file = SimpleUploadedFile("more.csv", GOOD, "text/csv")
    assert client.post(f"/frames/{scan.pk}/import/", {"file": file, "mode": "strict"}).status_code == 404
    assert scan.imports.count() == 1


def test_anonymous_visitors_are_sent_to_log_in(client, db):
    file = SimpleUploadedFile("more.csv", GOOD, "text/csv")
    response = client.post(NEW, {"file": file, "mode": "strict", "unit": "m"})
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/frames/new/")
    assert nothing_is_stored()
