"""POST /api/storage/events/, and the work that follows."""

import base64
import io
from datetime import timedelta
from urllib.parse import quote_plus

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.storage.errors import StorageFull
from core.work import claims
from poses.models import Arrival, LogEntry, Photo
from poses.services import arriving, uploading
from tests.conftest import jpeg
from tests.integration.storage.cutting import cut_off
from tests.servers import BUCKET, free_port

from .buckets import (  # noqa: F401  # fixtures among them
    EVENTS,
    TOKEN,
    bucket,
    bytes_of,
    ceph,
    deliver,
    events,
    minio,
    put,
    record,
    s3_server,
    set_up,
    use,
    work,
)

# Fixtures are asked for by their names.
# ruff: noqa: F811
pytestmark = pytest.mark.usefixtures("fake_detector")


def counts(response: object) -> tuple[int, object]:
    return response.status_code, response.json()


def taken(accepted: int, ignored: int) -> tuple[int, dict[str, int]]:
    return 202, {"accepted": accepted, "ignored": ignored}


NAMES = ["0123456789abcdef0123456789abcdef", "holiday 100%+more.jpg", "a%20b+c.jpg", "Übung.jpg"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("event", ["Put", "Post", "Copy", "CompleteMultipartUpload"])
def test_an_event_of_minio_makes_a_photo(bucket, deliver, user, name, event, django_capture_on_commit_callbacks):
    key = put(bucket, user, name=name)
    body = minio(quote_plus(key), event=f"s3:ObjectCreated:{event}")
    assert counts(deliver(body)) == taken(1, 0)
    with django_capture_on_commit_callbacks(execute=True):
        work()
    assert Arrival.objects.get().status == "completed"
    assert bytes_of(bucket, key) is None


@pytest.mark.parametrize("name", NAMES)
def test_an_event_of_cephs_gateway_makes_a_photo(bucket, deliver, user, name):
    assert counts(deliver(ceph(put(bucket, user, name=name)))) == taken(1, 0)
    work()
    assert Photo.objects.get().source == "bucket"


def test_older_releases_of_ceph_spell_etag_otherwise(bucket, deliver, user):
    body = ceph(put(bucket, user))
    entry = body["Records"][0]["s3"]["object"]
    entry["etag"] = entry.pop("eTag")
    body["Records"][0]["eventName"] = "s3:ObjectCreated:Put"
    assert counts(deliver(body)) == taken(1, 0)


def test_the_photo_has_files_of_its_own_and_what_was_put_is_removed(
    bucket, deliver, user, django_capture_on_commit_callbacks
):
    key = put(bucket, user)
    deliver(minio(key))
    with django_capture_on_commit_callbacks(execute=True):
        work()
    photo, arrival = Photo.objects.get(), Arrival.objects.get()
    assert (photo.owner, arrival.owner, arrival.photo, arrival.status) == (user, user, photo, "completed")
    assert bytes_of(bucket, key) is None
    assert sorted(storages["photos"].names()) == sorted([photo.file.name, photo.thumbnail.name])
    assert bytes_of(bucket, photo.file.name) == jpeg()
    assert [entry.action for entry in LogEntry.objects.order_by("id")] == ["upload"]
    work()
    photo.refresh_from_db()
    assert (photo.status, photo.people_found) == ("completed", 1)


def test_several_records_in_one_body(bucket, deliver, user):
    contents = [jpeg(64 + number, 48) for number in range(3)]
    records = [record(put(bucket, user, content), content) for content in contents]
    removed = record(f"uploads/{user.pk}/gone", event="ObjectRemoved:Delete")
    assert counts(deliver(events(*records, removed))) == taken(3, 1)
    work()
    assert Photo.objects.filter(owner=user).count() == 3


def test_a_replayed_event_is_ignored_and_logged(bucket, deliver, user, caplog):
    body = minio(put(bucket, user))
    assert counts(deliver(body)) == taken(1, 0)
    caplog.clear()
    assert counts(deliver(body, **{"X-Request-ID": "replayed-0001"})) == taken(0, 1)
    assert "was taken before" in caplog.text
    assert Arrival.objects.count() == 1
    work()
    assert counts(deliver(body)) == taken(0, 1)
    assert Photo.objects.count() == 1


def test_one_event_twice_in_a_body_counts_once(bucket, deliver, user):
    one = record(put(bucket, user))
    assert counts(deliver(events(one, one))) == taken(1, 1)


def test_the_database_itself_refuses_a_second_row_of_an_event(user):
    fields = {"owner": user, "bucket": "b", "key": "k", "etag": "e", "sequencer": "s", "size_bytes": 1}
    Arrival.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Arrival.objects.create(**fields)


@pytest.mark.parametrize(
    "authorization",
    [
        *(None, "", "Bearer", "Bearer wrong", f"Bearer {TOKEN}x", f"Token {TOKEN}", TOKEN, "Bearer \u00fc"),
        *("Basic !!!", "Basic \u00e9", "Basic /w=="),
    ],
)
def test_a_forged_event_is_401_logged_and_does_nothing(bucket, deliver, user, caplog, authorization):
    key = put(bucket, user)
    response = deliver(minio(key), authorization=authorization)
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert "forged bucket event" in caplog.text
    assert not Arrival.objects.exists()
    assert bytes_of(bucket, key) == jpeg()


def test_a_token_is_taken_as_a_password_too(bucket, deliver, user):
    basic = base64.b64encode(f"ceph:{TOKEN}".encode()).decode()
    assert counts(deliver(ceph(put(bucket, user)), authorization=f"Basic {basic}")) == taken(1, 0)


def test_without_a_token_in_the_settings_there_is_no_such_address(bucket, deliver, user, settings):
    settings.STORAGE_EVENTS_TOKEN = ""
    assert deliver(minio(put(bucket, user)), authorization="Bearer ").status_code == 404


def test_a_login_opens_nothing_here(bucket, user, client):
    client.force_login(user)
    assert client.post(EVENTS, {}, content_type="application/json").status_code == 401
    assert client.get(EVENTS).status_code == 401


FOREIGN = [
    "uploads/{other}/x",
    "uploads/{inactive}/x",
    "uploads/0/x",
    "uploads/0{own}/x",
    "uploads/-1/x",
    "uploads/9999999999999999999999/x",
    "uploads/{own}/",
    "uploads/{own}/..",
    "uploads/{own}/../{own}/x",
    "uploads/{own}/a/b",
    "uploads/{own}/a\\b",
    "uploads/{own}/a\x01b",
    "uploads/{own}",
    "/uploads/{own}/x",
    "elsewhere/{own}/x",
    "ab/abababababababababababababababab.jpg",
]


@pytest.mark.parametrize("key", FOREIGN)
@pytest.mark.parametrize("write", [ceph, lambda key: minio(quote_plus(key))], ids=["ceph", "minio"])
def test_a_key_outside_every_active_users_folder_is_404_and_logged(
    bucket, deliver, user, make_user, caplog, key, write
):
    inactive = make_user("gone@example.org", is_active=False)
    key = key.format(own=user.pk, inactive=inactive.pk, other=user.pk + 1000)
    response = deliver(write(key))
    assert (response.status_code, response.json()["code"]) == (404, "upload_unknown")
    assert "foreign bucket event" in caplog.text
    assert not Arrival.objects.exists()


def test_another_bucket_is_404(bucket, deliver, user):
    assert deliver(minio(put(bucket, user), bucket="someone-elses")).status_code == 404


def test_the_good_records_count_where_others_are_foreign(bucket, deliver, user):
    key = put(bucket, user)
    body = events(record(key, bucket="someone-elses"), record(key), record("elsewhere/x"))
    assert counts(deliver(body)) == taken(1, 2)


def test_an_object_that_is_not_there_is_ignored_and_logged(bucket, deliver, user, caplog):
    assert counts(deliver(minio(f"uploads/{user.pk}/nothing"))) == taken(0, 1)
    assert "there is no object" in caplog.text


def test_an_object_that_is_another_by_now_is_ignored(bucket, deliver, user):
    key = put(bucket, user, jpeg(80, 60))
    assert counts(deliver(minio(key, jpeg()))) == taken(0, 1)
    assert bytes_of(bucket, key) == jpeg(80, 60)


def test_an_event_without_an_etag_is_believed_after_the_bucket_was_asked(bucket, deliver, user):
    assert counts(deliver(ceph(put(bucket, user), etag=""))) == taken(1, 0)
    assert len(Arrival.objects.get().etag) == 32


def test_the_size_is_what_the_bucket_says(bucket, deliver, user):
    deliver(minio(put(bucket, user), size=3))
    assert Arrival.objects.get().size_bytes == len(jpeg())


def failed(code: str) -> None:
    arrival = Arrival.objects.get()
    assert (arrival.status, arrival.error_code, arrival.photo) == ("failed", code, None)
    assert arrival.error_message
    assert not Photo.objects.exists()


def test_an_object_over_25_mb_fails_and_is_removed_whatever_the_event_said(
    bucket, deliver, user, django_capture_on_commit_callbacks
):
    content = b"\xff\xd8" + bytes(25 * 1024 * 1024)
    key = put(bucket, user, content)
    assert counts(deliver(minio(key, content, size=10))) == taken(1, 0)
    with django_capture_on_commit_callbacks(execute=True):
        work()
    failed("file_too_large")
    assert bytes_of(bucket, key) is None


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b"no picture", "not_an_image"), (jpeg()[:300], "corrupt_image")]
)
def test_what_the_gate_refuses_fails_with_its_code_and_is_removed(
    bucket, deliver, user, django_capture_on_commit_callbacks, content, code
):
    key = put(bucket, user, content)
    deliver(minio(key, content))
    with django_capture_on_commit_callbacks(execute=True):
        work()
    failed(code)
    assert bytes_of(bucket, key) is None
    assert list(storages["photos"].names()) == []


