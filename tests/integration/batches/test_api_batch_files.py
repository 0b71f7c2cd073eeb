"""GET output.csv, failed.csv, images.zip of a batch; a compressed image and its thumbnail."""

import csv
import io
import zipfile

import pytest
from PIL import Image
from rest_framework.test import APIClient

from batches.models import Batch, Output
from poses.models.photo import photo_storage
from poses.services import photo_files
from tests.integration.poses.buckets import bucket, s3_server  # noqa: F401  # fixtures

from .conftest import HEADER, NOBODYS, URL, image, table

DOWNLOADS = ("output.csv", "failed.csv", "images.zip")


def download(api, batch: Batch, name: str):
    return api.get(f"{URL}{batch.pk}/{name}")


def content(response) -> bytes:
    assert response.status_code == 200, response.content
    return response.getvalue()


def rows(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(response).decode("utf-8-sig"))))


@pytest.fixture
def mixed(images, make_batch, work_through) -> Batch:
    """A row that is done, one that is done in part, one that failed."""
    images.put("gone.png", status=404)
    batch = make_batch(
        content=table(
            (1, "Shoe", images.url("shoes/red.jpg")),
            (2, "=1+1", [images.url("gone.png"), images.url("hat.jpg")]),
            (3, "Bag", images.url("gone.png")),
        )
    )
    work_through()
    batch.refresh_from_db()
    return batch


@pytest.fixture
def output(finished) -> Output:
    return Output.objects.order_by("pk")[0]


def test_the_output_csv_has_the_input_and_the_output_urls_in_the_same_order(api, mixed):
    response = download(api, mixed, "output.csv")
    found = rows(response)
    assert [tuple(row[name] for name in HEADER[:2]) for row in found] == [("1", "Shoe"), ("2", "'=1+1"), ("3", "Bag")]
    assert [row["Status"] for row in found] == ["done", "partial", "failed"]
    first, second = found[1]["Output Image Urls"].split(",")
    assert first == ""
    assert api.get(second).status_code == 200
    assert found[2]["Output Image Urls"] == ""
    assert "http_status_404" in found[2]["Error"]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="batch-1.output.csv"'


def test_the_failed_rows_can_be_uploaded_again_as_they_are(api, images, mixed, work_through):
    response = download(api, mixed, "failed.csv")
    given = content(response)
    assert [row[HEADER[0]] for row in csv.DictReader(io.StringIO(given.decode("utf-8-sig")))] == ["2", "3"]
    assert response["Content-Disposition"] == 'attachment; filename="batch-1.failed.csv"'
    images.put("gone.png", image("gone"))
    file = io.BytesIO(given)
    file.name = "failed.csv"
    again = api.post(URL, {"file": file}, format="multipart")
    assert again.status_code == 201, again.content
    work_through()
    assert api.get(f"{URL}{again.json()['id']}/").json()["progress"]["rows"]["done"] == 2


def test_the_zip_has_every_image_that_came_out_once(api, mixed):
    response = download(api, mixed, "images.zip")
    assert (response["Content-Type"], response.streaming) == ("application/zip", True)
    assert response["Content-Disposition"] == 'attachment; filename="batch-1.images.zip"'
    packed = zipfile.ZipFile(io.BytesIO(content(response)))
    assert packed.testzip() is None
    assert packed.namelist() == ["000001-red.jpg", "000003-hat.jpg"]
    outputs = {photo_files.read(output.file) for output in Output.objects.all()}
    assert {packed.read(name) for name in packed.namelist()} == outputs


def test_an_image_that_is_gone_is_named_in_the_zip(api, mixed):
    gone = Output.objects.get(images__url__endswith="hat.jpg")
    photo_storage().delete(gone.file.name)
    packed = zipfile.ZipFile(io.BytesIO(content(download(api, mixed, "images.zip"))))
    assert packed.namelist() == ["000001-red.jpg", "missing.txt"]
    assert "hat.jpg" in packed.read("missing.txt").decode()


def test_downloads_of_an_unfinished_batch_have_what_is_done(api, make_batch):
    batch = make_batch()
    response = download(api, batch, "output.csv")
    assert (response.status_code, response.json()["code"]) == (409, "results_not_ready")
    assert rows(download(api, batch, "failed.csv")) == []
    assert zipfile.ZipFile(io.BytesIO(content(download(api, batch, "images.zip")))).namelist() == []


