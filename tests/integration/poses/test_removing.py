"""Files of deleted rows: gone at once, or kept while somebody such as a backup reads what rows have named."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Conflict
from core.storage.errors import StorageUnavailable
from core.storage.local import LocalStorage
from core.work import kinds, sweeping
from poses.models import Photo, Removal
from poses.queue import REMOVAL
from poses.services import photo_files, removing, sweeping_files
from tests import broker

from .conftest import stored_files


class Reader:
    """Somebody who wants files kept while `is_reading`; `asked` counts."""

    def __init__(self) -> None:
        self.is_reading = True
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.is_reading


@pytest.fixture
def reader(monkeypatch) -> Iterator[Reader]:
    monkeypatch.setattr(removing, "_checks", [])
    reader = Reader()
    removing.keep_files_while(reader)
    broker.messages()
    yield reader
    broker.messages()


@pytest.fixture
def delete(django_capture_on_commit_callbacks) -> Callable[[Photo], None]:
    def delete(photo: Photo) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            Photo.objects.get(pk=photo.pk).delete()

    return delete


@pytest.fixture
def sweep(django_capture_on_commit_callbacks) -> Callable[[], None]:
    """The sweep, and the workers after it."""

    def sweep() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            sweeping.sweep(now=timezone.now())
        broker.work_through()

    return sweep


def names_of(photo: Photo) -> list[str]:
    return sorted((photo.file.name, photo.thumbnail.name))


def test_where_nobody_wants_them_they_go_at_once(photo, reader, delete, settings):
    reader.is_reading = False
    delete(photo)
    assert (stored_files(settings), Removal.objects.count(), reader.asked) == ([], 0, 1)


def test_where_nobody_has_registered_a_deletion_costs_no_query_more(photo, monkeypatch, settings):
    monkeypatch.setattr(removing, "_checks", [])
    with CaptureQueriesContext(connection) as queries:
        removing.remove_later(*names_of(photo))
    assert (len(queries), stored_files(settings)) == (0, [])


def test_while_somebody_reads_they_stay_and_go_afterwards(photo, reader, delete, sweep, settings):
    delete(photo)
    assert stored_files(settings) == sorted(Removal.objects.values_list("name", flat=True)) == names_of(photo)
    sweep()
    assert set(Removal.objects.values_list("status", flat=True)) == {"held"}
    assert stored_files(settings) == names_of(photo)
    reader.is_reading = False
    sweep()
    assert stored_files(settings) == []
    assert set(Removal.objects.values_list("status", flat=True)) == {"completed"}
    sweep()
    assert Removal.objects.count() == 0


def test_what_is_asked_for_twice_is_noted_once(photo, reader, db):
    removing.remove_later("one.jpg", "", None)
    removing.remove_later("one.jpg", "two.jpg")
    assert sorted(Removal.objects.values_list("name", flat=True)) == ["one.jpg", "two.jpg"]


def test_what_is_noted_after_the_sweep_has_looked_waits_for_the_next_one(photo, reader, delete, sweep, settings):
    """Who begins to read in between may need it."""
    removing.remove_later("other.jpg")

    def begins_to_read_and_a_photo_is_deleted() -> bool:
        Removal.objects.get_or_create(name=photo.file.name)
        return False

    removing._checks[:] = [begins_to_read_and_a_photo_is_deleted]
    sweep()
    assert dict(Removal.objects.values_list("name", "status")) == {"other.jpg": "completed", photo.file.name: "held"}
    assert photo.file.name in stored_files(settings)


def test_a_file_that_a_row_names_again_stays(photo, reader, sweep, settings):
    reader.is_reading = False
    Removal.objects.create(name=photo.file.name)
    sweep()
    assert Removal.objects.get().status == "completed"
    assert stored_files(settings) == names_of(photo)


def test_while_the_storage_is_down_they_wait(photo, reader, delete, sweep, settings, monkeypatch):
    monkeypatch.setattr(photo_files, "_LEFT_ALONE_S", 0.0)
    delete(photo)
    reader.is_reading = False

    def down(storage: LocalStorage, name: str) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(LocalStorage, "delete", down)
        sweep()
    assert set(Removal.objects.values_list("status", "attempts")) == {("pending", 0)}
    Removal.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    assert stored_files(settings) == []


def test_while_the_database_does_not_answer_they_stay_and_that_is_logged(photo, reader, caplog, settings):
    def down() -> bool:
        raise OperationalError

    removing._checks[:] = [down]
    removing.remove_later(*names_of(photo))
    assert stored_files(settings) == names_of(photo)
    assert f"cannot tell whether to remove {', '.join(names_of(photo))}" in caplog.text


def test_the_queues_page_knows_them(reader, client, admin_user):
    removing.remove_later("one.jpg")
    Removal.objects.update(status="failed", error_code="unexpected")
    client.force_login(admin_user)
    html = client.get("/queue/").content.decode()
    assert kinds.kind_named(REMOVAL).label in html
    assert "one.jpg" in html


def sweep_files(*, is_fix: bool) -> list[str]:
    """Compares a day later; answers the orphans."""
    told: list[str] = []
    sweeping_files.sweep_files(
        now=timezone.now() + timedelta(days=1),
        is_fix=is_fix,
        with_hashes=False,
        tell=lambda finding, name: told.append(name),
    )
    return sorted(told)


def test_files_that_wait_are_no_orphans(make_photo, reader, delete, sweep):
    photo, _other = make_photo(), make_photo()
    delete(photo)
    assert sweep_files(is_fix=False) == []
    Removal.objects.update(status="failed", error_code="unexpected")
    assert sweep_files(is_fix=False) == names_of(photo)


def test_while_files_are_kept_none_are_swept_away(make_photo, reader, settings):
    make_photo()
    with pytest.raises(Conflict, match="A backup is running") as refused:
        sweep_files(is_fix=True)
    assert (refused.value.code, len(stored_files(settings))) == ("files_kept", 2)


def test_who_begins_to_read_during_a_sweep_ends_it(make_photo, reader, settings, monkeypatch):
    """An orphan may then be a file whose row was deleted a moment ago."""
    photo, _other = make_photo(), make_photo()
    Photo.objects.filter(pk=photo.pk).update(file="", thumbnail="")
    answers = [False, True]
    removing._checks[:] = [lambda: answers.pop(0)]
    with pytest.raises(Conflict):
        sweep_files(is_fix=True)
    assert (answers, len(stored_files(settings))) == ([], 4)
    removing._checks[:] = [lambda: False]
    assert sweep_files(is_fix=True) == names_of(photo)
    assert len(stored_files(settings)) == 2


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_once_the_deletion_is_committed(make_photo, reader, settings):
    photo, seen = make_photo(), []
    removing._checks[:] = [lambda: seen.append((connection.in_atomic_block, Photo.objects.count()))]
    photo.delete()
    assert seen == [(False, 0)]
    assert stored_files(settings) == []


def test_a_refused_upload_leaves_no_file_whoever_reads(make_photo, reader, settings, monkeypatch):
    def refused(*args: object, **kwargs: object) -> None:
        raise LookupError

    monkeypatch.setattr("poses.services.uploading.log", refused)
    with pytest.raises(LookupError):
        make_photo()
    assert (stored_files(settings), Removal.objects.count()) == ([], 0)
