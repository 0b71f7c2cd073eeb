"""manage.py sweep_photos."""

import io
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pymongo import MongoClient

from poses.models import Arrival, Photo
from poses.services import sweeping_files
from poses.services.name_register import NameRegister
from poses.services.stored_files import all_file_rows
from poses.services.sweeping_files import Finding
from tests.servers import free_port

from .buckets import mongodb_server, put, s3_server, set_up, set_up_both, use  # noqa: F401  # fixtures among them

# Fixtures are asked for by their names.
# ruff: noqa: F811
ORPHAN = "ab/ab" + "0" * 30 + ".jpg"
ORPHANS_THUMBNAIL = "ab/ab" + "0" * 30 + ".thumbnail.jpg"


@pytest.fixture(autouse=True, params=["local", "mongodb", "s3"])
def storage(request: pytest.FixtureRequest, settings: Any) -> Any:
    if request.param != "local":
        set_up_both(settings, request.getfixturevalue("mongodb_server"), request.getfixturevalue("s3_server"))
    return use(settings, request.param)


@pytest.fixture
def _an_hour_later(monkeypatch) -> None:
    later = timezone.now() + timedelta(hours=1, minutes=1)
    monkeypatch.setattr("poses.management.commands.sweep_photos.timezone.now", lambda: later)


def sweep(**options: Any) -> str:
    output = io.StringIO()
    call_command("sweep_photos", stdout=output, **options)
    return output.getvalue()


def sweep_and_fail(**options: Any) -> str:
    output = io.StringIO()
    with pytest.raises(CommandError, match="do not agree") as caught:
        call_command("sweep_photos", stdout=output, **options)
    assert caught.value.returncode == 1
    return output.getvalue()


@pytest.mark.usefixtures("_an_hour_later")
def test_a_storage_in_order_has_nothing_to_tell(make_photo):
    make_photo()
    output = sweep(hashes=True)
    assert [line.rpartition(": ")[2] for line in output.splitlines()] == ["0"] * len(Finding)


@pytest.mark.usefixtures("_an_hour_later")
def test_files_without_a_row_are_found_and_removed_only_when_asked(make_photo, storage):
    photo = make_photo()
    storage.save(ORPHAN, ContentFile(b"x"))
    storage.save(ORPHANS_THUMBNAIL, ContentFile(b"x"))
    output = sweep_and_fail()
    assert f"files without a row: {ORPHAN}" in output
    assert "files without a row: 2\n" in output
    assert storage.exists(ORPHAN)
    assert "files removed: 2" in sweep(fix=True)
    assert sorted(storage.names()) == sorted([photo.file.name, photo.thumbnail.name])


@pytest.mark.usefixtures("_an_hour_later")
def test_a_file_of_a_photo_that_its_row_does_not_name_is_an_orphan(make_photo, storage):
    photo = make_photo()
    other = photo.file.name.replace(".jpg", ".png")
    storage.save(other, ContentFile(b"x"))
    sweep(fix=True)
    assert not storage.exists(other)
    assert storage.exists(photo.file.name)


@pytest.mark.usefixtures("_an_hour_later")
def test_a_file_that_a_row_of_another_id_names_is_never_removed(make_photo, storage):
    photo = make_photo()
    storage.save(ORPHAN, ContentFile(b"x"))
    Photo.objects.filter(pk=photo.pk).update(thumbnail=ORPHAN)
    sweep(fix=True)
    assert storage.exists(ORPHAN)


def test_what_is_younger_than_an_hour_may_still_get_its_row(make_photo, storage):
    make_photo()
    storage.save(ORPHAN, ContentFile(b"x"))
    assert "files without a row: 0" in sweep(fix=True)
    assert storage.exists(ORPHAN)


@pytest.mark.usefixtures("_an_hour_later")
def test_rows_without_a_file_are_found_and_left_alone(make_photo, storage):
    photo, whole = make_photo(), make_photo()
    storage.delete(photo.thumbnail.name)
    output = sweep_and_fail(fix=True)
    assert f"rows without a file: {photo.thumbnail.name} (photo {photo.id})" in output
    assert Photo.objects.count() == 2
    assert storage.exists(whole.file.name)


@pytest.mark.usefixtures("_an_hour_later")
def test_files_that_differ_from_their_row_are_found_by_their_bytes_and_left_alone(make_photo, storage):
    photo = make_photo()
    assert "files that differ from their row: not looked for" in sweep()
    storage.delete(photo.file.name)
    storage.save(photo.file.name, ContentFile(b"not what the row says"))
    output = sweep_and_fail(hashes=True, fix=True)
    assert f"files that differ from their row: {photo.file.name} (photo {photo.id})" in output
    assert storage.exists(photo.file.name)


@pytest.mark.parametrize("storage", ["mongodb"], indirect=True)
@pytest.mark.usefixtures("_an_hour_later")
def test_a_file_whose_chunks_are_gone_is_damaged(make_photo, storage):
    photo = make_photo()
    with MongoClient(storage.uri) as client:
        client[storage.database].photos.chunks.delete_many({"files_id": storage._document(photo.file.name)["_id"]})
    output = sweep_and_fail(hashes=True)
    assert f"files that differ from their row: {photo.file.name} (photo {photo.id})" in output
    assert "rows without a file: 0" in output


