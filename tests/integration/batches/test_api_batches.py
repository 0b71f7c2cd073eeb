"""POST, GET and DELETE /api/batches/; start, pause, resume, cancel, retry."""

import base64
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from batches.models import Batch, BatchImage, BatchRow, Delivery, Output, RowImage
from core.work import claims
from poses.models import Photo
from poses.services.deleting import delete_photo
from tests import broker
from tests.conftest import PASSWORD

from .conftest import NOBODYS, URL, image, stored_files, table

STEPS = ("start", "pause", "resume", "cancel", "retry")


def post(api, content: bytes, *, name: str = "products.csv", headers: dict[str, str] | None = None, **fields: object):
    body = {"file": SimpleUploadedFile(name, content, "text/csv"), **fields}
    return api.post(URL, body, format="multipart", headers=headers)


def step(api, batch: Batch, name: str):
    return api.post(f"{URL}{batch.pk}/{name}/")


def test_a_csv_becomes_a_running_batch(api, user, images, django_capture_on_commit_callbacks):
    content = table((1, "Shoe", [images.url("a.jpg"), images.url("b.jpg")]), (2, "Hat", images.url("a.jpg")))
    with django_capture_on_commit_callbacks(execute=True):
        response = post(api, content)
    assert response.status_code == 201, response.content
    body = response.json()
    batch = Batch.objects.get()
    assert response["Location"] == f"/api/batches/{batch.pk}/"
    assert api.get(response["Location"]).json()["id"] == body["id"] == str(batch.pk)
    assert (body["name"], body["status"], body["stage"], body["run"]) == ("products.csv", "running", "running", 1)
    assert (body["row_count"], body["image_count"], body["check"], body["warnings"]) == (2, 2, None, [])
    assert body["progress"]["images"] == {"queued": 2, "fetching": 0, "done": 0, "failed": 0}
    assert body["progress"]["rows"] == {"waiting": 2, "done": 0, "partial": 0, "failed": 0}
    assert (batch.owner, batch.base_url) == (user, "http://testserver")
    assert batch.started_at is not None
    assert [row.cells for row in batch.rows.all()] == [
        ["1", "Shoe", f"{images.url('a.jpg')},{images.url('b.jpg')}"],
        ["2", "Hat", images.url("a.jpg")],
    ]
    assert [image.url for image in batch.images.all()] == [images.url("a.jpg"), images.url("b.jpg")]
    assert RowImage.objects.count() == 3
    assert {name for name, _ in broker.messages()} == {"batches.shift"}


def test_the_options_are_kept_and_told(api, images):
    options = {
        "format": "webp",
        "target_percent": 40,
        "longest_side": 800,
        "ssim": "true",
        "people": 3,
        "min_confidence": 0.25,
        "model": "pose_landmarker_full",
        "email": "ada@example.org",
        "webhook_url": "https://example.org/hook?a=1",
    }
    body = post(api, table((1, "Shoe", images.url())), **options).json()
    assert body["options"] == {
        "compress": True,
        "format": "webp",
        "quality": None,
        "target_percent": 40,
        "longest_side": 800,
        "ssim": True,
        "find_people": True,
        "model": "pose_landmarker_full",
        "people": 3,
        "min_confidence": 0.25,
        "email": "ada@example.org",
        "webhook_url": "https://example.org/hook?a=1",
    }
    batch = Batch.objects.get()
    assert (batch.output_format, batch.quality, batch.target_percent, batch.longest_side) == ("webp", None, 40, 800)
    assert (batch.measures_ssim, batch.people_wanted, batch.min_confidence) == (True, 3, 0.25)
    assert (batch.email, batch.webhook_url) == ("ada@example.org", "https://example.org/hook?a=1")


def test_what_is_left_out_is_the_sites_own(api, images, settings):
    body = post(api, table((1, "Shoe", images.url()))).json()
    assert body["options"] == {
        "compress": True,
        "format": "keep",
        "quality": 50,
        "target_percent": None,
        "longest_side": None,
        "ssim": False,
        "find_people": True,
        "model": settings.POSE_MODEL,
        "people": settings.POSE_PEOPLE,
        "min_confidence": settings.POSE_MIN_CONFIDENCE,
        "email": "",
        "webhook_url": "",
    }