def test_results_whose_file_is_gone_are_404(api, finished):
    photo_storage().delete(finished.results.name)
    assert download(api, finished, "output.csv").json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ('a"b\r\nSet-Cookie: x.csv', "a-b--Set-Cookie--x"),
        ("Schuhe für März.csv", "Schuhe-f-r-M-rz"),
        ("../../etc/passwd", "passwd"),
        ("製品.csv", "batch"),
        ("x" * 250 + ".csv", "x" * 100),
    ],
)
def test_a_files_name_is_safe_in_a_header(name, stem, api, finished):
    Batch.objects.update(name=name)
    for path in DOWNLOADS:
        assert download(api, finished, path)["Content-Disposition"] == f'attachment; filename="{stem}.{path}"'


def test_what_is_downloaded_runs_nothing_and_is_not_kept(api, finished):
    for path in DOWNLOADS:
        response = download(api, finished, path)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Cache-Control"] == "private, no-cache"


def test_an_output_is_what_is_stored(api, output):
    response = api.get(f"{URL}outputs/{output.pk}/")
    assert content(response) == photo_files.read(output.file)
    assert response["Content-Type"] == output.content_type == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"] == f'inline; filename="{output.pk}.jpg"'
    assert "immutable" in response["Cache-Control"]


def test_a_thumbnail_is_a_small_jpeg_and_else_the_output_itself(api, images, make_batch, work_through):
    images.put("large.jpg", image("large", width=900, height=450))
    csv_of_one = table((1, "Shoe", images.url("large.jpg")))
    make_batch(content=csv_of_one, finds_people=False)
    work_through()
    output = Output.objects.get()
    thumbnail = api.get(f"{URL}outputs/{output.pk}/thumbnail/")
    assert Image.open(io.BytesIO(content(thumbnail))).size == (320, 160)
    assert thumbnail["Content-Disposition"] == f'inline; filename="{output.pk}.thumbnail.jpg"'
    photo_storage().delete(output.thumbnail.name)
    assert api.get(f"{URL}outputs/{output.pk}/thumbnail/").status_code == 404
    Output.objects.update(thumbnail="")
    assert Image.open(io.BytesIO(content(api.get(f"{URL}outputs/{output.pk}/thumbnail/")))).size == (900, 450)


def test_an_output_whose_file_is_gone_is_404(api, output):
    photo_storage().delete(output.file.name)
    for path in ("", "thumbnail/"):
        assert api.get(f"{URL}outputs/{output.pk}/{path}").json()["code"] == "not_found"


@pytest.mark.parametrize("accept", ["image/avif,*/*;q=0.8", "text/html", "application/xml"])
def test_files_are_served_whatever_the_caller_accepts(accept, api, finished, output):
    for path in (f"{finished.pk}/output.csv", f"outputs/{output.pk}/"):
        assert api.get(URL + path, headers={"accept": accept}).status_code == 200


def test_someone_elses_files_are_404(stranger_api, finished, output):
    answers = [download(stranger_api, finished, name) for name in DOWNLOADS]
    answers += [stranger_api.get(f"{URL}outputs/{output.pk}/{path}") for path in ("", "thumbnail/")]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}


def test_anonymous_callers_are_told_to_log_in(finished, output):
    client = APIClient()
    answers = [download(client, finished, name) for name in DOWNLOADS]
    answers += [client.get(f"{URL}outputs/{output.pk}/{path}") for path in ("", "thumbnail/")]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "not_authenticated")}


@pytest.mark.parametrize("pk", ["not-a-uuid", NOBODYS])
def test_ids_that_lead_nowhere_are_404(pk, api, db):
    for path in (*(f"{pk}/{name}/" for name in DOWNLOADS), f"outputs/{pk}/", f"outputs/{pk}/thumbnail/"):
        assert api.get(URL + path).json()["code"] == "not_found"


def test_wrong_methods_are_405_and_change_nothing(api, finished, output):
    for path in (*(f"{finished.pk}/{name}/" for name in DOWNLOADS), f"outputs/{output.pk}/"):
        assert {getattr(api, method)(URL + path).status_code for method in ("post", "put", "delete")} == {405}
    assert Output.objects.count() == 2


def test_where_browsers_are_sent_to_the_bucket_an_output_is_a_redirect(
    api,
    bucket,  # noqa: F811
    settings,
    make_batch,
    work_through,
):
    options = {
        **settings.STORAGES["photos"]["OPTIONS"],
        "public_endpoint_url": "https://pictures.example",
        "has_links": True,
    }
    settings.STORAGES = {**settings.STORAGES, "photos": {**settings.STORAGES["photos"], "OPTIONS": options}}
    make_batch(1)
    work_through()
    output = Output.objects.get()
    response = api.get(f"{URL}outputs/{output.pk}/")
    assert response.status_code == 302
    assert response["Location"].startswith("https://pictures.example/")
    assert "response-content-type=image%2Fjpeg" in response["Location"]
    assert content(download(api, Batch.objects.get(), "output.csv"))
