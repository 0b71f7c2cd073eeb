"""Name and unit of a scan, and its end."""

import pytest
from django.test import Client

from accounts.models import User
from frames.models import DepthBlock, DepthImport, DepthScan

from .conftest import greys_of, make_csv, stored_files
from .csvs import ask_for_import
from .scan_rows import scan_with_rows


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def plain(user: User) -> DepthScan:
    return scan_with_rows(user)


def test_it_gets_another_name_and_unit(page, plain):
    url = f"/frames/{plain.pk}/edit/"
    assert 'value="scan 0"' in page.get(url).content.decode()
    response = page.post(url, {"name": " South\twell", "unit": "ft"}, follow=True)
    plain.refresh_from_db()
    assert (plain.name, plain.unit) == ("South well", "ft")
    assert "South well is saved." in response.content.decode()
    assert response.wsgi_request.path == "/frames/"


def test_whoever_comes_from_the_scans_page_is_led_back_there(page, plain):
    url = f"/frames/{plain.pk}/edit/?from=scan"
    html = page.get(url).content.decode()
    assert "<title>Edit scan 0 · PoseSite</title>" in html
    assert f'href="{plain.get_absolute_url()}">Cancel' in html
    assert page.post(url, {"name": "South well", "unit": "ft"}).headers["Location"] == plain.get_absolute_url()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Give the scan a name."),
        ({"name": "bell \x07"}, "printable letters"),
        ({"unit": "a very long unit"}, "Give a unit of at most 12 letters."),
    ],
)
def test_what_is_refused_is_said_and_nothing_changes(page, plain, fields, words):
    response = page.post(f"/frames/{plain.pk}/edit/", {"name": "South well", "unit": "ft"} | fields)
    assert words in response.content.decode()
    plain.refresh_from_db()
    assert (plain.name, plain.unit) == ("scan 0", "m")


def test_deleting_asks_and_says_what_goes(page, plain):
    content = page.get(f"/frames/{plain.pk}/delete/").content.decode()
    assert "its 3 rows (1 to 3 m)" in content
    assert DepthScan.objects.exists()


def test_it_is_deleted_with_its_rows_and_the_file_that_waits(page, plain, settings, django_capture_on_commit_callbacks):
    ask_for_import(plain, make_csv([7, 8], greys_of(2)))
    assert len(stored_files(settings)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        response = page.post(f"/frames/{plain.pk}/delete/", follow=True)
    assert "scan 0 is deleted." in response.content.decode()
    assert not DepthScan.objects.exists()
    assert not DepthImport.objects.exists()
    assert not DepthBlock.objects.exists()
    assert stored_files(settings) == []


@pytest.mark.parametrize("page_name", ["edit", "delete"])
def test_strangers_change_nothing(client, stranger, plain, page_name):
    client.force_login(stranger)
    url = f"/frames/{plain.pk}/{page_name}/"
    assert client.post(url, {"name": "Mine", "unit": "m"}).status_code == 404
    assert client.delete(url).status_code == 405
    assert list(DepthScan.objects.values_list("name", flat=True)) == ["scan 0"]
