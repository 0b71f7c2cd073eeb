"""Filters and search of the gallery."""

from datetime import UTC, datetime, timedelta

import pytest

from core.work import claims
from tests.integration.poses.gallery_photos import make_photo


@pytest.fixture
def shown(client, user):
    client.force_login(user)

    def get(**query: object) -> list[str]:
        response = client.get("/", query)
        assert response.status_code == 200
        return sorted(card.photo.original_name for card in response.context["cards"])

    return get


@pytest.fixture
def photos(user):
    make_photo(user, "one.jpg", people=1)
    make_photo(user, "three.jpg", people=3)
    make_photo(user, "nobody.jpg", people=0)
    make_photo(user, "broken.jpg", failed=True)
    make_photo(user, "waiting.jpg", people=0, status="pending")


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "completed"}, ["nobody.jpg", "one.jpg", "three.jpg"]),
        ({"status": "failed"}, ["broken.jpg"]),
        ({"status": "pending"}, ["waiting.jpg"]),
        ({"status": "nobody"}, ["nobody.jpg"]),
        ({"people": "0"}, ["broken.jpg", "nobody.jpg", "waiting.jpg"]),
        ({"people": "1"}, ["one.jpg"]),
        ({"people": "2"}, ["three.jpg"]),
        ({"status": "completed", "people": "0"}, ["nobody.jpg"]),
        ({"q": "O"}, ["broken.jpg", "nobody.jpg", "one.jpg"]),
        ({"q": "%"}, []),
        ({"q": ".jpg", "people": "2"}, ["three.jpg"]),
    ],
)
def test_a_filter_shows_what_fits(shown, query, expected):
    assert shown(**query) == expected


def test_what_waits_and_what_is_worked_on_is_in_progress(shown, user):
    make_photo(user, "waiting.jpg", people=0, status="pending")
    claims.take(make_photo(user, "running.jpg", people=0, status="pending"), lease=timedelta(seconds=30))
    make_photo(user, "done.jpg")
    assert shown(status="pending") == ["running.jpg", "waiting.jpg"]


def test_days_are_both_included(shown, user):
    for day in (1, 2, 3):
        make_photo(user, f"{day}.jpg", created_at=datetime(2026, 5, day, 23, 59, 59, 999_000, tzinfo=UTC))
    assert shown(since="2026-05-02") == ["2.jpg", "3.jpg"]
    assert shown(until="2026-05-02") == ["1.jpg", "2.jpg"]
    assert shown(since="2026-05-02", until="2026-05-02") == ["2.jpg"]


def test_a_model_is_offered_and_filters(client, shown, user):
    make_photo(user, "full.jpg")
    make_photo(user, "old.jpg", model_name="retired_model")
    assert shown(model="retired_model") == ["old.jpg"]
    assert "retired_model" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ({"status": "lost"}, "Status"),
        ({"people": "many"}, "People found"),
        ({"since": "yesterday"}, "Added from"),
        ({"since": "0001-01-01"}, "Added from"),
        ({"until": "9999-12-31"}, "Added until"),
        ({"model": "no_such_model"}, "Model"),
        ({"size": "1000000"}, "On a page"),
        ({"q": "a\x00b"}, "Search by name"),
        ({"q": "x" * 201}, "Search by name"),
    ],
)
def test_a_value_that_is_not_valid_is_not_used_and_named(client, user, query, label):
    client.force_login(user)
    make_photo(user, "one.jpg")
    response = client.get("/", query)
    assert response.status_code == 200
    assert [card.photo.original_name for card in response.context["cards"]] == ["one.jpg"]
    assert f"{label} is not used:" in response.content.decode()


def test_the_valid_part_of_a_half_valid_query_is_used(shown, user):
    make_photo(user, "one.jpg", people=1)
    make_photo(user, "two.jpg", people=2)
    assert shown(people="2", since="nonsense") == ["two.jpg"]


def test_no_match_says_so_and_offers_to_clear_the_filters(client, user):
    client.force_login(user)
    make_photo(user, "one.jpg")
    content = client.get("/", {"q": "<b>zebra"}).content.decode()
    assert "No photos match" in content
    assert "&lt;b&gt;zebra" in content
    assert "Clear filters" in content
    assert "Add your first photos" not in content
