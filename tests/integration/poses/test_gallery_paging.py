"""Paging of the gallery: by the last photo seen."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from poses.models import Photo
from poses.selectors.keyset import Cursor
from tests.integration.poses.gallery_photos import make_photo, make_photos, names


@pytest.fixture
def walk(client, user):
    """The pages from the first on, by their links."""
    client.force_login(user)

    def pages(link: str, url: str = "/") -> list[list[str]]:
        found = []
        while len(found) < 10:
            response = client.get(url)
            assert response.status_code == 200
            found.append([card.photo.original_name for card in response.context["cards"]])
            if not response.context[link]:
                return found
            url = f"/{response.context[link]}"
        raise AssertionError("the pages have no end")

    return pages


def test_photos_of_one_moment_are_neither_lost_nor_repeated(walk, user):
    photos = make_photos(user, 60, created_at=timezone.now())
    pages = walk("older")
    assert [len(page) for page in pages] == [24, 24, 12]
    seen = [name for page in pages for name in page]
    assert len(set(seen)) == 60
    assert set(seen) == names(photos)


def test_newer_leads_back_to_the_same_pages(walk, client, user):
    now = timezone.now()
    for number in range(50):
        make_photo(user, f"{number:02}.jpg", created_at=now - timedelta(seconds=number // 7))
    down = walk("older")
    last = client.get("/").context["older"]
    last = client.get(f"/{last}").context["older"]
    up = walk("newer", f"/{last}")
    assert len(down) == 3
    assert up == down[::-1]


def test_a_page_of_newer_photos_that_is_not_full_is_the_first(client, user):
    client.force_login(user)
    photos = make_photos(user, 5, created_at=timezone.now())
    oldest = min(photos, key=lambda photo: photo.id.hex)
    response = client.get("/", {"after": str(Cursor(oldest.created_at, oldest.id))})
    assert len(response.context["cards"]) == 5
    assert not response.context["newer"]


def test_a_page_whose_photos_are_gone_is_the_first(client, user):
    client.force_login(user)
    photo = make_photo(user, "oldest.jpg")
    response = client.get("/", {"before": str(Cursor(photo.created_at, photo.id))})
    assert [card.photo.original_name for card in response.context["cards"]] == ["oldest.jpg"]


@pytest.mark.parametrize("cursor", ["", "x", "-", "1-1", "9" * 40 + "-" + "0" * 32, "-1-" + "0" * 32, "½-" + "0" * 32])
def test_a_malformed_cursor_is_the_first_page(client, user, cursor):
    client.force_login(user)
    make_photo(user, "one.jpg")
    for name in ("before", "after"):
        response = client.get("/", {name: cursor})
        assert response.status_code == 200
        assert len(response.context["cards"]) == 1


def test_links_keep_the_filters(client, user):
    client.force_login(user)
    make_photos(user, 30, created_at=timezone.now())
    response = client.get("/", {"q": "photo", "people": "1", "status": ""})
    older = response.context["older"]
    assert older.startswith("?q=photo&people=1&before=")
    assert len(client.get(f"/{older}").context["cards"]) == 6


def test_sixty_on_a_page_where_asked(client, user):
    client.force_login(user)
    make_photos(user, 61, created_at=timezone.now())
    response = client.get("/", {"size": "60"})
    assert len(response.context["cards"]) == 60
    assert "size=60" in response.context["older"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan")
@pytest.mark.parametrize("cursor", ["before", "after"])
def test_every_page_is_read_from_the_index(client, user, cursor):
    client.force_login(user)
    photo = make_photos(user, 3, created_at=timezone.now())[1]
    with CaptureQueriesContext(connection) as queries:
        client.get("/", {cursor: str(Cursor(photo.created_at, photo.id))})
    table = Photo._meta.db_table
    paged = [query["sql"] for query in queries if f'FROM "{table}"' in query["sql"] and "NOT (" in query["sql"]]
    assert len(paged) == 1
    with connection.cursor() as database:
        database.execute(f"EXPLAIN QUERY PLAN {paged[0]}")
        plan = " ".join(row[3] for row in database.fetchall())
    assert "photo_newest_of_owner" in plan
    assert "created_at" in plan
    assert "TEMP B-TREE" not in plan
