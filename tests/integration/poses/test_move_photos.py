"""manage.py move_photos."""

import hashlib
import io
from collections import Counter
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from core.storage.errors import StorageUnavailable
from core.storage.photos import storage_named
from poses.models import Photo
from poses.services import moving, stored_files
from tests.conftest import jpeg
from tests.servers import free_port

from .buckets import mongodb_server, s3_server, set_up, set_up_both  # noqa: F401  # fixtures among them

# Fixtures are asked for by their names.
# ruff: noqa: F811


@pytest.fixture(autouse=True)
def _storages(settings, mongodb_server, s3_server) -> None:
    set_up_both(settings, mongodb_server, s3_server)


def move(to: str = "mongodb", **options: Any) -> str:
    output = io.StringIO()
    call_command("move_photos", to=to, stdout=output, **options)
    return output.getvalue()


def move_and_fail(to: str = "mongodb", **options: Any) -> str:
    output = io.StringIO()
    with pytest.raises(CommandError, match="Not every file") as caught:
        call_command("move_photos", to=to, stdout=output, **options)
    assert caught.value.returncode == 1
    return output.getvalue()


def contents(name: str) -> dict[str, bytes]:
    storage = storage_named(name)
    found = {}
    for each in storage.names():
        with storage.open(each) as opened:
            found[each] = opened.read()
    return found


@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("to", ["mongodb", "s3"])
def test_every_file_is_there_afterwards_bit_for_bit_and_nothing_is_switched(make_photo, settings, to, jobs):
    for _ in range(5):
        make_photo()
    output = move(to, jobs=jobs)
    assert contents(to) == contents("local")
    assert len(contents(to)) == 10
    assert "copied 10, were there 0, missing in the source 0" in output
    assert f"set PHOTO_STORAGE={to}" in output
    assert settings.PHOTO_STORAGE == "local"


def test_and_back_again(make_photo, settings, tmp_path):
    make_photo()
    before = contents("local")
    move("s3")
    set_up(settings, "local", {"location": tmp_path / "another folder"})
    move("mongodb", source="s3")
    move("local", source="mongodb")
    assert contents("local") == before


def test_a_second_run_copies_only_what_is_missing(make_photo, monkeypatch):
    make_photo()
    make_photo()
    move()
    late = make_photo()
    fetched = []
    fetch = moving._Copy._fetch
    monkeypatch.setattr(
        moving._Copy, "_fetch", lambda copy, name, kept: (fetched.append(name), fetch(copy, name, kept))[1]
    )
    assert "copied 2, were there 4" in move()
    assert sorted(fetched) == sorted([late.file.name, late.thumbnail.name])


def test_after_the_switch_what_is_only_in_the_new_storage_is_there(make_photo):
    make_photo()
    move()
    for name in contents("local"):
        storage_named("local").delete(name)
    assert "copied 0, were there 2, missing in the source 0" in move()


def test_missing_files_are_listed_and_the_rest_is_copied(make_photo):
    gone, kept = make_photo(), make_photo()
    for name in (gone.file.name, gone.thumbnail.name):
        storage_named("local").delete(name)
    output = move_and_fail()
    assert "copied 2, were there 0, missing in the source 2" in output
    assert f"missing in the source: {gone.file.name} (photo {gone.id})" in output
    assert set(contents("mongodb")) == {kept.file.name, kept.thumbnail.name}


def test_a_damaged_file_is_listed_and_not_copied(make_photo, settings):
    photo = make_photo()
    path = settings.PHOTO_STORAGES["local"]["OPTIONS"]["location"] / photo.file.name
    path.write_bytes(path.read_bytes()[:-10])
    output = move_and_fail()
    assert f"damaged in the source: {photo.file.name}" in output
    assert set(contents("mongodb")) == {photo.thumbnail.name}


def test_a_name_that_another_file_has_there_is_listed_and_that_file_stays(make_photo):
    photo = make_photo()
    storage_named("mongodb").save(photo.file.name, ContentFile(b"something else"))
    output = move_and_fail()
    assert f"named like another file there: {photo.file.name}" in output
    assert contents("mongodb")[photo.file.name] == b"something else"