def test_only_compressing_and_only_finding_people(api, images):
    content = table((1, "Shoe", images.url()))
    compressing = post(api, content, find_people="false").json()["options"]
    finding = post(api, content, compress="false", ssim="true").json()["options"]
    assert [compressing[name] for name in ("model", "people", "min_confidence")] == [None, None, None]
    assert (compressing["quality"], compressing["find_people"]) == (50, False)
    assert [finding[name] for name in ("format", "quality", "target_percent")] == [None, None, None]
    assert (finding["compress"], finding["ssim"], finding["find_people"]) == (False, False, True)


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("format", {"format": "gif"}),
        ("quality", {"quality": 0}),
        ("quality", {"quality": 101}),
        ("quality", {"quality": "much"}),
        ("target_percent", {"target_percent": 100}),
        ("target_percent", {"target_percent": 40, "quality": 40}),
        ("longest_side", {"longest_side": 15}),
        ("longest_side", {"longest_side": 16_385}),
        ("find_people", {"find_people": "false", "compress": "false"}),
        ("compress", {"compress": "perhaps"}),
        ("model", {"model": "no-such-model"}),
        ("people", {"people": 0}),
        ("people", {"people": 11}),
        ("min_confidence", {"min_confidence": 1.5}),
        ("email", {"email": "nobody"}),
        ("webhook_url", {"webhook_url": "ftp://example.org/"}),
        ("webhook_url", {"webhook_url": "https://user:secret@example.org/"}),
        ("webhook_url", {"webhook_url": "https://example.org/" + "x" * 2048}),
        ("dry_run", {"dry_run": "2"}),
    ],
)
def test_a_wrong_option_is_refused_on_its_field_and_nothing_is_stored(field, options, api, images, settings):
    response = post(api, table((1, "Shoe", images.url())), **options)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    assert not Batch.objects.exists()
    assert stored_files(settings) == []


def test_a_body_that_is_no_form_is_refused(api):
    response = api.post(URL, {"file": "a,b,c"})
    assert (response.status_code, response.json()["code"]) == (400, "unsupported_media_type")
    assert api.post(URL, {}, format="multipart").json()["fields"] == {"file": ["No file was submitted."]}
    assert not Batch.objects.exists()


def test_a_dry_run_is_a_draft_whose_first_middle_and_last_row_are_tried(api, images, fake_detector, work_through):
    urls = [[images.url(f"{number}.jpg"), images.url(f"second-{number}.jpg")] for number in range(1, 8)]
    urls[3] = [images.url("gone.png")]
    rows = [(number, f"Product {number}", row) for number, row in enumerate(urls, start=1)]
    rows[1] = (1, "", [images.url("2.jpg"), "ftp://example.org/x.jpg"])
    body = post(api, table(*rows), dry_run="true").json()
    assert (body["status"], body["stage"], body["started_at"]) == ("draft", "draft", None)
    assert [warning["code"] for warning in body["warnings"]] == ["csv_no_product", "url_scheme", "csv_duplicate_serial"]
    assert {warning["row"] for warning in body["warnings"]} == {3}
    assert [sample["status"] for sample in body["check"]["samples"]] == ["queued"] * 3
    assert body["check"]["estimated_seconds"] is None

    work_through()

    checked = api.get(f"{URL}{body['id']}/").json()
    assert [(sample["row"], sample["status"]) for sample in checked["check"]["samples"]] == [
        *((1, "done"), (4, "failed"), (7, "done")),
    ]
    first, failed, _ = checked["check"]["samples"]
    assert (first["url"], first["people_found"], first["error"]) == (urls[0][0], 1, None)
    assert 0 < first["bytes_after"] < first["bytes_before"] == len(image("/1.jpg"))
    assert api.get(first["output"]).status_code == api.get(first["thumbnail"]).status_code == 200
    assert Photo.objects.filter(pk=first["photo"]).exists()
    assert (failed["error"]["code"], failed["output"], failed["photo"]) == ("http_status_404", None, None)
    assert checked["check"]["estimated_seconds"] > 0
    assert (checked["status"], checked["progress"]["seconds_left"]) == ("draft", None)
    assert sorted(images.asked) == ["/1.jpg", "/7.jpg", "/gone.png"]


