"""The page of the queue: who sees it, what it shows, and what a retry does."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import EDITORS, OPERATORS, User
from core.queue_page import overview
from core.work import claims, retrying, sending
from core.work.kinds import all_kinds, kind_named
from poses.models import LogEntry, Photo
from poses.queue import DETECTION
from tests import broker
from tests.integration.poses.gallery_photos import make_photo

URL = "/queue/"


@pytest.fixture
def operator(make_user) -> User:
    member = make_user("operator@example.org")
    member.groups.add(Group.objects.get(name=OPERATORS))
    return member


@pytest.fixture
def page(client, operator):
    client.force_login(operator)

    def get(**query: object):
        response = client.get(URL, query)
        assert response.status_code == 200
        return response

    return get


@pytest.fixture
def running(make_row):
    def make(**values: object) -> Photo:
        photo = make_row()
        claims.claim(Photo.objects.filter(pk=photo.pk), lease=timedelta(seconds=30))
        Photo.objects.filter(pk=photo.pk).update(**values)
        return photo

    return make


def failed(owner: User, count: int = 1, **fields: object) -> list[Photo]:
    return [make_photo(owner, f"bad {number}.jpg", failed=True, **fields) for number in range(count)]


def shown(response) -> overview.Overview:
    found = [one for one in response.context["overviews"] if one.kind.name == DETECTION]
    assert len(found) == 1
    return found[0]


def texts(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_anonymous_visitors_are_sent_to_log_in(client, db):
    assert client.get(URL).url == "/accounts/login/?next=/queue/"


@pytest.mark.parametrize("group", [None, EDITORS])
def test_who_may_not_retry_is_told_that_nothing_is_here(client, user, group):
    if group:
        user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    photo = failed(user)[0]
    assert client.get(URL).status_code == 404
    assert client.post(URL, {"retry": f"detection:{photo.pk}"}).status_code == 404
    assert Photo.objects.get().status == "failed"
    assert 'href="/queue/"' not in client.get("/").content.decode()


def test_operators_and_superusers_see_it_and_a_link_to_it(client, operator, admin_user):
    for member in (operator, admin_user):
        client.force_login(member)
        assert client.get(URL).status_code == 200
        assert 'href="/queue/"' in client.get("/").content.decode()


def test_the_empty_page_says_so(page):
    html = page().content.decode()
    assert "Nothing waits and nothing has failed." in html
    assert html.count("<h1") == 1
    assert "Retry" not in html


def test_it_counts_and_lists_what_waits_runs_and_has_failed(page, user, make_row, running):
    make_row(queued_at=timezone.now() - timedelta(minutes=5))
    make_row()
    running()
    failed(user, error_message="It is <b>damaged</b>.", attempts=3, queued_at=timezone.now() - timedelta(hours=2))
    response = page()
    seen, html = shown(response), response.content.decode()
    assert (seen.waiting, seen.running, seen.failed) == (2, 1, 1)
    assert seen.oldest_age == "5\xa0minutes"
    assert [row.title for row in seen.waiting_rows] == ["row 1", "row 2"]
    assert [(row.title, row.attempts) for row in seen.running_rows] == [("row 3", 1)]
    assert "1 of 3" in html
    assert "It is &lt;b&gt;damaged&lt;/b&gt;." in html
    assert "detection_failed" in html
    assert "2\xa0hours ago" in html
    assert user.email in html


def test_only_who_may_see_the_photo_gets_a_link_to_it(page, client, user, admin_user):
    photo = failed(user)[0]
    link = f'href="/photos/{photo.pk}/"'
    assert link not in page().content.decode()
    client.force_login(admin_user)
    assert link in client.get(URL).content.decode()


def test_only_the_first_of_what_waits_are_listed(page, make_row, monkeypatch):
    monkeypatch.setattr(overview, "LISTED", 2)
    for _ in range(5):
        make_row()
    response = page()
    assert len(shown(response).waiting_rows) == 2
    assert "and 3 more" in response.content.decode()


def test_failures_come_newest_first_in_pages(page, user, monkeypatch):
    monkeypatch.setattr(overview, "LISTED", 2)
    now = timezone.now()
    for minutes in range(3):
        failed(user, 1, queued_at=now - timedelta(minutes=minutes))
    failed(user, 2, queued_at=now - timedelta(minutes=3))
    seen, cursor = [], ""
    for _ in range(3):
        one = shown(page(detection=cursor))
        seen += [row.key for row in one.failed_rows]
        cursor = one.older
    wanted = Photo.objects.order_by("-queued_at", "-pk").values_list("pk", flat=True)
    assert seen == [str(pk) for pk in wanted]
    assert len(seen) == 5
    assert cursor == ""


@pytest.mark.parametrize("cursor", ["x", "1", "1_x", "99999999999999999999_x", f"{10**30}_1", "_"])
def test_a_cursor_that_is_none_shows_the_first_page(page, user, cursor):
    failed(user)
    assert len(shown(page(detection=cursor)).failed_rows) == 1


def test_a_queue_that_nobody_works_on_is_pointed_out(page, make_row):
    make_row(queued_at=timezone.now() - timedelta(minutes=1))
    assert "This is not getting on" not in page().content.decode()
    make_row(queued_at=timezone.now() - timedelta(minutes=14))
    html = page().content.decode()
    assert "This is not getting on" in html
    assert "waited for 14\xa0minutes" in html


def test_who_tried_again_is_in_the_log(client, operator, user):
    client.force_login(operator)
    failed(user)
    client.post(URL, {"retry_all": DETECTION})
    assert LogEntry.objects.get(message="Queued").actor == operator


def test_a_key_that_no_database_holds_is_passed_over(client, operator):
    client.force_login(operator)
    assert client.post(URL, {"retry": f"arrival:{10**30}"}).status_code < 400


def test_a_long_queue_that_is_worked_on_is_not(page, make_row, running):
    make_row(queued_at=timezone.now() - timedelta(minutes=14))
    row = running()
    assert not shown(page()).is_stuck
    Photo.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    response = page()
    assert shown(response).is_stuck
    assert "worker not heard of" in response.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_queue(
    client, operator, user, make_row, running, django_assert_max_num_queries, django_assert_num_queries
):
    client.force_login(operator)
    make_row()
    running()
    failed(user)
    with django_assert_max_num_queries(6 * len(all_kinds())) as few:
        client.get(URL)
    for _ in range(10):
        make_row()
        running()
    failed(user, 10)
    with django_assert_num_queries(len(few)):
        client.get(URL)


def test_one_is_retried(client, operator, user, django_capture_on_commit_callbacks):
    client.force_login(operator)
    first, second = failed(user, 2, attempts=3)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(URL, {"retry": f"detection:{first.pk}"})
    assert response.url == URL
    assert texts(response) == ["1 is tried again."]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.attempts, first.error_message) == ("pending", 0, "")
    assert second.status == "failed"
    assert [arguments for _, arguments in broker.messages()] == [[DETECTION, [str(first.pk)]]]


def test_all_failed_ones_of_a_kind_are_retried(client, operator, user, running, django_capture_on_commit_callbacks):
    client.force_login(operator)
    failed(user, 12)
    busy = running()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(URL, {"retry_all": DETECTION})
    assert texts(response) == ["12 are tried again."]
    assert Photo.objects.filter(status="pending").count() == 12
    assert sum(len(arguments[1]) for _, arguments in broker.messages()) == 12
    busy.refresh_from_db()
    assert busy.status == "running"


def test_what_has_not_failed_is_left_alone(client, operator, user, make_row):
    client.force_login(operator)
    waiting, done = make_row(queued_at=timezone.now() - timedelta(hours=1)), make_photo(user)
    for photo in (waiting, done):
        response = client.post(URL, {"retry": f"detection:{photo.pk}"})
        assert texts(response)[-1] == "Nothing of it has failed any more."
    assert Photo.objects.get(pk=waiting.pk).queued_at == waiting.queued_at
    assert Photo.objects.get(pk=done.pk).status == "completed"


@pytest.mark.parametrize(
    "fields", [{}, {"retry": "detection"}, {"retry": "detection:no-id"}, {"retry": "none:1"}, {"retry_all": "none"}]
)
def test_what_names_nothing_changes_nothing(client, operator, user, fields):
    client.force_login(operator)
    failed(user)
    assert client.post(URL, fields).status_code in (302, 404)
    assert Photo.objects.get().status == "failed"


def test_a_retry_wants_a_token_and_other_methods_are_refused(operator, user):
    failed(user)
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    assert client.post(URL, {"retry_all": DETECTION}).status_code == 403
    assert client.delete(URL).status_code in (403, 405)
    assert Photo.objects.get().status == "failed"


@pytest.mark.django_db(transaction=True)
def test_a_retry_while_the_broker_is_down_keeps_the_row_for_the_sweep(user, monkeypatch):
    def down(*args: object, **kwargs: object) -> None:
        raise ConnectionError("refused")

    failed(user)
    monkeypatch.setattr(sending.current_app, "send_task", down)
    assert retrying.retry_all(kind_named(DETECTION), actor=user) == 1
    row = Photo.objects.get()
    assert row.status == "pending"
    assert row.lease_until is not None


def test_it_refreshes_in_place_and_is_silent_while_nothing_changes(client, operator, user):
    client.force_login(operator)
    failed(user, queued_at=timezone.now() - timedelta(hours=1))
    first = client.get(URL, headers={"HX-Request": "true"})
    html = first.content.decode()
    assert "<html" not in html
    assert 'hx-trigger="every 3s"' in html
    seen = re.search(r'"X-Seen": "(\w+)"', html)
    assert seen
    headers = {"HX-Request": "true", "X-Seen": seen.group(1)}
    assert client.get(URL, headers=headers).status_code == 204
    Photo.objects.all().delete()
    assert client.get(URL, headers=headers).status_code == 200


def test_what_cannot_be_retried_now_is_said_and_no_error(client, operator, user, monkeypatch):
    def refuse(*args, **kwargs):
        raise claims.Busy

    monkeypatch.setattr(retrying, "retry_all", refuse)
    failed(user)
    client.force_login(operator)
    response = client.post(URL, {"retry_all": "detection"}, follow=True)
    assert response.status_code == 200
    assert "This is being worked on right now" in response.content.decode()
