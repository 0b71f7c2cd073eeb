"""GET /api/batches/<id>/rows/."""

import pytest
from rest_framework.test import APIClient

from batches.models import Batch, BatchImage, BatchRow, Output, RowImage
from poses.models import Photo

from .conftest import NOBODYS, URL, image, table


def rows_of(api, batch: Batch, **asked: object):
    return api.get(f"{URL}{batch.pk}/rows/", asked)


def test_a_row_has_its_images_in_the_order_in_which_it_names_them(api, images, make_batch, work_through):
    images.put("gone.png", status=410)
    urls = [images.url("b.jpg"), images.url("gone.png"), images.url("a.jpg")]
    content = table(("S-1", "Shoe, red", urls), ("S-2", "Hat", images.url("a.jpg")))
    batch = make_batch(content=content, measures_ssim=True)
    work_through()
    body = rows_of(api, batch).json()
    assert body["next"] is None
    first, second = body["results"]
    assert [first[name] for name in ("number", "line", "serial", "product")] == [1, 2, "S-1", "Shoe, red"]
    assert (first["state"], first["error_code"]) == ("partial", "http_status_410")
    assert (second["number"], second["line"], second["state"], second["error_code"]) == (2, 3, "done", "")
    assert [shown["url"] for shown in first["images"]] == urls
    assert [shown["status"] for shown in first["images"]] == ["done", "failed", "done"]
    done, failed, shared = first["images"]
    assert second["images"] == [shared]
    output = Output.objects.get(images__url=urls[0])
    photo = Photo.objects.get(pk=done["photo"])
    assert done == {
        "url": urls[0],
        "status": "done",
        "error": None,
        "photo": str(photo.pk),
        "people_found": 1,
        "output": f"http://testserver/api/batches/outputs/{output.pk}/",
        "thumbnail": f"http://testserver/api/photos/{photo.pk}/thumbnail/",
        "bytes_before": len(image("/b.jpg")),
        "bytes_after": output.bytes_after,
        "ssim": output.ssim,
        "is_original_kept": False,
    }
    assert failed["error"]["code"] == "http_status_410"
    assert "410" in failed["error"]["message"]
    assert {failed[name] for name in ("output", "thumbnail", "photo", "people_found", "bytes_before", "ssim")} == {None}


def test_an_image_that_waits_has_nothing_yet(api, make_batch):
    [row] = rows_of(api, make_batch(1)).json()["results"]
    [waiting] = row["images"]
    assert (row["state"], waiting["status"], waiting["error"]) == ("waiting", "queued", None)
    assert waiting["output"] is waiting["thumbnail"] is waiting["is_original_kept"] is None


def test_without_compression_the_output_is_the_photo(api, make_batch, work_through):
    batch = make_batch(1, compresses=False)
    work_through()
    [shown] = rows_of(api, batch).json()["results"][0]["images"]
    assert shown["output"] == f"http://testserver/api/photos/{shown['photo']}/image/"
    assert (shown["bytes_after"], shown["is_original_kept"]) == (None, None)
    assert api.get(shown["output"]).status_code == 200


def test_without_people_there_is_no_photo_and_the_output_has_a_thumbnail_of_its_own(api, make_batch, work_through):
    batch = make_batch(1, finds_people=False)
    work_through()
    [shown] = rows_of(api, batch).json()["results"][0]["images"]
    assert (shown["photo"], shown["people_found"]) == (None, None)
    assert shown["thumbnail"] == shown["output"] + "thumbnail/"
    assert not Photo.objects.exists()


def test_a_photo_that_was_deleted_leaves_the_rest(api, make_batch, work_through):
    batch = make_batch(1)
    work_through()
    Photo.objects.all().delete()
    [shown] = rows_of(api, batch).json()["results"][0]["images"]
    assert (shown["status"], shown["photo"], shown["thumbnail"]) == ("done", None, shown["output"] + "thumbnail/")


def test_paging_shows_every_row_once(api, make_batch):
    batch = make_batch(7)
    seen, pages, url = [], 0, f"{URL}{batch.pk}/rows/?limit=3"
    while url:
        page = api.get(url).json()
        seen += [row["number"] for row in page["results"]]
        url, pages = page["next"], pages + 1
    assert (pages, seen) == (3, list(range(1, 8)))
    assert [row["number"] for row in rows_of(api, batch, after=5).json()["results"]] == [6, 7]
    assert rows_of(api, batch, after=7).json() == {"next": None, "results": []}


def test_rows_of_one_state_also_over_pages(api, make_batch):
    batch = make_batch(8)
    BatchRow.objects.filter(number__in=(2, 3, 7)).update(state="failed")
    page = rows_of(api, batch, state="failed", limit=2).json()
    assert [row["number"] for row in page["results"]] == [2, 3]
    assert "state=failed" in page["next"]
    page = api.get(page["next"]).json()
    assert ([row["number"] for row in page["results"]], page["next"]) == ([7], None)


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("state", {"state": "lost"}),
        ("after", {"after": -1}),
        ("after", {"after": "x"}),
        ("after", {"after": 10**30}),
        ("limit", {"limit": 0}),
        ("limit", {"limit": 101}),
    ],
)
def test_what_cannot_be_asked_for_is_400_on_its_field(field, asked, api, make_batch):
    response = rows_of(api, make_batch(1), **asked)
    assert (response.status_code, list(response.json()["fields"])) == (400, [field])


def test_it_takes_three_queries_however_many_rows_and_images(api, images, make_batch, django_assert_num_queries):
    small = make_batch(1)
    many = [[images.url(f"{row}-{number}.jpg") for number in range(5)] for row in range(40)]
    large = make_batch(content=table(*((row, "Shoe", urls) for row, urls in enumerate(many))))
    rows_of(api, small)
    with django_assert_num_queries(3):
        assert len(rows_of(api, small).json()["results"]) == 1
    with django_assert_num_queries(3):
        assert len(rows_of(api, large, limit=40).json()["results"]) == 40


def test_anonymous_callers_are_told_to_log_in(make_batch):
    response = rows_of(APIClient(), make_batch(1))
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_someone_elses_is_404(stranger_api, make_batch):
    assert rows_of(stranger_api, make_batch(1)).status_code == 404


@pytest.mark.parametrize("pk", ["not-a-uuid", NOBODYS])
def test_ids_that_lead_nowhere_are_404(pk, api, db):
    assert api.get(f"{URL}{pk}/rows/").json()["code"] == "not_found"


def test_wrong_methods_are_405_and_change_nothing(api, make_batch):
    batch = make_batch(1)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(api, method)(f"{URL}{batch.pk}/rows/").status_code == 405
    assert (BatchRow.objects.count(), BatchImage.objects.count(), RowImage.objects.count()) == (1, 1, 1)