def test_a_draft_that_is_started_does_the_rest_and_no_image_twice(api, images, make_batch, work_through):
    draft = make_batch(5, is_started=False)
    work_through()
    assert len(images.asked) == 3
    response = step(api, draft, "start")
    assert (response.status_code, response.json()["status"], response.json()["check"]) == (200, "running", None)
    work_through()
    body = api.get(f"{URL}{draft.pk}/").json()
    assert (body["status"], body["stage"]) == ("completed", "finished")
    assert body["progress"]["rows"] == {"waiting": 0, "done": 5, "partial": 0, "failed": 0}
    assert len(images.asked) == len(set(images.asked)) == 5
    assert step(api, draft, "start").status_code == 409


def test_a_batch_that_is_done_says_so(api, finished):
    body = api.get(f"{URL}{finished.pk}/").json()
    progress = body["progress"]
    assert (body["status"], body["error"]) == ("completed", None)
    assert progress["images"] == {"queued": 0, "fetching": 0, "done": 2, "failed": 0}
    assert (progress["share"], progress["images_per_second"], progress["seconds_left"]) == (1.0, 0.0, None)
    assert 0 < progress["bytes_after"] < progress["bytes_before"]
    assert body["finished_at"] >= body["started_at"]
    for name in ("rows", "output_csv", "failed_csv", "images_zip"):
        assert body["links"][name].startswith(f"http://testserver/api/batches/{finished.pk}/")
        assert api.get(body["links"][name]).status_code == 200


def test_there_is_no_link_to_results_before_they_are_written(api, make_batch):
    assert api.get(f"{URL}{make_batch().pk}/").json()["links"]["output_csv"] is None


def test_a_running_batch_has_a_pace(api, make_batch):
    batch = make_batch(4)
    Batch.objects.update(running_since=timezone.now() - timedelta(seconds=60))
    done = BatchImage.objects.filter(number__lte=3)
    done.update(status="completed", finished_at=timezone.now() - timedelta(seconds=2), bytes_before=10, bytes_after=4)
    progress = api.get(f"{URL}{batch.pk}/").json()["progress"]
    assert progress["images"] == {"queued": 1, "fetching": 0, "done": 3, "failed": 0}
    assert progress["images_per_second"] == pytest.approx(0.1, abs=0.01)
    assert progress["seconds_left"] == pytest.approx(10, abs=1)
    assert (progress["share"], progress["bytes_before"], progress["bytes_after"]) == (0.75, 30, 12)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"stage": "paused"}, "paused"),
        ({"stage": "cancelled"}, "finishing"),
        ({**claims.queued()}, "finishing"),
        ({**claims.claimed_from_the_start(timedelta(minutes=1))}, "finishing"),
        ({"stage": "finished", "status": "completed", "finished_at": timezone.now()}, "completed"),
        ({"stage": "cancelled", "status": "completed", "finished_at": timezone.now()}, "cancelled"),
        ({"status": "failed", "error_code": "unexpected", "error_message": "Something went wrong."}, "failed"),
    ],
)
def test_the_status_is_one_word(values, status, api, make_batch):
    batch = make_batch()
    Batch.objects.update(**values)
    body = api.get(f"{URL}{batch.pk}/").json()
    assert body["status"] == status
    error = {"code": "unexpected", "message": "Something went wrong."}
    assert body["error"] == (error if status == "failed" else None)


def test_the_list_holds_the_callers_own_newest_first(api, make_batch, stranger):
    batches = [make_batch() for _ in range(3)]
    make_batch(owner=stranger)
    results = api.get(URL).json()["results"]
    assert [batch["id"] for batch in results] == [str(batch.pk) for batch in reversed(batches)]
    assert not {"progress", "warnings", "check"} & set(results[0])


def test_paging_by_cursor_shows_every_batch_once_even_with_equal_moments(api, make_batch):
    batches = [make_batch(1) for _ in range(7)]
    Batch.objects.update(created_at=batches[0].created_at)
    seen, pages, url = [], 0, f"{URL}?limit=3"
    while url:
        page = api.get(url).json()
        seen += [batch["id"] for batch in page["results"]]
        url, pages = page["next"], pages + 1
    assert pages == 3
    assert sorted(seen) == sorted(str(batch.pk) for batch in batches)


def test_a_list_takes_one_query_however_long(api, make_batch, django_assert_num_queries):
    make_batch()
    api.get(URL)
    with django_assert_num_queries(1):
        assert len(api.get(URL).json()["results"]) == 1
    for _ in range(8):
        make_batch()
    with django_assert_num_queries(1):
        assert len(api.get(URL).json()["results"]) == 9


