"""The gallery's page: who sees what, cards, states, number of queries."""

import re
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from tests.integration.poses.gallery_photos import make_photo, make_photos

URL = "/"


@pytest.fixture
def page(client, user):
    client.force_login(user)

    def get(**query: object):
        response = client.get(URL, query)
        assert response.status_code == 200
        return response

    return get


def shown(response) -> list[str]:
    return [card.photo.original_name for card in response.context["cards"]]


def test_an_anonymous_visitor_is_sent_to_the_login(client, db):
    response = client.get(URL)
    assert response.status_code == 302
    assert response.url == f"{reverse('accounts:login')}?next=/"


def test_a_post_is_refused(client, user):
    client.force_login(user)
    assert client.post(URL).status_code == 405


def test_the_empty_gallery_offers_a_sample_and_no_filters(page):
    content = page().content.decode()
    assert "Add your first photos" in content
    assert "Try a sample photo" in content
    assert "data-filters" not in content
    assert content.count("<h1") == 1


def test_a_card_shows_name_people_age_and_skeleton(page, user):
    photo = make_photo(user, "squat <1>.jpg", people=2)
    response = page()
    content = response.content.decode()
    assert shown(response) == ["squat <1>.jpg"]
    assert "squat &lt;1&gt;.jpg" in content
    assert "2 people" in content
    assert "just now" in content
    assert f'href="/photos/{photo.id}/"' in content
    assert f'src="/api/photos/{photo.id}/thumbnail/"' in content
    assert 'viewBox="0 0 320 240"' in content
    assert content.count('class="bone-left"') == 2
    assert content.count("<h1") == 1


def test_a_card_names_what_is_the_matter(page, user):
    make_photo(user, "broken.jpg", failed=True)
    make_photo(user, "empty.jpg", people=0)
    content = page().content.decode()
    assert ">Failed</span>" in content
    assert ">Nobody found</span>" in content


def test_others_photos_are_not_shown(page, stranger):
    make_photo(stranger, "secret.jpg")
    response = page(whose="everyone")
    assert shown(response) == []
    assert "secret" not in response.content.decode()


def test_who_may_see_all_photos_sees_their_own_unless_they_ask(client, user, stranger):
    user.user_permissions.add(Permission.objects.get(codename="view_photo"))
    client.force_login(user)
    make_photo(user, "mine.jpg")
    make_photo(stranger, "theirs.jpg")
    assert shown(client.get(URL)) == ["mine.jpg"]
    everyone = client.get(URL, {"whose": "everyone"})
    assert shown(everyone) == ["theirs.jpg", "mine.jpg"]
    assert '<span class="photo-owner">Eve</span>' in everyone.content.decode()


@pytest.mark.parametrize("query", [{}, {"status": "completed", "people": "1", "q": "photo"}])
def test_the_number_of_queries_does_not_grow_with_the_photos(
    client, user, django_assert_max_num_queries, django_assert_num_queries, query
):
    client.force_login(user)
    make_photos(user, 3, created_at=timezone.now())
    with django_assert_max_num_queries(8) as few:
        client.get(URL, query)
    make_photos(user, 27, created_at=timezone.now())
    with django_assert_num_queries(len(few)):
        response = client.get(URL, query)
    assert len(response.context["cards"]) == 24


def test_htmx_gets_only_what_changes(client, user):
    client.force_login(user)
    make_photo(user)
    response = client.get(URL, headers={"HX-Request": "true"})
    content = response.content.decode()
    assert "<html" not in content
    assert 'id="grid"' in content
    assert "HX-Request" in response["Vary"]
    assert "private" in response["Cache-Control"]


def test_the_page_holds_nothing_inline(page, user):
    make_photo(user)
    content = page().content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", content)
    assert "<style" not in content
    assert not re.search(r"\s(style|on\w+)=", content)


def test_a_card_alone_can_be_asked_for(client, user):
    client.force_login(user)
    photo = make_photo(user, "new.jpg")
    response = client.get(reverse("poses:photo_card", args=[photo.id]))
    assert response.status_code == 200
    assert f'id="card-{photo.id}"' in response.content.decode()


@pytest.mark.parametrize("path", ["/photos/{}/card/", "/photos/{}/"])
def test_someone_elses_photo_is_not_found(client, user, stranger, path):
    client.force_login(user)
    photo = make_photo(stranger)
    assert client.get(path.format(photo.id)).status_code == 404
    assert client.get(path.format(uuid.uuid4())).status_code == 404
    assert client.get(path.format("no-id")).status_code == 404


def test_a_missing_page_says_what_to_do(client, user):
    client.force_login(user)
    response = client.get("/nowhere/")
    content = response.content.decode()
    assert response.status_code == 404
    assert "Nothing is here" in content
    assert "Go to photos" in content
    assert content.count("<h1") == 1