def test_what_a_killed_run_left_half_written_is_copied_anew(make_photo, settings):
    photo = make_photo()
    before = contents("local")
    move("s3")
    path = settings.PHOTO_STORAGES["local"]["OPTIONS"]["location"] / photo.file.name
    path.write_bytes(path.read_bytes()[:100])
    assert "copied 1, were there 1" in move("local", source="s3")
    assert contents("local") == before


def test_a_copy_that_reads_back_otherwise_is_removed_and_listed(make_photo, monkeypatch):
    photo = make_photo()
    monkeypatch.setattr(moving, "sha256_of_bytes", lambda storage, name: hashlib.sha256(b"").hexdigest())
    output = move_and_fail()
    assert f"read back otherwise than written: {photo.file.name}" in output
    assert contents("mongodb") == {}


def test_photos_that_are_deleted_meanwhile_are_no_problem(make_photo, monkeypatch):
    photo = make_photo()
    for name in contents("local"):
        storage_named("local").delete(name)
    fetched = stored_files.FileRows.all

    def then_deleted(rows):
        for some in fetched(rows):
            Photo.objects.filter(pk=photo.pk).delete()
            yield some

    monkeypatch.setattr(stored_files.FileRows, "all", then_deleted)
    assert "missing in the source 0" in move()


def test_rows_are_gone_through_in_pages_with_those_that_come_meanwhile(make_photo, monkeypatch):
    monkeypatch.setattr(stored_files, "_AT_ONCE", 2)
    made = [make_photo().pk for _ in range(4)]
    Photo.objects.update(created_at=Photo.objects.first().created_at)
    seen: list[Any] = []
    for photos in next(rows for rows in stored_files.all_file_rows() if rows.model is Photo).all():
        seen += [photo.id for photo in photos]
        if len(seen) == 2:
            made.append(make_photo().pk)
    assert len(seen) == 5
    assert set(seen) == set(made)


def test_a_storage_that_is_down_stops_the_run_with_a_hint(make_photo, settings):
    make_photo()
    set_up(settings, "mongodb", {"uri": f"mongodb://127.0.0.1:{free_port()}", "database": "none"})
    with pytest.raises(CommandError, match=r"cannot be reached.*Run the command again"):
        move()


def test_no_storage_to_itself(make_photo):
    with pytest.raises(CommandError, match="already"):
        move("local")


def test_a_storage_that_is_not_set_up_says_which_setting_it_lacks(db, settings):
    set_up(settings, "s3", {"bucket_name": ""})
    with pytest.raises(CommandError, match="S3_BUCKET"):
        move("s3")


def test_an_unknown_storage_and_senseless_jobs_are_refused(db):
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("move_photos", "--to", "floppy")
    with pytest.raises(CommandError, match="1 to 64"):
        move(jobs=0)


def test_progress_tells_the_rate_and_the_time_left():
    progress = moving.Progress(total=40, counts=Counter({moving.Outcome.COPIED: 10}))
    progress.started -= 5
    assert (progress.done, progress.has_problems) == (10, False)
    assert 14 < progress.seconds_left < 16


def test_large_files_are_moved_too(make_photo, user):
    content = jpeg(1200, 900, quality=95) + bytes(6_000_000)
    make_photo(content=content)
    move()
    assert content in contents("mongodb").values()


def test_trouble_half_way_keeps_what_was_copied(make_photo, monkeypatch):
    for _ in range(3):
        make_photo()
    calls = 0
    fetch = moving._Copy._fetch

    def failing(copy, name, kept):
        nonlocal calls
        calls += 1
        if calls == 4:
            raise StorageUnavailable
        return fetch(copy, name, kept)

    monkeypatch.setattr(moving._Copy, "_fetch", failing)
    with pytest.raises(CommandError, match="Run the command again"):
        move(jobs=1)
    assert 3 <= len(contents("mongodb")) < 6
    move()
    assert contents("mongodb") == contents("local")
