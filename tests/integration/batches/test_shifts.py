"""A worker's shift, from the images of a CSV to its results."""

import csv
import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from batches.models import Batch, BatchImage, BatchRow, Output, Slot
from batches.services import calling, hosts, outputs, settling, shifts, slots, stages, working
from batches.services.outputs import LAYOUT
from core.work import claims, kinds, retrying, running, sweeping
from poses.models import Photo
from poses.models.photo import photo_storage
from poses.services import photo_files
from tests import broker
from tests.conftest import jpeg

from .conftest import table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch):
    monkeypatch.setattr(hosts, "_noted", {})


def output_table(batch: Batch) -> list[dict[str, str]]:
    batch.refresh_from_db()
    return list(csv.DictReader(io.StringIO(photo_files.read(batch.results).decode("utf-8-sig"), newline="")))


def test_every_row_ends_done_and_the_results_say_so(make_batch, work_through):
    batch = make_batch(3)
    work_through()
    batch.refresh_from_db()
    assert (batch.status, batch.stage) == ("completed", "finished")
    assert list(batch.rows.values_list("state", "error_code")) == [("done", "")] * 3
    done = list(batch.images.all())
    assert len(done) == 3
    for image in done:
        assert (image.status, image.people_found, image.has_made_photo) == ("completed", 1, True)
        assert image.photo.source == Photo.Source.BATCH
        assert image.output.bytes_after < image.output.bytes_before == image.bytes_before
        assert image.bytes_after == image.output.bytes_after
        assert LAYOUT.fullmatch(image.output.file.name)["id"] == image.output.pk.hex
    rows = output_table(batch)
    assert [row["Serial Number"] for row in rows] == ["1", "2", "3"]
    assert [row["Status"] for row in rows] == ["done"] * 3
    assert [row["Photo Ids"] for row in rows] == [str(image.photo_id) for image in done]
    urls = [f"http://testserver/api/batches/outputs/{image.output_id}/" for image in done]
    assert [row["Output Image Urls"] for row in rows] == urls


def test_a_bad_row_stops_nothing_and_has_its_code(make_batch, work_through, images):
    urls = {
        "http_status_404": images.put("gone.jpg", status=404),
        "not_an_image": images.put("text.jpg", b"no picture at all"),
        "corrupt_image": images.put("cut.jpg", jpeg(400, 300)[:1500]),
        "address_blocked": "http://10.0.0.1/inside.jpg",
        "url_scheme": "ftp://pictures.example/a.jpg",
        "": images.url("good.jpg"),
    }
    batch = make_batch(content=table(*([number, "P", url] for number, url in enumerate(urls.values()))))
    work_through()
    batch.refresh_from_db()
    assert batch.status == "completed"
    assert list(batch.rows.values_list("error_code", flat=True)) == list(urls)
    assert list(batch.rows.values_list("state", flat=True)) == ["failed"] * 5 + ["done"]
    assert [row["Status"] for row in output_table(batch)] == ["failed"] * 5 + ["done"]
    assert Photo.objects.count() == Output.objects.count() == 1


def test_a_row_of_which_one_image_failed_is_partly_done(make_batch, work_through, images):
    cell = [images.url("a.jpg"), images.put("gone.jpg", status=404), images.url("b.jpg")]
    batch = make_batch(content=table([1, "P", cell]))
    work_through()
    row = batch.rows.get()
    assert (row.state, row.error_code) == ("partial", "http_status_404")
    (written,) = output_table(batch)
    first, missing, last = written["Output Image Urls"].split(",")
    assert (first != "", missing, last != "") == (True, "", True)


def test_a_url_that_stands_in_many_rows_is_fetched_once(make_batch, work_through, images):
    url = images.url("same.jpg")
    batch = make_batch(content=table(*([number, "P", [url, url]] for number in range(5))))
    work_through()
    assert images.asked == ["/same.jpg"]
    assert batch.images.count() == 1
    assert set(batch.rows.values_list("state", flat=True)) == {"done"}
    (output,) = {row["Output Image Urls"] for row in output_table(batch)}
    assert output.count("/api/batches/outputs/") == 2


