"""The page of batches: the list, and the form whose CSV is checked before anything is stored."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from batches.formats import reading
from batches.models import Batch, BatchImage, BatchRow
from batches.services import stages
from poses.models import Photo
from tests.integration.batches.conftest import ImageServer, table
from tests.integration.poses.conftest import stored_files

URL = "/batches/"
GIVEN = {
    "compresses": "on",
    "size_by": "quality",
    "quality": "60",
    "target_percent": "40",
    "output_format": "webp",
    "finds_people": "on",
    "people": "2",
    "min_confidence": "0.4",
    "email": "ada@example.org",
    "webhook_url": "",
}


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def csv_of(content: bytes, name: str = "products.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/csv")


@pytest.fixture
def check(page: Client, images: ImageServer):
    """Posts the form; a field that is None is left out."""

    def post(content: bytes | None = None, *, name: str = "products.csv", htmx: bool = False, **fields: object):
        given = {
            **GIVEN,
            "file": csv_of(table((1, "Mat", images.url("mat.jpg"))) if content is None else content, name),
        }
        data = {key: value for key, value in {**given, **fields}.items() if value is not None}
        return page.post(URL, data, headers={"HX-Request": "true"} if htmx else {})

    return post


def nothing_is_stored() -> bool:
    return not Batch.objects.exists() and not BatchRow.objects.exists() and not BatchImage.objects.exists()


def test_an_anonymous_visitor_is_sent_to_the_login(client, db):
    response = client.get(URL)
    assert response.status_code == 302
    assert response.url == f"{reverse('accounts:login')}?next={URL}"
    assert client.post(URL).status_code == 302


def test_other_methods_are_refused(page):
    assert page.delete(URL).status_code == 405


def test_the_empty_page_says_what_this_is_and_has_the_form_open(page):
    content = page.get(URL).content.decode()
    assert "Your first batch" in content
    assert "data-panel hidden" not in content
    assert 'value="ada@example.org"' in content
    assert reverse("batches:example_csv") in content
    assert reverse("webhooks:webhooks") in content
    assert content.count("<h1") == 1


def test_the_example_is_a_csv_that_the_check_takes(page):
    response = page.get(reverse("batches:example_csv"))
    assert response["Content-Disposition"] == 'attachment; filename="batch-example.csv"'
    read = reading.read(response.content, max_rows=10)
    assert [row.product for row in read.rows] == ["Yoga mat", "Running shoe"]
    assert len(read.rows[0].urls) == 2


def test_the_models_are_a_choice_only_where_there_are_several(page, monkeypatch):
    monkeypatch.setattr("batches.views.list.available_models", lambda: {"full": None, "heavy": None})
    assert [name for name, _ in page.get(URL).context["form"].fields["model"].choices] == ["full", "heavy"]
    monkeypatch.setattr("batches.views.list.available_models", lambda: {"full": None})
    assert "model" not in page.get(URL).context["form"].fields


def test_a_good_csv_becomes_a_draft_of_what_was_chosen(check, user):
    response = check()
    batch = Batch.objects.get()
    assert response.status_code == 302
    assert response.url == batch.get_absolute_url()
    assert (batch.owner, batch.name, batch.stage) == (user, "products.csv", "draft")
    assert (batch.compresses, batch.output_format, batch.quality, batch.target_percent) == (True, "webp", 60, None)
    assert (batch.finds_people, batch.people_wanted, batch.min_confidence) == (True, 2, 0.4)
    assert (batch.email, batch.webhook_url, batch.base_url) == ("ada@example.org", "", "http://testserver")


def test_a_target_takes_the_place_of_the_quality(check):
    check(size_by="target", target_percent="30", longest_side="1600", measures_ssim="on", quality="")
    batch = Batch.objects.get()
    assert (batch.quality, batch.target_percent, batch.longest_side, batch.measures_ssim) == (None, 30, 1600, True)


def test_of_what_is_not_wanted_nothing_is_judged(check):
    check(compresses=None, quality="much", longest_side="1", size_by="", target_percent="-3")
    batch = Batch.objects.get()
    assert not batch.compresses
    assert batch.finds_people


def test_finding_nobody_asks_for_no_numbers(check):
    check(finds_people=None, people="many", min_confidence="")
    assert not Batch.objects.get().finds_people


def test_to_htmx_it_says_where_to_go(check):
    response = check(htmx=True)
    assert response.status_code == 204
    assert response["HX-Redirect"] == Batch.objects.get().get_absolute_url()


BAD = b"Serial Number,Product Name,Input Image Urls\n1,Mat,\n2,Shoe\n3,Ball,http://a.example/b.jpg\n4,Bar,\n"


@pytest.mark.parametrize("htmx", [False, True])
def test_every_problem_is_shown_with_its_row_and_what_was_chosen_is_kept(check, htmx):
    response = check(BAD, htmx=htmx, size_by="target", target_percent="33", email="boss@example.org")
    content = response.content.decode()
    assert response.status_code == 200
    assert "3 problems in the CSV" in content
    assert [finding.row for finding in response.context["problems"]] == [2, 3, 5]
    assert "There is no image URL in the column" in content
    assert "2 cells where the header has 3" in content
    assert 'value="target" checked' in content
    assert 'value="33"' in content
    assert 'value="boss@example.org"' in content
    assert ("<h1" in content) is not htmx
    assert nothing_is_stored()


def test_more_problems_than_are_listed_are_counted(check):
    bad = table(*((number, "Mat", "") for number in range(130)))
    content = check(bad).content.decode()
    assert "100 of 130 problems in the CSV" in content


def test_a_missing_column_is_named(check):
    content = check(b"Serial Number,Colour\n1,red\n").content.decode()
    assert "2 problems in the CSV" in content
    assert "The column &quot;Product Name&quot; is missing" in content
    assert nothing_is_stored()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"file": None}, "Choose a CSV file."),
        ({"quality": "0"}, "Give a whole number from 1 to 100."),
        ({"size_by": "target", "target_percent": "100"}, "Give a whole number from 1 to 99."),
        ({"longest_side": "15"}, "Give a whole number from 16 to 16,384."),
        ({"output_format": "bmp"}, "Select a valid choice"),
        ({"people": "11"}, "Give a whole number from 1 to 10."),
        ({"min_confidence": "1.5"}, "Give a number from 0 to 1"),
        ({"email": "nobody"}, "This is not an e-mail address."),
        ({"webhook_url": "ftp://example.org"}, "Only addresses that begin with http:// or https:// are fetched."),
        ({"compresses": None, "finds_people": None}, "Choose at least one of the two"),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_stored(check, fields, words):
    response = check(**fields)
    assert response.status_code == 200
    assert words in response.content.decode().replace("&#x27;", "'")
    assert nothing_is_stored()


def test_a_file_that_is_too_large_is_refused(check, monkeypatch):
    monkeypatch.setattr("batches.services.creating.MAX_BYTES", 100)
    response = check(b"x" * 101)
    assert "larger than" in response.content.decode()
    assert nothing_is_stored()


def test_a_batch_is_listed_with_state_and_counts(page, make_batch, work_through, images):
    images.put("gone.jpg", status=404)
    content = table((1, "Mat", [images.url("mat.jpg"), images.url("gone.jpg")]))
    make_batch(content=content)
    work_through()
    running = make_batch(3)
    make_batch(is_started=False)
    page_content = page.get(URL).content.decode()
    lines = page.get(URL).context["lines"]
    assert [line.state.words for line in lines] == ["Checked, not started", "Running", "Finished, 1 failed"]
    assert lines[1].images == "0 of 3 images"
    assert lines[2].images == "2 images, 1 failed"
    assert f'aria-label="Images of {running.name}"' in page_content
    assert page_content.count("<progress") == 1
    assert "data-panel hidden" in page_content
    assert 'hx-trigger="every 4s"' in page_content


def test_a_list_that_cannot_change_by_itself_does_not_ask(page, finished):
    assert 'hx-trigger="every 4s"' not in page.get(URL).content.decode()


def test_the_list_leads_to_what_was_sent(page, finished):
    assert f'href="{reverse("webhooks:webhooks")}"' in page.get(URL).content.decode()


def test_the_list_answers_nothing_while_it_is_as_seen(page, make_batch):
    batch = make_batch()
    seen = page.get(URL).context["digest"]
    ask = {"HX-Request": "true", "X-Seen": seen}
    assert page.get(URL, headers=ask).status_code == 204
    stages.pause(batch)
    changed = page.get(URL, headers=ask)
    assert changed.status_code == 200
    assert "Paused" in changed.content.decode()
    assert "<h1" not in changed.content.decode()


def test_new_opens_the_form_without_scripts(page, finished):
    assert "data-panel hidden" not in page.get(URL, {"new": ""}).content.decode()


def test_others_batches_are_not_listed(page, make_batch, stranger):
    make_batch(owner=stranger)
    assert page.get(URL).context["lines"] == []


def test_pages_follow_each_other(page, make_batch):
    first = make_batch(1, is_started=False)
    moment = first.created_at
    copies = [_copied(first, moment - timedelta(minutes=number)) for number in range(1, 23)]
    response = page.get(URL)
    assert len(response.context["lines"]) == 20
    assert 'rel="prev"' not in response.content.decode()
    following = page.get(URL + _query(response, "next"))
    assert [line.batch.pk for line in following.context["lines"]] == [batch.pk for batch in copies[19:]]
    assert 'rel="prev"' in following.content.decode()


def test_the_number_of_queries_does_not_depend_on_the_batches(page, make_batch, django_assert_num_queries):
    make_batch()
    with django_assert_num_queries(6):  # session, user, permissions (2), batches, counts of their images
        page.get(URL)
    for _ in range(4):
        make_batch(3)
    with django_assert_num_queries(6):
        page.get(URL)


def test_a_refused_csv_leaves_no_file(check, settings):
    check(BAD)
    assert not Photo.objects.exists()
    assert stored_files(settings) == []


def _copied(batch: Batch, created_at: datetime) -> Batch:
    return Batch.objects.create(
        owner=batch.owner,
        name=batch.name,
        base_url=batch.base_url,
        header=batch.header,
        serial_column=0,
        product_column=1,
        urls_column=2,
        row_count=0,
        image_count=0,
        created_at=created_at,
    )


def _query(response, rel: str) -> str:
    content = response.content.decode()
    link = content[content.index(f'rel="{rel}"') :]
    return link[link.index("?") : link.index('">')].replace("&amp;", "&")