@pytest.mark.parametrize(
    "metadata", [{"people": "99"}, {"people": "x"}, {"min-confidence": "nan"}, {"min-confidence": "2"}]
)
def test_options_that_nobody_signed_fail_and_the_object_stays(bucket, deliver, user, metadata):
    key = put(bucket, user, **metadata)
    deliver(minio(key))
    work()
    failed("upload_options")
    assert bytes_of(bucket, key) == jpeg()


def test_a_model_that_is_gone_by_then_fails_and_the_object_stays(bucket, deliver, user):
    key = put(bucket, user, model="nobody-has-this")
    deliver(minio(key))
    work()
    failed("model_unknown")
    assert bytes_of(bucket, key) == jpeg()


def test_an_object_that_goes_before_it_is_read_fails(bucket, deliver, user):
    key = put(bucket, user)
    deliver(minio(key))
    bucket.delete_object(Bucket=BUCKET, Key=key)
    work()
    failed("upload_missing")


def test_an_object_that_is_overwritten_before_it_is_read_fails_and_the_new_one_counts(bucket, deliver, user):
    key = put(bucket, user, name="x")
    deliver(minio(key))
    put(bucket, user, jpeg(80, 60), name="x")
    work()
    failed("upload_replaced")
    assert counts(deliver(minio(key, jpeg(80, 60), sequencer="later"))) == taken(1, 0)
    work()
    assert Photo.objects.get().width == 80


