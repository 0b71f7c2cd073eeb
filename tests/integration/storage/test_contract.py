"""What every storage of photos promises."""

import hashlib
import io
import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.utils import timezone

LARGE = os.urandom(3_000_000)


def test_what_was_saved_is_read_bit_for_bit(storage):
    name = storage.save("ab/photo.jpg", ContentFile(LARGE))
    assert name == "ab/photo.jpg"
    with storage.open(name) as opened:
        assert opened.read() == LARGE


@pytest.mark.parametrize("length", [0, 1, 255 * 1024, 255 * 1024 + 1, 8 * 255 * 1024, 9 * 255 * 1024 - 1])
def test_any_length_survives(storage, length):
    name = storage.save("photo.bin", ContentFile(LARGE[:length]))
    with storage.open(name) as opened:
        assert (opened.size, storage.size(name)) == (length, length)
        assert opened.read() == LARGE[:length]


def test_a_file_is_read_in_pieces(storage):
    name = storage.save("photo.bin", ContentFile(LARGE))
    with storage.open(name) as opened:
        pieces = list(opened.chunks(100_000))
    assert len(pieces) == 30
    assert b"".join(pieces) == LARGE


@pytest.mark.parametrize("length", [0, 1, len(LARGE)])
def test_a_file_is_copied_to_what_takes_bytes(storage, length):
    target = io.BytesIO()
    storage.copy_to(storage.save("photo.bin", ContentFile(LARGE[:length])), target)
    assert target.getvalue() == LARGE[:length]


def test_what_is_missing_is_not_copied(storage):
    with pytest.raises(FileNotFoundError):
        storage.copy_to("no-such-file.bin", io.BytesIO())


def test_a_file_is_read_from_anywhere(storage):
    name = storage.save("photo.bin", ContentFile(LARGE))
    with storage.open(name) as opened:
        assert opened.seek(1_000_000) == 1_000_000
        assert opened.read(10) == LARGE[1_000_000:1_000_010]
        assert opened.tell() == 1_000_010
        opened.seek(-5, os.SEEK_END)
        assert opened.read() == LARGE[-5:]
        assert opened.read() == b""
        opened.seek(0)
        assert opened.read(3) == LARGE[:3]
    assert opened.closed


def test_an_upload_in_memory_is_saved_from_its_start(storage):
    upload = SimpleUploadedFile("photo.jpg", LARGE, content_type="image/jpeg")
    assert isinstance(upload, InMemoryUploadedFile)
    upload.read(10)
    name = storage.save("photo.jpg", upload)
    with storage.open(name) as opened:
        assert opened.read() == LARGE


def test_a_file_of_one_storage_is_saved_in_another(storage, tmp_path):
    (tmp_path / "source").write_bytes(LARGE)
    with (tmp_path / "source").open("rb", buffering=0) as source:
        name = storage.save("copy.bin", source)
    with storage.open(name) as opened:
        again = storage.save("copy of copy.bin", opened)
    assert storage.sha256(again) == hashlib.sha256(LARGE).hexdigest()


def test_files_come_and_go(storage):
    assert not storage.exists("photo.jpg")
    storage.save("photo.jpg", ContentFile(b"photo"))
    assert storage.exists("photo.jpg")
    storage.delete("photo.jpg")
    assert not storage.exists("photo.jpg")
    storage.delete("photo.jpg")


def test_a_taken_name_gives_the_second_file_another(storage):
    names = [storage.save("ab/photo.jpg", ContentFile(content)) for content in (b"one", b"two")]
    assert names[0] == "ab/photo.jpg"
    assert names[1] != names[0]
    contents = []
    for name in names:
        with storage.open(name) as opened:
            contents.append(opened.read())
    assert contents == [b"one", b"two"]


def test_folders_are_listed(storage):
    for name in ("top.jpg", "ab/one.jpg", "ab/two.jpg", "ab/deep/three.jpg", "abc/four.jpg"):
        storage.save(name, ContentFile(b"photo"))
    folders, files = storage.listdir("")
    assert (sorted(folders), sorted(files)) == (["ab", "abc"], ["top.jpg"])
    folders, files = storage.listdir("ab")
    assert (sorted(folders), sorted(files)) == (["deep"], ["one.jpg", "two.jpg"])


def test_every_name_is_told(storage):
    assert list(storage.names()) == []
    saved = {storage.save(f"{number % 3}/{number}.jpg", ContentFile(b"photo")) for number in range(7)}
    assert len(saved) == 7
    assert sorted(storage.names()) == sorted(saved)


def test_the_hash_is_known(storage):
    name = storage.save("photo.bin", ContentFile(LARGE))
    assert storage.sha256(name) == hashlib.sha256(LARGE).hexdigest()


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("photo.jpg", "image/jpeg"), ("photo.png", "image/png"), ("photo.thing", "application/octet-stream")],
)
def test_the_content_type_is_known(storage, name, content_type):
    assert storage.content_type(storage.save(name, ContentFile(b"photo"))) == content_type


def test_the_time_is_known(storage):
    name = storage.save("photo.jpg", ContentFile(b"photo"))
    minute = timedelta(minutes=1)
    for at in (storage.get_created_time(name), storage.get_modified_time(name)):
        assert timezone.now() - minute < at < timezone.now() + minute


@pytest.mark.parametrize("act", ["open", "size", "sha256", "content_type", "get_modified_time"])
def test_a_missing_file_is_said_to_be_missing(storage, act):
    if act == "content_type" and type(storage).__name__ == "LocalStorage":
        pytest.skip("a file's name alone says its type")
    with pytest.raises(FileNotFoundError):
        getattr(storage, act)("ab/missing.jpg")


def test_files_have_no_url_of_their_own(storage):
    with pytest.raises(ValueError, match="no URL"):
        storage.url(storage.save("photo.jpg", ContentFile(b"photo")))


def test_a_source_that_breaks_leaves_no_file(storage):
    class Breaking(ContentFile):
        def read(self, size: int = -1) -> bytes:
            if self.tell() > 2_500_000:
                raise RuntimeError("the client has left")
            return super().read(size)

    with pytest.raises(RuntimeError, match="the client has left"):
        storage.save("ab/photo.jpg", Breaking(LARGE))
    assert not storage.exists("ab/photo.jpg")
    assert list(storage.names()) == []