def test_the_same_bytes_under_another_url_are_worked_on_once(make_batch, work_through, images, fake_detector):
    content = jpeg(300, 200, quality=95)
    urls = [images.put(f"copy-{number}.jpg", content) for number in range(3)]
    batch = make_batch(content=table(*([number, "P", url] for number, url in enumerate(urls))))
    work_through()
    assert len(images.asked) == 3
    assert fake_detector.calls == 1
    assert len(set(batch.images.values_list("output", "photo"))) == 1
    again = make_batch(content=table([1, "P", images.put("later.jpg", content)]))
    work_through()
    assert fake_detector.calls == 1
    assert Output.objects.count() == Photo.objects.count() == 1
    image = again.images.get()
    assert (image.status, image.has_made_photo, image.people_found) == ("completed", False, 1)


def test_other_settings_for_the_same_bytes_are_worked_on_anew(make_batch, work_through, images, fake_detector):
    url = images.url("photo.jpg")
    make_batch(content=table([1, "P", url]))
    work_through()
    batch = make_batch(content=table([1, "P", url]))
    Batch.objects.filter(pk=batch.pk).update(people_wanted=2, quality=30)
    work_through()
    assert fake_detector.calls == 2
    assert Output.objects.count() == 2
    assert Photo.objects.get().people_wanted == 2


def test_without_compression_the_photo_itself_is_the_output(make_batch, work_through):
    batch = make_batch(1, compresses=False)
    work_through()
    (row,) = output_table(batch)
    assert row["Output Image Urls"] == f"http://testserver/api/photos/{Photo.objects.get().pk}/image/"
    assert not Output.objects.exists()


def test_without_people_no_photo_is_made_and_the_output_has_a_thumbnail(make_batch, work_through):
    batch = make_batch(1, finds_people=False)
    work_through()
    image = batch.images.get()
    assert (image.status, image.photo, image.people_found) == ("completed", None, None)
    assert image.output.thumbnail.name.endswith(".thumbnail.jpg")
    assert not Photo.objects.exists()


