"""What the gallery shows of photos that are worked on in the background, and how it keeps that true."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from core.work import claims
from poses.models import LogEntry, Photo
from poses.views import progress
from tests import broker
from tests.integration.poses.gallery_photos import make_photo

PROGRESS, RETRY = "/photos/progress/", "/photos/retry/"
LEASE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere():
    broker.messages()
    yield
    broker.messages()


def waiting(owner, name: str = "waiting.jpg", **fields: object) -> Photo:
    return make_photo(owner, name, people=0, status="pending", **fields)


def running(owner, name: str = "running.jpg") -> Photo:
    photo = waiting(owner, name)
    claims.take(photo, lease=LEASE)
    return photo


@pytest.fixture
def ask(client, user):
    client.force_login(user)

    def get(**known: object) -> str:
        response = client.get(PROGRESS, known, headers={"HX-Request": "true"})
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        return response.content.decode().strip()

    return get


@pytest.fixture
def retry(client, user):
    client.force_login(user)

    def post(*photos: object, **headers: str):
        keys = [str(getattr(photo, "pk", photo)) for photo in photos]
        return client.post(RETRY, {"photo": keys}, headers=headers)

    return post


def rows_of(response) -> list[tuple[str, str]]:
    return [(row.photo.original_name, row.text) for row in response.context["upload_rows"]]


def test_the_page_lists_the_users_unfinished_photos_oldest_first(client, user, stranger):
    client.force_login(user)
    now = timezone.now()
    waiting(user, "second.jpg", queued_at=now - timedelta(minutes=1))
    waiting(user, "first.jpg", queued_at=now - timedelta(minutes=2))
    running(user, "third.jpg")
    make_photo(user, "done.jpg")
    make_photo(user, "failed.jpg", failed=True)
    waiting(stranger, "theirs.jpg")
    response = client.get("/")
    assert rows_of(response) == [
        ("first.jpg", "Waiting"),
        ("second.jpg", "Waiting"),
        ("third.jpg", "Finding people"),
    ]
    assert "0 of 3 done" in response.content.decode()


def test_a_long_list_is_cut_and_says_how_many_more_there_are(client, user, monkeypatch):
    monkeypatch.setattr("poses.views.gallery._UNFINISHED_SHOWN", 2)
    client.force_login(user)
    for _ in range(5):
        waiting(user)
    response = client.get("/")
    assert len(rows_of(response)) == 2
    assert "3 more are waiting behind these." in response.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_unfinished_photos(
    client, user, django_assert_max_num_queries, django_assert_num_queries
):
    client.force_login(user)
    waiting(user)
    with django_assert_max_num_queries(9) as few:
        client.get("/")
    for _ in range(20):
        waiting(user)
    with django_assert_num_queries(len(few)):
        client.get("/")


def test_a_card_says_that_it_waits_or_is_worked_on(client, user):
    client.force_login(user)
    first, second = waiting(user), running(user)
    content = client.get("/").content.decode()
    assert '<span class="badge">Waiting</span>' in content
    assert "Finding people…</span>" in content
    assert f'data-photo="{first.pk}" data-unfinished="pending"' in content
    assert f'data-photo="{second.pk}" data-unfinished="running"' in content


def test_nothing_is_answered_while_nothing_changes(ask, user):
    assert ask(pending=waiting(user).pk, running=running(user).pk) == ""
    assert ask() == ""


def test_what_has_changed_is_answered_as_row_and_card(ask, user):
    begun, done = running(user, "begun.jpg"), make_photo(user, "done.jpg", people=2)
    still = waiting(user, "still.jpg")
    markup = ask(pending=[begun.pk, done.pk, still.pk])
    for photo in (begun, done):
        assert f'id="upload-{photo.pk}"' in markup
        assert f'id="card-{photo.pk}"' in markup
    assert str(still.pk) not in markup
    assert markup.count('hx-swap-oob="true"') == 4
    assert "Done · 2 people" in markup
    assert markup.count('class="bone-left"') == 2
    assert f'href="/photos/{done.pk}/" aria-label="Open done.jpg"' in markup


def test_a_photo_that_has_failed_says_why_and_offers_another_try(ask, user):
    photo = make_photo(user, "bad <1>.jpg", failed=True, error_message="It is <damaged>.")
    markup = ask(running=photo.pk)
    assert "It is &lt;damaged&gt;." in markup
    assert 'aria-label="Retry bad &lt;1&gt;.jpg"' in markup
    assert "csrfmiddlewaretoken" in markup


def test_the_photos_of_others_are_as_good_as_gone(ask, stranger):
    theirs, unknown = make_photo(stranger, "secret.jpg"), uuid.uuid4()
    markup = ask(pending=[theirs.pk, unknown])
    for pk in (theirs.pk, unknown):
        assert f'<li id="upload-{pk}" hx-swap-oob="delete"></li>' in markup
        assert f'<li id="card-{pk}" hx-swap-oob="delete"></li>' in markup
    assert "secret" not in markup


def test_who_may_see_everyones_photos_sees_their_cards_change(ask, user, stranger):
    user.user_permissions.add(Permission.objects.get(codename="view_photo"))
    theirs = make_photo(stranger, "theirs.jpg")
    assert f'id="card-{theirs.pk}"' in ask(pending=theirs.pk)


def test_what_is_no_id_is_passed_over(ask, user):
    done = make_photo(user)
    markup = ask(pending=["", "no-id", "1' OR '1'='1", done.pk])
    assert markup.count('id="upload-') == 1


def test_no_more_than_a_pageful_is_answered(ask, user, monkeypatch):
    monkeypatch.setattr(progress, "ASKED_AT_MOST", 2)
    photos = [make_photo(user) for _ in range(3)]
    assert ask(pending=[photo.pk for photo in photos]).count('id="upload-') == 2


def test_an_answer_costs_the_same_for_one_and_for_many(client, user, django_assert_num_queries):
    client.force_login(user)
    unchanged = [waiting(user).pk for _ in range(20)]
    with django_assert_num_queries(5):
        client.get(PROGRESS, {"pending": unchanged})
    for count in (1, 20):
        changed = [make_photo(user).pk for _ in range(count)]
        with django_assert_num_queries(7):
            client.get(PROGRESS, {"pending": [*unchanged, *changed]})


def test_anonymous_visitors_are_sent_to_log_in(client, user):
    photo = make_photo(user, failed=True)
    assert client.get(PROGRESS).url.startswith("/accounts/login/")
    assert client.post(RETRY, {"photo": photo.pk}).url == "/accounts/login/"
    assert Photo.objects.get().status == "failed"


def test_a_retry_queues_the_photo_and_answers_how_it_stands(retry, user, django_capture_on_commit_callbacks):
    photo = make_photo(user, "bad.jpg", failed=True, attempts=3)
    with django_capture_on_commit_callbacks(execute=True):
        response = retry(photo, **{"HX-Request": "true"})
    markup = response.content.decode()
    assert response.status_code == 200
    assert f'id="upload-{photo.pk}" data-photo="{photo.pk}" data-unfinished="pending"' in markup
    assert f'id="card-{photo.pk}"' in markup
    photo.refresh_from_db()
    assert (photo.status, photo.attempts, photo.error_code) == ("pending", 0, "")
    assert [arguments for _, arguments in broker.messages()] == [["detection", [str(photo.pk)]]]
    assert LogEntry.objects.get(photo=photo).actor == user


def test_without_scripts_a_retry_leads_back_to_the_gallery(retry, user):
    response = retry(make_photo(user, failed=True))
    assert response.url == "/"
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["1 photo is tried again."]


def test_several_are_retried_at_once_and_only_those_that_have_failed(retry, user):
    failed = [make_photo(user, failed=True) for _ in range(2)]
    done, busy = make_photo(user), running(user)
    response = retry(*failed, done, busy, "no-id", **{"HX-Request": "true"})
    assert response.status_code == 200
    assert Photo.objects.filter(status="pending").count() == 2
    busy.refresh_from_db()
    done.refresh_from_db()
    assert (busy.status, done.status) == ("running", "completed")


@pytest.mark.parametrize("codenames", [(), ("view_photo",)])
def test_the_photos_of_others_are_not_retried(retry, user, stranger, codenames):
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    photo = make_photo(stranger, "secret.jpg", failed=True)
    response = retry(photo, **{"HX-Request": "true"})
    assert ("secret" in response.content.decode()) is bool(codenames)
    photo.refresh_from_db()
    assert photo.status == "failed"
    assert broker.messages() == []


def test_a_retry_of_nothing_changes_nothing(retry, user):
    make_photo(user, failed=True)
    response = retry()
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["There is nothing to try again."]
    assert Photo.objects.get().status == "failed"


def test_a_retry_wants_a_token(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(RETRY, {"photo": make_photo(user, failed=True).pk}).status_code == 403
    assert Photo.objects.get().status == "failed"


@pytest.mark.parametrize(("url", "method"), [(PROGRESS, "post"), (RETRY, "get")])
def test_wrong_methods_are_refused(client, user, url, method):
    client.force_login(user)
    assert getattr(client, method)(url).status_code == 405