def test_reading_a_batch_takes_as_many_queries_however_many_rows(api, make_batch, django_assert_num_queries):
    small, large = make_batch(1), make_batch(40)
    api.get(f"{URL}{small.pk}/")
    with django_assert_num_queries(5):
        api.get(f"{URL}{small.pk}/")
    with django_assert_num_queries(5):
        assert api.get(f"{URL}{large.pk}/").json()["progress"]["images"]["queued"] == 40


def test_reading_a_draft_takes_a_bounded_number(api, make_batch, django_assert_max_num_queries):
    draft = make_batch(40, is_started=False)
    with django_assert_max_num_queries(8):
        assert len(api.get(f"{URL}{draft.pk}/").json()["check"]["samples"]) == 3


def test_pausing_and_resuming(api, images, make_batch, work_through):
    batch = make_batch(3)
    assert step(api, batch, "pause").json()["status"] == "paused"
    work_through()
    assert images.asked == []
    assert step(api, batch, "pause").status_code == 409
    assert step(api, batch, "resume").json()["status"] == "running"
    work_through()
    assert api.get(f"{URL}{batch.pk}/").json()["status"] == "completed"
    assert step(api, batch, "resume").status_code == 409


def test_cancelling_writes_the_results_of_what_was_done(api, images, make_batch, work_through):
    batch = make_batch(2)
    body = step(api, batch, "cancel").json()
    assert (body["status"], body["stage"]) == ("finishing", "cancelled")
    assert body["progress"]["rows"] == {"waiting": 0, "done": 0, "partial": 0, "failed": 2}
    work_through()
    body = api.get(f"{URL}{batch.pk}/").json()
    assert (body["status"], images.asked) == ("cancelled", [])
    assert set(BatchRow.objects.values_list("error_code", flat=True)) == {"cancelled"}
    assert api.get(body["links"]["output_csv"]).status_code == 200
    assert step(api, batch, "cancel").status_code == 409


def test_retrying_begins_another_run_with_what_had_failed_and_nothing_else(api, images, make_batch, work_through):
    images.put("later.jpg", status=500)
    batch = make_batch(content=table((1, "Shoe", images.url("a.jpg")), (2, "Hat", images.url("later.jpg"))))
    work_through()
    before = api.get(f"{URL}{batch.pk}/").json()
    assert (before["status"], before["progress"]["rows"]["failed"]) == ("completed", 1)
    images.answers.clear()
    images.asked.clear()
    body = step(api, batch, "retry").json()
    assert (body["status"], body["run"], body["finished_at"]) == ("running", 2, None)
    assert body["progress"]["images"] == {"queued": 1, "fetching": 0, "done": 1, "failed": 0}
    work_through()
    after = api.get(f"{URL}{batch.pk}/").json()
    assert (after["status"], after["progress"]["rows"]["done"], images.asked) == ("completed", 2, ["/later.jpg"])
    assert (step(api, batch, "retry").status_code, step(api, batch, "retry").json()["code"]) == (409, "batch_stage")


def test_a_step_that_does_not_fit_changes_nothing(api, make_batch):
    draft = make_batch(is_started=False)
    before = Batch.objects.values().get()
    for name in ("pause", "resume", "cancel", "retry"):
        response = step(api, draft, name)
        assert (response.status_code, response.json()["code"]) == (409, "batch_stage")
    assert Batch.objects.values().get() == before


def test_deleting_removes_rows_outputs_and_files_and_keeps_the_photos(
    api, finished, settings, django_capture_on_commit_callbacks
):
    assert len(stored_files(settings)) == 2 * 2 + 2 + 1  # photos with thumbnails, outputs, the CSV
    with django_capture_on_commit_callbacks(execute=True):
        response = api.delete(f"{URL}{finished.pk}/")
    assert (response.status_code, response.content) == (204, b"")
    for model in (Batch, BatchRow, BatchImage, RowImage, Output, Delivery):
        assert not model.objects.exists(), model
    assert Photo.objects.count() == 2
    assert len(stored_files(settings)) == 2 * 2
    assert api.delete(f"{URL}{finished.pk}/").status_code == 404


