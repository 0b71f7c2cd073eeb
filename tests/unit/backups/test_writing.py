import hashlib
import io
import os
import resource
import stat
import zipfile

import pytest

from backups.archive.errors import ArchiveError
from backups.archive.layout import COMMENT, MANIFEST, POSTGRESQL, SQLITE
from backups.archive.manifest import Member
from backups.archive.reading import ArchiveReader
from backups.archive.writing import ArchiveWriter

from .archives import FACTS, SMALL, Breaking, Zeros, contents, open_and_check, write

MEGABYTE = 1 << 20
MANY = {
    SQLITE: os.urandom(3 * MEGABYTE + 7),
    "files/photos/ä 人.jpg": b"picture",
    "files/empty": b"",
    "files/one piece": bytes(MEGABYTE),
    "files/nearly one piece": bytes(MEGABYTE - 1),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "backup.zip"


def test_a_round_trip(path):
    digest = write(path, MANY)
    with ArchiveReader(path) as reader:
        reader.check()
        assert contents(reader) == MANY
        assert reader.manifest.facts == FACTS
        assert reader.digest == digest
        assert not reader.is_encrypted
    content = path.read_bytes()
    assert content.endswith(COMMENT + digest.encode())
    assert hashlib.sha256(content[:-64]).hexdigest() == digest
    assert list(path.parent.iterdir()) == [path]


def test_any_zip_program_opens_it(path):
    write(path, MANY)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*MANY, MANIFEST]
        assert {name: archive.read(name) for name in MANY} == MANY
        assert {info.external_attr >> 16 for info in archive.infolist()} == {stat.S_IFREG | 0o600}
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_only_its_owner_may_read_it_even_where_another_file_lay(path):
    path.write_bytes(b"an older file")
    path.chmod(0o644)
    write(path, SMALL)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    open_and_check(path)


def test_members_are_counted_while_they_are_read(path):
    pieces = []
    with ArchiveWriter(path, on_bytes=pieces.append) as writer:
        member = writer.add(SQLITE, Zeros(2 * MEGABYTE + 5))
        writer.add("files/a", io.BytesIO(b"abc"))
        assert (writer.member_count, writer.plain_bytes) == (2, 2 * MEGABYTE + 8)
    assert member == Member(SQLITE, 2 * MEGABYTE + 5, hashlib.sha256(bytes(2 * MEGABYTE + 5)).hexdigest())
    assert pieces == [MEGABYTE, MEGABYTE, 5, 3]


def test_a_source_may_answer_less_than_was_asked_for(path):
    class Trickling(Zeros):
        def read(self, size: int) -> bytes:
            return super().read(min(size, 1000))

    with ArchiveWriter(path) as writer:
        assert writer.add(SQLITE, Trickling(2 * MEGABYTE)).size == 2 * MEGABYTE
        writer.finish(FACTS)
    open_and_check(path)


@pytest.mark.parametrize("size", [0, 10, 5 * MEGABYTE])
def test_a_source_that_raises_half_way_leaves_no_member_and_the_archive_goes_on(path, size):
    with ArchiveWriter(path) as writer:
        writer.add(SQLITE, io.BytesIO(b"dump"))
        with pytest.raises(ConnectionResetError, match="went away"):
            writer.add("files/a", Breaking(size))
        writer.add("files/b", io.BytesIO(b"b"))
        assert (writer.member_count, writer.plain_bytes) == (2, 5)
        assert [name in writer for name in (SQLITE, "files/a", "files/b")] == [True, False, True]
        writer.finish(FACTS)
    open_and_check(path)
    with ArchiveReader(path) as reader:
        assert contents(reader) == {SQLITE: b"dump", "files/b": b"b"}


def test_what_is_not_finished_is_no_backup(path):
    with pytest.raises(ConnectionResetError), ArchiveWriter(path) as writer:
        writer.add(SQLITE, Breaking(3 * MEGABYTE))
    del writer  # zipfile would write a directory now
    with pytest.raises(ArchiveError) as caught:
        open_and_check(path)
    assert caught.value.code == "damaged"
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_is_an_oserror_and_nothing_is_written_past_it(path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with ArchiveWriter(path) as writer:
        writer.add(SQLITE, io.BytesIO(b"dump"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGABYTE, before[1]))
        try:
            with pytest.raises(OSError, match="too large"):
                writer.add("files/a", Zeros(20 * MEGABYTE))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        with pytest.raises(OSError, match="too large"):
            writer.finish(FACTS)
    with pytest.raises(ArchiveError):
        open_and_check(path)


@pytest.mark.parametrize("name", ["../a", "files/../a", "key.age"])
def test_an_unsafe_name_is_not_written(path, name):
    with ArchiveWriter(path) as writer, pytest.raises(ArchiveError) as caught:
        writer.add(name, io.BytesIO(b""))
    assert caught.value.code == "unsafe_name"


@pytest.mark.parametrize("name", [SQLITE, POSTGRESQL, MANIFEST, "files/a"])
def test_no_name_stands_there_twice_and_no_second_database(path, name):
    with ArchiveWriter(path) as writer:
        writer.add(SQLITE, io.BytesIO(b""))
        writer.add("files/a", io.BytesIO(b""))
        with pytest.raises(ValueError, match=r"already|one database"):
            writer.add(name, io.BytesIO(b""))


def test_a_backup_has_a_database(path):
    with ArchiveWriter(path) as writer, pytest.raises(ValueError, match="has a database"):
        writer.finish(FACTS)


def test_a_folder_that_is_not_there_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        ArchiveWriter(tmp_path / "gone" / "backup.zip")