def test_bytes_that_the_owner_has_already_are_that_photo(bucket, deliver, user, make_photo):
    photo = make_photo(content=jpeg())
    deliver(minio(put(bucket, user)))
    work()
    assert Arrival.objects.get().photo == photo
    assert Photo.objects.get() == photo


def test_work_that_is_done_twice_makes_one_photo(bucket, deliver, user, monkeypatch):
    key = put(bucket, user)
    deliver(minio(key))
    [arrival] = claims.claim(Arrival.objects.all(), lease=timedelta(seconds=30))
    uploading.upload_photo(
        owner=user,
        stream=io.BytesIO(jpeg()),
        name="",
        source=Photo.Source.BUCKET,
        options=uploading.DetectionOptions.given(),
        is_queued=True,
    )
    arriving.take_in(arrival)
    assert Arrival.objects.get().photo == Photo.objects.get()


def test_a_full_storage_fails_and_the_object_stays_for_another_try(bucket, deliver, user, monkeypatch):
    key = put(bucket, user)
    deliver(minio(key))

    def full(*args: object, **kwargs: object) -> None:
        raise StorageFull

    monkeypatch.setattr("storages.backends.s3.S3Storage._save", full)
    work()
    failed("storage_full")
    assert bytes_of(bucket, key) == jpeg()
    monkeypatch.undo()


def test_a_bucket_that_is_down_is_503_and_nothing_is_kept(deliver, user, settings, s3_server):
    set_up(settings, "s3", s3_server.options | {"endpoint_url": f"http://127.0.0.1:{free_port()}"})
    use(settings, "s3")
    settings.STORAGE_EVENTS_TOKEN = TOKEN
    response = deliver(minio(f"uploads/{user.pk}/x"))
    assert (response.status_code, response.json()["code"]) == (503, "storage_unavailable")
    assert int(response["Retry-After"]) > 0
    assert not Arrival.objects.exists()


def test_a_bucket_that_is_down_has_the_work_wait(bucket, deliver, user, settings, s3_server):
    deliver(minio(put(bucket, user)))
    set_up(settings, "s3", s3_server.options | {"endpoint_url": f"http://127.0.0.1:{free_port()}"})
    use(settings, "s3")
    work()
    arrival = Arrival.objects.get()
    assert (arrival.status, arrival.attempts) == ("pending", 0)


def test_an_object_whose_end_does_not_come_waits_and_stays(
    bucket, deliver, user, settings, s3_server, django_capture_on_commit_callbacks
):
    content = jpeg(400, 300, comment=b"x" * 30_000)
    key = put(bucket, user, content)
    deliver(minio(key, content))
    with cut_off(s3_server.port, after_bytes=20_000) as port:
        set_up(settings, "s3", s3_server.options | {"endpoint_url": f"http://127.0.0.1:{port}"})
        use(settings, "s3")
        with django_capture_on_commit_callbacks(execute=True):
            work()
    arrival = Arrival.objects.get()
    assert (arrival.status, arrival.attempts) == ("pending", 0)
    assert bytes_of(bucket, key) == content


