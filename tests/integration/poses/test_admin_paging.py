"""The admin's paging."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.admin.paginator import BoundedPaginator
from poses.admin.photos import PhotoAdmin
from poses.models import Photo

from .admin_rows import PHOTOS, uploaded


@pytest.fixture
def seven_photos(user, fake_detector) -> None:
    for number in range(7):
        uploaded(user, number)


@pytest.mark.usefixtures("seven_photos")
def test_a_count_stops_one_row_after_the_limit(monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "max_count", 4)
    paginator = BoundedPaginator(Photo.objects.with_poses(), 2)
    with CaptureQueriesContext(connection) as queries:
        assert (paginator.count, paginator.is_cut, paginator.num_pages) == (4, True, 2)
    assert len(queries) == 1
    assert "LIMIT 5" in queries[0]["sql"]


@pytest.mark.usefixtures("seven_photos")
@pytest.mark.parametrize("limit", [7, 8, 10_000])
def test_below_the_limit_the_count_is_exact(monkeypatch, limit):
    monkeypatch.setattr(BoundedPaginator, "max_count", limit)
    paginator = BoundedPaginator(Photo.objects.all(), 2)
    assert (paginator.count, paginator.is_cut, paginator.num_pages) == (7, False, 4)


def test_lists_are_counted_too():
    assert BoundedPaginator(["a", "b", "c"], 2).count == 3


@pytest.mark.usefixtures("seven_photos")
def test_the_list_says_that_there_are_more_and_pages_to_the_limit(admin_client, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "max_count", 4)
    monkeypatch.setattr(PhotoAdmin, "list_per_page", 2)
    monkeypatch.setattr(PhotoAdmin, "list_max_show_all", 3)
    html = admin_client.get(PHOTOS).content.decode()
    assert "More than 4 photos" in html
    assert len(admin_client.get(f"{PHOTOS}?p=2").context["cl"].result_list) == 2
    assert admin_client.get(f"{PHOTOS}?p=3").headers["Location"] == f"{PHOTOS}?e=1"
    assert "all=" not in html


@pytest.mark.usefixtures("seven_photos")
def test_every_query_of_the_list_reads_a_bounded_number_of_rows(admin_client):
    with CaptureQueriesContext(connection) as queries:
        admin_client.get(PHOTOS)
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert len(counts) == 1
    assert f"LIMIT {BoundedPaginator.max_count + 1}" in counts[0]