def test_a_failed_detection_fails_the_row_and_leaves_no_output(make_batch, work_through, fake_detector, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("native")

    monkeypatch.setattr(fake_detector, "detect", fail)
    batch = make_batch(1)
    work_through()
    assert batch.rows.get().error_code == "detection_failed"
    assert not Output.objects.exists()


def test_a_host_that_fails_five_times_is_left_alone_and_the_rest_fail_at_once(make_batch, work_through, images):
    urls = [images.put(f"{number}.jpg", status=503) for number in range(30)]
    batch = make_batch(content=table(*([number, "P", url] for number, url in enumerate(urls))))
    work_through()
    codes = list(batch.images.values_list("error_code", flat=True))
    assert codes.count("host_failing") + codes.count("http_status_503") == 30
    assert 5 <= len(images.asked) < 30


def test_one_shift_too_many_ends_at_once(make_batch, settings, work_through):
    settings.BATCH_SHIFTS = 1
    batch = make_batch(1)
    held = slots.take("shift", count=1, lease=timedelta(seconds=20))
    work_through()
    assert batch.images.get().status == "held"
    slots.give_back(held)
    work_through()
    assert batch.images.get().status == "completed"


def test_the_sweep_calls_shifts_where_messages_were_lost(make_batch, django_capture_on_commit_callbacks, settings):
    settings.BATCH_SHIFTS = 2
    make_batch(1)
    broker.messages()
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep(now=timezone.now())
    assert [name for name, _ in broker.messages()] == ["batches.shift"] * 2


def test_the_sweep_leaves_held_images_alone(make_batch):
    make_batch(2)
    sweeping.sweep(now=timezone.now() + timedelta(hours=1))
    assert set(BatchImage.objects.values_list("status", flat=True)) == {"held"}


def test_results_are_written_though_the_worker_was_killed_before_it_asked_for_them(make_batch, work_through):
    batch = make_batch(1)
    kind = kinds.kind_named("batch-image")
    (image,) = claims.claim_held(BatchImage.objects.all(), lease=kind.lease)
    running.work_on(kind, image)
    broker.messages()
    assert BatchRow.objects.get().state == "waiting"  # the transaction of this test never ends
    work_through()
    batch.refresh_from_db()
    assert batch.status == "completed"
    assert batch.rows.get().state == "done"


def test_a_shift_ends_when_other_work_waits_and_gives_back_what_it_has_not_begun(make_batch, monkeypatch):
    batch = make_batch(40)
    monkeypatch.setattr(shifts, "_does_other_work_wait", lambda: True)
    monkeypatch.setattr(shifts, "_LOOKS_EVERY_S", 0.05)
    broker.messages()
    shifts.work_shift()
    stood = set(batch.images.values_list("status", "attempts"))
    assert stood == {("completed", 1), ("held", 0)}
    assert batch.images.filter(status="completed").count() < 40


def test_a_paused_batch_goes_on_where_it_was(make_batch, work_through):
    batch = make_batch(3)
    stages.pause(batch)
    work_through()
    assert set(batch.images.values_list("status", flat=True)) == {"held"}
    stages.resume(batch)
    work_through()
    batch.refresh_from_db()
    assert batch.status == "completed"


def test_a_cancelled_batch_has_results_that_say_so(make_batch, work_through):
    batch = make_batch(2)
    stages.cancel(batch)
    work_through()
    batch.refresh_from_db()
    assert (batch.status, batch.stage) == ("completed", "cancelled")
    assert [row["Error"][:12] for row in output_table(batch)] == ["1: cancelled"] * 2


def test_a_retry_works_on_what_had_failed_and_writes_the_results_anew(make_batch, work_through, images):
    good, bad = images.url("good.jpg"), images.put("bad.jpg", status=500)
    batch = make_batch(content=table([1, "P", good], [2, "P", bad]))
    work_through()
    batch.refresh_from_db()
    before = batch.results.name
    images.put("bad.jpg", jpeg(200, 100, quality=95))
    assert stages.retry_failed(batch) == 1
    assert (batch.run, batch.stage, batch.status) == (2, "running", "held")
    assert list(batch.rows.values_list("state", flat=True)) == ["done", "waiting"]
    work_through()
    batch.refresh_from_db()
    assert batch.status == "completed"
    assert list(batch.rows.values_list("state", "error_code")) == [("done", "")] * 2
    assert images.asked.count("/good.jpg") == 1
    assert batch.results.name != before
    assert not photo_storage().exists(before)


def test_slots_of_hosts_are_given_back(make_batch, work_through):
    make_batch(4)
    work_through()
    assert Slot.objects.filter(pool__startswith="host:").exists()
    assert not Slot.objects.filter(until__gt=timezone.now()).exists()


def test_messages_that_call_a_shift_do_not_pile_up_behind_a_long_queue(
    make_batch, django_capture_on_commit_callbacks, settings
):
    settings.BATCH_SHIFTS = 2
    make_batch(3)
    broker.messages()
    for _ in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            shifts.feed(timezone.now())
    calls = broker.messages()
    assert [name for name, _ in calls] == ["batches.shift"] * 2
    pk, holder = calls[0][1]
    calling.note_begun((pk, holder))
    with django_capture_on_commit_callbacks(execute=True):
        calling.call_shifts()
    assert len(broker.messages()) == 1


def test_a_message_that_the_broker_does_not_take_is_not_waited_for(
    make_batch, django_capture_on_commit_callbacks, settings, monkeypatch
):
    settings.BATCH_SHIFTS = 1
    make_batch(1)
    monkeypatch.setattr("batches.queue.current_app.send_task", lambda *args, **kwargs: 1 / 0)
    with django_capture_on_commit_callbacks(execute=True):
        calling.call_shifts()
    monkeypatch.undo()
    broker.messages()
    with django_capture_on_commit_callbacks(execute=True):
        calling.call_shifts()
    assert len(broker.messages()) == 1


def test_a_shift_gives_back_what_it_has_no_time_for_before_the_workers_limit(make_batch, monkeypatch):
    batch = make_batch(3)
    monkeypatch.setattr(shifts, "_WORKS_FOR_S", 0.0)
    monkeypatch.setattr(shifts, "_LASTS_S", 0.0)
    broker.messages()
    shifts.work_shift()
    assert set(batch.images.values_list("status", "attempts")) == {("held", 0)}
    assert not Slot.objects.filter(until__gt=timezone.now()).exists()


def test_a_large_image_is_leased_for_as_long_as_it_may_take(make_batch, monkeypatch):
    make_batch(1)
    (image,) = claims.claim_held(BatchImage.objects.all(), lease=timedelta(seconds=45))
    monkeypatch.setattr(working, "_LARGE_PX", 100)
    left = []
    compress = outputs.compress

    def spied(*args: object, **kwargs: object) -> object:
        image.refresh_from_db()
        left.append(image.lease_until - timezone.now())
        return compress(*args, **kwargs)

    monkeypatch.setattr(outputs, "compress", spied)
    running.work_on(kinds.kind_named("batch-image"), image)
    assert len(left) == 1
    assert left[0] > timedelta(seconds=100)


def test_a_lease_that_fetching_has_used_up_is_renewed_before_the_work(make_batch):
    make_batch(1)
    (image,) = claims.claim_held(BatchImage.objects.all(), lease=timedelta(seconds=1))
    running.work_on(kinds.kind_named("batch-image"), image)
    image.refresh_from_db()
    assert image.status == "completed"
    again = BatchImage(pk=image.pk, claim=image.pk, batch=image.batch, lease_until=timezone.now())
    with pytest.raises(claims.ClaimLost):
        working._keep(again, SimpleNamespace(width=9, height=9))


def test_images_that_operators_retry_begin_another_run_of_a_finished_batch(make_batch, work_through, images):
    url = images.put("late.jpg", status=404)
    batch = make_batch(content=table((1, "Shoe", url), (2, "Sock", images.url("sock.jpg"))))
    work_through()
    images.answers.clear()
    assert retrying.retry_all(kinds.kind_named("batch-image"), actor=batch.owner) == 1
    batch.refresh_from_db()
    assert (batch.status, batch.stage, batch.run) == ("held", "running", 2)
    assert set(batch.images.values_list("status", flat=True)) == {"held", "completed"}
    work_through()
    assert [row["Status"] for row in output_table(batch)] == ["done", "done"]


def test_images_that_an_owner_has_cancelled_stay_so_when_operators_retry_all(make_batch, work_through):
    batch = make_batch(2)
    stages.cancel(batch)
    work_through()
    assert retrying.retry_all(kinds.kind_named("batch-image"), actor=batch.owner) == 0
    batch.refresh_from_db()
    assert (batch.status, batch.stage, batch.run) == ("completed", "cancelled", 1)
    assert set(batch.images.values_list("status", "error_code")) == {("failed", "cancelled")}


def test_operators_wait_where_results_are_being_written(make_batch):
    batch = make_batch(1)
    batch.images.update(status="failed", error_code="too_large")
    settling.queue_results(Batch.objects.all())
    with pytest.raises(claims.Busy):
        retrying.retry_all(kinds.kind_named("batch-image"), actor=batch.owner)


def test_the_output_csv_of_a_deleted_user_is_removed(
    make_batch, work_through, user, django_capture_on_commit_callbacks
):
    batch = make_batch(1)
    work_through()
    batch.refresh_from_db()
    assert photo_storage().exists(batch.results.name)
    with django_capture_on_commit_callbacks(execute=True):
        user.delete()
    assert list(photo_storage().names()) == []