def test_the_same_bytes_put_twice_before_they_are_read_are_one_photo(
    bucket, deliver, user, django_capture_on_commit_callbacks
):
    key = put(bucket, user, name="x")
    assert counts(deliver(minio(key, sequencer="1"))) == taken(1, 0)
    put(bucket, user, name="x")
    assert counts(deliver(minio(key, sequencer="2"))) == taken(1, 0)
    for arrival in claims.claim(Arrival.objects.all(), lease=timedelta(seconds=30)):
        with django_capture_on_commit_callbacks(execute=True):
            arriving.take_in(arrival)
    assert bytes_of(bucket, key) is None
    photo = Photo.objects.get()
    assert list(Arrival.objects.values_list("status", "photo")) == [("completed", photo.pk)] * 2


def test_what_is_put_while_the_object_before_it_is_read_stays(
    bucket, deliver, user, monkeypatch, django_capture_on_commit_callbacks
):
    key = put(bucket, user, name="x")
    deliver(minio(key, sequencer="1"))
    upload_photo = arriving.upload_photo

    def put_meanwhile(**values: object) -> object:
        put(bucket, user, jpeg(80, 60), name="x")
        return upload_photo(**values)

    monkeypatch.setattr(arriving, "upload_photo", put_meanwhile)
    with django_capture_on_commit_callbacks(execute=True):
        work()
    monkeypatch.undo()
    assert bytes_of(bucket, key) == jpeg(80, 60)
    assert counts(deliver(minio(key, jpeg(80, 60), sequencer="2"))) == taken(1, 0)
    with django_capture_on_commit_callbacks(execute=True):
        work()
    assert sorted(Photo.objects.values_list("width", flat=True)) == [64, 80]
    assert bytes_of(bucket, key) is None


def test_a_site_without_a_bucket_says_so(deliver, user, settings):
    settings.STORAGE_EVENTS_TOKEN = TOKEN
    response = deliver(minio(f"uploads/{user.pk}/x"))
    assert (response.status_code, response.json()["code"]) == (409, "bucket_not_used")


def test_awss_test_of_a_new_notification_is_answered(bucket, deliver, db):
    body = {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": "2026-01-02T03:04:05.678Z",
        "Bucket": BUCKET,
        "RequestId": "5582815E1AEA5ADF",
        "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
    }
    assert counts(deliver(body)) == taken(0, 0)


@pytest.mark.parametrize("event", ["s3:ObjectRemoved:Delete", "s3:ObjectCreated:PutTagging", "s3:ObjectAccessed:Get"])
def test_other_events_are_ignored(bucket, deliver, user, event):
    assert counts(deliver(minio(put(bucket, user), event=event))) == taken(0, 1)


GARBAGE = [
    ("{", None),
    ("[]", None),
    ('"text"', None),
    ("[" * 2000, None),
    ({}, "Records"),
    ({"Records": "x"}, "Records"),
    ({"Records": ["x"]}, "Records.0"),
    ({"Records": [{}]}, "Records.0.eventName"),
    (events(record("k"), {**record("k"), "s3": {}}), "Records.1.s3.bucket"),
    (events({**record("k"), "s3": {"bucket": {"name": "b"}, "object": {"key": 7, "eTag": []}}}), "Records.0.s3"),
    (events(record("a\x00b")), "Records.0.s3.object.key"),
    (events(record("x" * 5000)), "Records.0.s3.object.key"),
    (events(*[record("k")] * 101), "Records"),
]


@pytest.mark.parametrize(("body", "place"), GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_400_and_names_the_record(bucket, deliver, db, body, place):
    response = deliver(body)
    assert response.status_code == 400
    assert place is None or any(field.startswith(place) for field in response.json()["fields"]), response.json()


def test_a_body_that_is_too_large_is_refused_unread(bucket, deliver):
    assert deliver('{"Records": "' + "x" * (1 << 20) + '"}').status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_the_declared_content_type_does_not_matter(bucket, user, client, content_type):
    import json

    headers = {"Authorization": f"Bearer {TOKEN}"}
    body = json.dumps(minio(put(bucket, user)))
    assert counts(client.post(EVENTS, body, content_type=content_type, headers=headers)) == taken(1, 0)


def test_finished_uploads_are_forgotten_after_a_week(user):
    now = timezone.now()
    old, new = now - timedelta(days=7, minutes=1), now - timedelta(days=6)
    finished = {"status": "completed", "lease_until": None}
    rows = [("a", old, finished), ("b", new, finished), ("c", old, {})]
    for key, at, fields in rows:
        Arrival.objects.create(owner=user, bucket="b", key=key, etag="e", size_bytes=1, queued_at=at, **fields)
    assert arriving.clear_finished(now=now) == 1
    assert set(Arrival.objects.values_list("key", flat=True)) == {"b", "c"}
