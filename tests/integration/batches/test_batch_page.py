"""The page of one batch: its check, how it goes on, its rows, and what can be decided."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from batches.models import Batch, BatchImage, BatchRow, Delivery, Output
from batches.services import stages
from poses.models import Photo
from tests.integration.batches.conftest import ImageServer, table

HTMX = {"HX-Request": "true"}
SAMPLES = 3  # the first row, the middle one, the last


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def mixed(make_batch, images: ImageServer, work_through) -> Batch:
    """Finished: two rows that are done, one in part, one that has failed."""
    images.put("gone.jpg", status=404)
    good = [images.url(f"good-{number}.jpg") for number in range(3)]
    batch = make_batch(
        content=table(
            ("A1", "Mat", good[0]),
            ("A2", "Shoe <b>", good[1]),
            ("A3", "Ball", [good[2], images.url("gone.jpg")]),
            ("A4", "Bar", images.url("gone.jpg")),
        )
    )
    work_through()
    batch.refresh_from_db()
    return batch


def text(response) -> str:
    return response.content.decode()


def url(batch: Batch, name: str = "batch") -> str:
    return reverse(f"batches:{name}", args=[batch.pk])


ACTIONS = ("start", "pause", "resume", "retry", "cancel", "delete")


def test_an_anonymous_visitor_is_sent_to_the_login(client, make_batch):
    batch = make_batch()
    for name in ("batch", "cancel", "delete"):
        assert client.get(url(batch, name)).url.startswith(reverse("accounts:login"))
    for name in ACTIONS:
        assert client.post(url(batch, name)).url.startswith(reverse("accounts:login"))
    assert Batch.objects.get().stage == "running"


def test_someone_elses_is_not_there_and_stays_as_it_is(client, stranger, make_batch):
    batch = make_batch()
    client.force_login(stranger)
    for name in ("batch", "cancel", "delete"):
        assert client.get(url(batch, name)).status_code == 404
    for name in ACTIONS:
        assert client.post(url(batch, name)).status_code == 404
    assert Batch.objects.get().stage == "running"


def test_one_that_is_not_there_is_404(page):
    assert page.get(f"/batches/{uuid.uuid4()}/").status_code == 404
    assert page.get("/batches/not-an-id/").status_code == 404


@pytest.mark.parametrize("name", ["start", "pause", "resume", "retry"])
def test_decisions_are_posted(page, make_batch, name):
    assert page.get(url(make_batch(), name)).status_code == 405


def test_the_page_itself_takes_no_post(page, make_batch):
    assert page.post(url(make_batch())).status_code == 405


# A draft


@pytest.fixture
def draft(make_batch, images: ImageServer) -> Batch:
    rows = [
        ("" if number == 2 else number, f"Product {number}", images.url(f"draft-{number}.jpg"), "red")
        for number in range(5)
    ]
    header = ("S. No.", "Name", "Image URLs", "Colour")
    return make_batch(content=table(*rows, header=header), is_started=False, email="ada@example.org")


def test_a_draft_says_what_was_understood(page, draft):
    content = text(page.get(url(draft)))
    assert "Checked, not started" in content
    for name, words in (("Serial number", "S. No."), ("Product", "Name"), ("Carried along", "Colour")):
        assert f"<dt>{name}</dt><dd>{words}</dd>" in content
    assert "1 warning" in content
    assert "quality 50" in content
    assert "ada@example.org" in content
    assert content.count("<h1") == 1


def test_a_draft_asks_until_its_samples_are_done(page, draft, work_through):
    before = page.get(url(draft))
    assert len(before.context["samples"]) == SAMPLES
    assert 'hx-trigger="every 2s, look"' in text(before)
    assert text(before).count("is-waiting") == SAMPLES
    work_through()
    after = page.get(url(draft), headers={**HTMX, "X-Draft": "yes", "X-Seen": before.context["digest"]})
    assert "<h1" not in text(after)
    assert "hx-trigger" not in text(after)
    assert text(after).count("1 person") == SAMPLES
    assert text(after).count('class="bone-left"') == SAMPLES
    assert "Estimate for all 5 images: about 1 s." in text(after)


def test_a_sample_that_fails_says_why(page, make_batch, images, work_through):
    batch = make_batch(content=table((1, "Mat", images.put("gone.jpg", status=404))), is_started=False)
    work_through()
    content = text(page.get(url(batch)))
    assert "http_status_404" in content
    assert "None of them worked." in content
    assert 'id="start"' in content


def test_a_draft_that_was_started_elsewhere_is_loaded_anew(page, draft):
    seen = page.get(url(draft)).context["digest"]
    stages.start(draft)
    response = page.get(url(draft), headers={**HTMX, "X-Draft": "yes", "X-Seen": seen})
    assert response["HX-Refresh"] == "true"


def test_a_draft_is_started(page, draft):
    response = page.post(url(draft, "start"))
    draft.refresh_from_db()
    assert response.url == url(draft)
    assert draft.stage == "running"


def test_discarding_a_draft_takes_its_photos_along(page, draft, work_through):
    work_through()
    assert Photo.objects.count() == SAMPLES
    assert "Discard this batch?" in text(page.get(url(draft, "delete")))
    response = page.post(url(draft, "delete"), follow=True)
    assert "is discarded." in text(response)
    assert not Batch.objects.exists()
    assert not Photo.objects.exists()


# Started


def test_a_running_one_shows_how_far_it_is_and_asks_again(page, make_batch):
    batch = make_batch(3)
    response = page.get(url(batch))
    content = text(response)
    assert response.context["counts"][0] == ("Queued", "3", "")
    assert '<progress class="batch-bar" value="0" max="3"' in content
    assert 'hx-trigger="every 2s, look"' in content
    assert 'id="pause"' in content
    assert 'id="resume"' not in content
    assert 'id="retry"' not in content
    assert content.count("<h1") == 1


def test_a_finished_one_asks_no_more_and_offers_its_files(page, mixed):
    content = text(page.get(url(mixed)))
    assert "hx-trigger" not in content
    assert "Finished, 1 failed" in content
    for name in ("batch-output-csv", "batch-failed-csv", "batch-images-zip"):
        assert reverse(name, args=[mixed.pk]) in content
    assert 'id="pause"' not in content
    assert 'id="ask-cancel"' not in content
    assert "Retry 1 failed" in content


def test_nothing_is_answered_while_it_is_as_seen(page, mixed):
    seen = page.get(url(mixed)).context["digest"]
    assert page.get(url(mixed), headers={**HTMX, "X-Seen": seen}).status_code == 204
    changed = page.get(url(mixed), headers={**HTMX, "X-Seen": "older"})
    assert changed.status_code == 200
    assert 'id="poller"' in text(changed)
    assert "<h1" not in text(changed)


def test_a_row_says_what_became_of_its_images(page, mixed):
    content = text(page.get(url(mixed)))
    images = {image.url.rsplit("/", 1)[1]: image for image in BatchImage.objects.all()}
    done, gone = images["good-0.jpg"], images["gone.jpg"]
    assert reverse("photo-thumbnail", args=[done.photo_id]) in content
    assert reverse("poses:photo", args=[done.photo_id]) in content
    assert reverse("batch-output", args=[done.output_id]) in content
    assert "1 person" in content
    assert "Shoe &lt;b&gt;" in content
    assert f"{gone.error_message} <code>http_status_404</code>" in content
    assert ">Partly done</span>" in content


@pytest.mark.parametrize(
    ("state", "serials"),
    [
        ("", ["A1", "A2", "A3", "A4"]),
        ("done", ["A1", "A2"]),
        ("partial", ["A3"]),
        ("failed", ["A4"]),
        ("waiting", []),
        ("lost", ["A1", "A2", "A3", "A4"]),
    ],
)
def test_rows_are_filtered(page, mixed, state, serials):
    response = page.get(url(mixed), {"state": state})
    assert [line.row.serial for line in response.context["lines"]] == serials
    assert [(filter_.label, filter_.count) for filter_ in response.context["filters"]] == [
        ("All", "4"),
        ("Waiting", "0"),
        ("Done", "2"),
        ("Partly", "1"),
        ("Failed", "1"),
    ]
    assert text(response).count('aria-current="page"') == 1


def test_pages_of_rows_follow_each_other(page, make_batch):
    batch = make_batch(120)
    first = page.get(url(batch))
    assert _numbers(first) == list(range(1, 51))
    assert "1 to 50 of 120 rows" in text(first)
    assert 'rel="prev"' not in text(first)
    assert first.context["older"] == "?after=50"
    assert _numbers(page.get(url(batch), {"after": 50})) == list(range(51, 101))
    last = page.get(url(batch), {"after": 100})
    assert _numbers(last) == list(range(101, 121))
    assert 'rel="next"' not in text(last)
    assert last.context["newer"] == "?before=101"
    assert _numbers(page.get(url(batch), {"before": 101})) == list(range(51, 101))


@pytest.mark.parametrize("place", ["120", "-1", "many", "9" * 30, ""])
def test_a_place_without_rows_is_the_first_page(page, make_batch, place):
    assert _numbers(page.get(url(make_batch(120)), {"after": place})) == list(range(1, 51))


def test_a_page_of_a_filter_keeps_it(page, make_batch):
    batch = make_batch(60)
    response = page.get(url(batch), {"state": "waiting"})
    assert response.context["older"] == "?state=waiting&after=50"
    assert "50 of 60 rows" in text(response)


def test_of_many_images_the_first_are_shown(page, make_batch, images):
    batch = make_batch(content=table((1, "Mat", [images.url(f"{number}.jpg") for number in range(12)])))
    [line] = page.get(url(batch)).context["lines"]
    assert (len(line.images), line.more) == (8, 4)
    assert "and 4 more" in text(page.get(url(batch)))


def test_the_number_of_queries_does_not_depend_on_the_rows(page, make_batch, work_through, django_assert_num_queries):
    small, large = make_batch(2), make_batch(60)
    work_through()
    # Session, user, permissions (2), batch, progress (4), rows, how many images they have, the images.
    for batch in (small, large):
        with django_assert_num_queries(12):
            page.get(url(batch))


def test_it_says_when_it_ended(page, make_batch, work_through):
    batch = make_batch(1)
    assert "<time" not in text(page.get(url(batch)))
    work_through()
    ended = re.search(r"<time .*>(.*)</time>", text(page.get(url(batch))))
    assert ended is not None
    assert ended[1] == "just now"


def test_bytes_saved_are_told_where_something_was_compressed(page, make_batch, work_through):
    compressed, found = make_batch(1), make_batch(1, compresses=False)
    work_through()
    assert "<dt>Saved</dt>" in text(page.get(url(compressed)))
    assert "<dt>Saved</dt>" not in text(page.get(url(found)))


def test_images_without_photos_show_the_outputs_thumbnail(page, make_batch, work_through):
    batch = make_batch(1, finds_people=False)
    work_through()
    output = Output.objects.get()
    content = text(page.get(url(batch)))
    assert reverse("batch-output-thumbnail", args=[output.pk]) in content
    Output.objects.update(thumbnail="")
    assert f'src="{reverse("batch-output", args=[output.pk])}"' in text(page.get(url(batch)))


def test_who_is_told_and_how_that_stands(page, make_batch, work_through):
    batch = make_batch(1, email="ada@example.org")
    assert "when the batch has ended" in text(page.get(url(batch)))
    work_through()
    Delivery.objects.filter(batch=batch).delete()
    values = {"owner": batch.owner, "batch": batch, "event": "batch.completed", "target": "ada@example.org", "body": {}}
    delivery = Delivery.objects.create(
        **values, channel="email", status="held", tries=2, due_at=timezone.now() + timedelta(minutes=4)
    )
    delivery.log.create(error_code="smtp_down", error_message="The mail server is down.")
    waiting = text(page.get(url(batch)))
    assert "tried 2 times, again in 4 min" in waiting
    assert "The mail server is down. <code>smtp_down</code>" in waiting
    assert f'href="{delivery.get_absolute_url()}"' in waiting  # where it is resent
    Delivery.objects.update(status="completed", due_at=None, delivered_at=timezone.now())
    assert "sent just now" in text(page.get(url(batch)))
    Delivery.objects.update(status="failed", error_code="gave_up", error_message="Nobody answered.")
    assert "Nobody answered. <code>gave_up</code>" in text(page.get(url(batch)))


# Decisions


def test_it_is_paused_and_resumed(page, make_batch):
    batch = make_batch()
    assert page.post(url(batch, "pause"), {"state": "waiting"}).url == f"{url(batch)}?state=waiting"
    paused = text(page.get(url(batch)))
    assert ">Paused</span>" in paused
    assert "Nothing is begun until you resume." in paused
    assert 'id="resume"' in paused
    assert page.post(url(batch, "resume"), {"state": "elsewhere"}).url == url(batch)
    batch.refresh_from_db()
    assert batch.stage == "running"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("start", "It has been started already."),
        ("pause", "Only a running batch can be paused."),
        ("resume", "Only a paused batch can be resumed."),
        ("cancel", "It does not run any more."),
        ("retry", "No row has failed."),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(page, finished, name, words):
    before = Batch.objects.values().get()
    response = page.post(url(finished, name), follow=True)
    assert f'<p class="message error">{words}</p>' in text(response)
    assert Batch.objects.values().get() == before


def test_what_has_failed_is_tried_again(page, mixed, images, work_through):
    images.answers.clear()
    response = page.post(url(mixed, "retry"), {"state": "failed"}, follow=True)
    assert "1 image is tried again." in text(response)
    assert ">Running</span>" in text(response)
    assert response.context["wanted"] == ""
    work_through()
    content = text(page.get(url(mixed)))
    assert ">Finished</span>" in content
    assert 'id="failed-csv"' not in content


def test_cancelling_asks_first(page, make_batch, work_through):
    batch = make_batch()
    assert "Cancel this batch?" in text(page.get(url(batch, "cancel")))
    batch.refresh_from_db()
    assert batch.stage == "running"
    page.post(url(batch, "cancel"))
    work_through()
    content = text(page.get(url(batch)))
    assert ">Cancelled</span>" in content
    assert "<code>cancelled</code>" in content
    assert "Go on with 2 images" in content


def test_deleting_asks_first_and_leaves_the_photos(page, mixed):
    photos = Photo.objects.count()
    assert "Delete this batch?" in text(page.get(url(mixed, "delete")))
    assert Batch.objects.exists()
    response = page.post(url(mixed, "delete"), follow=True)
    assert "is deleted." in text(response)
    assert not Batch.objects.exists()
    assert not BatchRow.objects.exists()
    assert Photo.objects.count() == photos


def test_results_that_could_not_be_written_say_why(page, mixed):
    Batch.objects.update(
        status="failed", finished_at=None, error_code="storage_full", error_message="The site's disk is full."
    )
    content = text(page.get(url(mixed)))
    assert "The CSV of results could not be written" in content
    assert "<code>storage_full</code>" in content
    assert "hx-trigger" not in content


def _numbers(response) -> list[int]:
    return [line.row.number for line in response.context["lines"]]