@pytest.mark.parametrize("storage", ["mongodb"], indirect=True)
def test_chunks_without_a_file_go_after_an_hour_and_only_when_asked(make_photo, storage):
    photo = make_photo()
    old, new = (ObjectId.from_datetime(timezone.now() - timedelta(minutes=minutes)) for minutes in (61, 59))
    with MongoClient(storage.uri) as client:
        chunks = client[storage.database].photos.chunks
        chunks.insert_many([{"files_id": file_id, "n": 0, "data": b"x"} for file_id in (old, new)])
    output = sweep_and_fail()
    assert f"parts of files without a name: {old}" in output
    assert "parts of files without a name: 1\n" in output
    assert "files removed: 1" in sweep(fix=True)
    assert list(storage.leftovers(before=timezone.now() + timedelta(hours=1))) == [str(new)]
    assert storage.sha256(photo.file.name) == photo.sha256


FOREIGN = ["readme.txt", "ab/photo.jpg", "cd/ab" + "0" * 30 + ".jpg", "deep/er/still.jpg", "uploads/x.jpg"]


@pytest.mark.usefixtures("_an_hour_later")
@pytest.mark.parametrize("name", FOREIGN)
def test_names_outside_the_layout_are_told_and_never_touched(make_photo, storage, name):
    make_photo()
    storage.save(name, ContentFile(b"x"))
    assert f"files that are not the site's: {name}" in sweep(fix=True)
    assert storage.exists(name)


@pytest.mark.usefixtures("_an_hour_later")
def test_an_empty_database_removes_nothing(db, storage):
    storage.save(ORPHAN, ContentFile(b"x"))
    with pytest.raises(CommandError, match="Is it the right one"):
        sweep(fix=True)
    assert storage.exists(ORPHAN)
    assert "files without a row: 1" in sweep_and_fail()


@pytest.mark.usefixtures("_an_hour_later")
def test_long_lists_are_cut_unless_all_is_asked_for(make_photo, storage):
    make_photo()
    for number in range(23):
        storage.save(f"ab/ab{number:030x}.jpg", ContentFile(b"x"))
    assert sweep_and_fail().count("files without a row: ab/") == 20
    assert sweep_and_fail(all=True).count("files without a row: ab/") == 23


@pytest.mark.parametrize("storage", ["local"], indirect=True)
@pytest.mark.usefixtures("_an_hour_later")
def test_there_is_no_query_a_file(make_photo, storage):
    numbers = []
    for _ in range(2):
        for _ in range(4):
            make_photo()
        with CaptureQueriesContext(connection) as queries:
            sweep(hashes=True)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 6 + 2 * len(all_file_rows())


@pytest.mark.usefixtures("_an_hour_later")
def test_many_files_are_compared_in_parts(make_photo, storage, monkeypatch):
    monkeypatch.setattr(sweeping_files, "_AT_ONCE", 3)
    monkeypatch.setattr("poses.services.stored_files._AT_ONCE", 2)
    photos = [make_photo() for _ in range(5)]
    storage.delete(photos[3].file.name)
    storage.save(ORPHAN, ContentFile(b"x"))
    output = sweep_and_fail(hashes=True)
    assert "files without a row: 1\n" in output
    assert "rows without a file: 1\n" in output


@pytest.mark.parametrize("storage", ["s3"], indirect=True)
def test_uploads_that_no_event_told_of_go_after_a_day(make_photo, user, s3_server, storage, monkeypatch):
    client = s3_server.client()
    make_photo()
    keys = {name: put(client, user, name=name) for name in ("told", "done", "abandoned")}
    for name, status in (("told", {}), ("done", {"status": "completed", "lease_until": None})):
        Arrival.objects.create(owner=user, bucket="photos", key=keys[name], etag="e", size_bytes=1, **status)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=23))
    assert "uploads that no event told of: 0" in sweep()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=25))
    assert f"uploads that no event told of: {keys['abandoned']}" in sweep_and_fail()
    assert "files removed: 2" in sweep(fix=True)
    assert storage.exists(keys["told"])
    assert not storage.exists(keys["abandoned"])


@pytest.mark.parametrize("storage", ["local"], indirect=True)
def test_a_storage_that_is_down_says_so(make_photo, settings):
    make_photo()
    set_up(settings, "mongodb", {"uri": f"mongodb://127.0.0.1:{free_port()}", "database": "none"})
    use(settings, "mongodb")
    with pytest.raises(CommandError, match="cannot be reached"):
        sweep()


@pytest.mark.parametrize("storage", ["local"], indirect=True)
def test_the_register_knows_what_was_added_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = [f"name {number}" for number in range(1200)]
    with NameRegister() as register:
        register.add(names[:1100])
        register.add(names[:10])
        assert register.known(names) == set(names[:1100])
    assert list(tmp_path.iterdir()) == []