def test_an_output_that_another_batch_names_stays(api, images, make_batch, work_through):
    content = table((1, "Shoe", images.url("a.jpg")))
    first, second = make_batch(content=content), make_batch(content=content)
    work_through()
    output = Output.objects.get()
    assert api.delete(f"{URL}{first.pk}/").status_code == 204
    assert Output.objects.get() == output
    assert api.get(f"{URL}outputs/{output.pk}/").status_code == 200
    assert api.delete(f"{URL}{second.pk}/").status_code == 204
    assert not Output.objects.exists()


def test_deleting_a_draft_removes_the_photos_that_only_the_check_has_made(
    api, images, make_batch, work_through, settings, django_capture_on_commit_callbacks
):
    draft = make_batch(is_started=False)
    work_through()
    assert Photo.objects.count() == 2
    kept = make_batch(content=table((1, "Shoe", draft.images.get(number=1).url)))
    work_through()
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"{URL}{draft.pk}/").status_code == 204
    assert Photo.objects.get() == kept.images.get().photo
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"{URL}{kept.pk}/").status_code == 204
        delete_photo(photo=Photo.objects.get(), actor=None)
    assert stored_files(settings) == []


def test_a_running_batch_can_be_deleted(api, images, make_batch, work_through, settings):
    batch = make_batch()
    assert api.delete(f"{URL}{batch.pk}/").status_code == 204
    work_through()
    assert not Batch.objects.exists()
    assert (images.asked, stored_files(settings)) == ([], [])


def test_someone_elses_batch_is_404_for_every_method_and_stays_as_it_is(stranger_api, make_batch):
    batch = make_batch(is_started=False)
    before = Batch.objects.values().get()
    answers = [stranger_api.get(f"{URL}{batch.pk}/"), stranger_api.delete(f"{URL}{batch.pk}/")]
    answers += [step(stranger_api, batch, name) for name in STEPS]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    assert Batch.objects.values().get() == before
    assert stranger_api.get(URL).json()["results"] == []


def test_staff_do_not_see_it_either(admin_user, make_batch, api):
    client = APIClient()
    client.force_authenticate(admin_user)
    assert client.get(f"{URL}{make_batch().pk}/").status_code == 404


@pytest.mark.parametrize("pk", ["not-a-uuid", NOBODYS, "%00"])
def test_ids_that_lead_nowhere_are_404_in_json(pk, api, db):
    answers = [api.get(f"{URL}{pk}/"), api.delete(f"{URL}{pk}/")]
    answers += [api.post(f"{URL}{pk}/{name}/") for name in STEPS]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}


def test_wrong_methods_are_405(api, make_batch):
    batch = make_batch()
    assert {api.put(URL).status_code, api.delete(URL).status_code} == {405}
    assert {api.put(f"{URL}{batch.pk}/").status_code, api.patch(f"{URL}{batch.pk}/").status_code} == {405}
    assert {api.get(f"{URL}{batch.pk}/{name}/").status_code for name in STEPS} == {405}


def test_anonymous_callers_are_told_to_log_in(images, make_batch):
    batch = make_batch()
    client = APIClient()
    answers = [client.get(URL), client.get(f"{URL}{batch.pk}/"), client.delete(f"{URL}{batch.pk}/")]
    answers += [post(client, table((1, "Shoe", images.url())))]
    answers += [step(client, batch, name) for name in STEPS]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "not_authenticated")}
    assert Batch.objects.get() == batch


def test_a_real_token_opens_the_api(user, images):
    client = APIClient()
    tokens = client.post("/api/auth/login/", {"email": user.email, "password": PASSWORD}).json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
    assert post(client, table((1, "Shoe", images.url()))).status_code == 201


def test_a_cursor_that_somebody_made_up_is_404(api, make_batch):
    make_batch()
    cursor = base64.b64encode(b"p=garbage").decode()
    assert api.get(URL, {"cursor": cursor}).status_code == 404


def test_a_step_on_a_batch_that_goes_in_that_moment_is_404(api, make_batch, monkeypatch):
    batch = make_batch()
    monkeypatch.setattr(
        "batches.api.batches.BatchViewSet.get_object", lambda view: Batch(pk=uuid.uuid4(), owner=batch.owner)
    )
    assert api.delete(f"{URL}{batch.pk}/").status_code == 404
    assert step(api, batch, "retry").status_code == 404
