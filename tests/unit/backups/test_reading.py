import io
import json
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from backups.archive.errors import ArchiveError
from backups.archive.layout import COMMENT, MANIFEST, SQLITE
from backups.archive.manifest import Member
from backups.archive.reading import ArchiveReader
from backups.archive.writing import ArchiveWriter

from .archives import FACTS, SMALL, Zeros, document_of, forge, open_and_check, sign, write

MEGABYTE = 1 << 20


@pytest.fixture
def path(tmp_path):
    return tmp_path / "backup.zip"


def code(path):
    with pytest.raises(ArchiveError) as caught:
        open_and_check(path)
    return caught.value.code


def test_a_forged_backup_with_nothing_wrong_is_accepted(path):
    forge(path, list(SMALL.items()), document_of(SMALL))
    open_and_check(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"picture" * 100, b"PK\5\6" + bytes(18), b"PK\3\4" + bytes(200)])
def test_another_file_is_no_backup(path, content):
    path.write_bytes(content)
    assert code(path) == "not_a_backup"


def test_another_zip_is_no_backup(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("holiday.jpg", b"picture")
    assert code(path) == "not_a_backup"


def test_a_missing_file_and_a_folder_are_errors_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        ArchiveReader(tmp_path / "gone.zip")
    with pytest.raises(IsADirectoryError):
        ArchiveReader(tmp_path)


def test_a_disk_that_fails_is_no_damaged_backup():
    with pytest.raises(OSError, match="Input/output error"):
        ArchiveReader(Path("/proc/self/mem"))  # its first page is nobody's


def test_every_flipped_byte_is_found(path):
    write(path, SMALL)
    content = path.read_bytes()
    assert len(content) > 1000
    with path.open("r+b", buffering=0) as file:
        for place, byte in enumerate(content):
            for flip in (0x01, 0x20, 0xFF):
                file.seek(place)
                file.write(bytes([byte ^ flip]))
                with pytest.raises(ArchiveError):
                    open_and_check(path)
            file.seek(place)
            file.write(bytes([byte]))
    open_and_check(path)


def test_every_truncation_and_everything_appended_is_found(path):
    write(path, SMALL)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(ArchiveError):
            open_and_check(path)
    path.write_bytes(content + b"\0")
    assert code(path) == "damaged"
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ArchiveError, match="copied in part"):
        open_and_check(path)


def test_any_byte_forged_ends_in_an_archive_error_and_no_other(path):
    write(path, SMALL)
    content = path.read_bytes()
    refused = 0
    for place, byte in enumerate(content[:-64]):
        path.write_bytes(content[:place] + bytes([byte ^ 0xFF]) + content[place + 1 :])
        sign(path)
        try:
            open_and_check(path)
        except ArchiveError:
            refused += 1
    assert refused > len(content) / 2  # the others are dates, modes and the like


def test_a_member_beyond_the_manifest(path):
    forge(path, [*SMALL.items(), ("files/more", b"x")], document_of(SMALL))
    assert code(path) == "beyond_manifest"


def test_a_member_that_is_not_there(path):
    forge(path, [(SQLITE, b"dump")], document_of(SMALL))
    assert code(path) == "damaged"


def test_no_manifest(path):
    forge(path, list(SMALL.items()), None)
    assert code(path) == "damaged"


def test_a_manifest_that_is_no_text(path):
    forge(path, list(SMALL.items()), b"\xff\xfe{}")
    assert code(path) == "damaged"


def test_a_member_larger_than_the_manifest_says(path):
    forge(path, [(SQLITE, b"dump and more")], document_of({SQLITE: b"dump"}))
    assert code(path) == "beyond_manifest"


def test_a_member_smaller_than_the_manifest_says(path):
    forge(path, [(SQLITE, b"du")], document_of({SQLITE: b"dump"}))
    assert code(path) == "damaged"


def test_a_member_with_other_bytes_than_the_manifest_says(path):
    forge(path, [(SQLITE, b"dumb")], document_of({SQLITE: b"dump"}))
    assert code(path) == "damaged"


def test_a_member_that_leads_elsewhere(path):
    members = {**SMALL, "files/../../a": b""}
    forge(path, list(members.items()), document_of(SMALL))
    assert code(path) == "unsafe_name"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_there_twice(path):
    forge(path, [*SMALL.items(), (SQLITE, b"dump")], document_of(SMALL))
    assert code(path) == "beyond_manifest"


def test_a_zip_bomb_is_not_unpacked(path):
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(SQLITE, "w") as member,
    ):
        for _ in range(1024):
            member.write(bytes(MEGABYTE))
    with zipfile.ZipFile(path) as archive:
        packed = archive.getinfo(SQLITE).compress_size
    content = path.read_bytes()
    # The directory says that it is small and stored: the two sizes, and the method before them.
    at = content.rindex(b"PK\1\2")
    small = content[: at + 24] + packed.to_bytes(4, "little") + content[at + 28 :]
    for bomb in (content, small, small[: at + 10] + b"\0\0" + small[at + 12 :]):
        path.write_bytes(bomb)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(MANIFEST, json.dumps(document_of({SQLITE: b"dump"})), zipfile.ZIP_STORED)
            archive.comment = COMMENT + b"0" * 64
        sign(path)
        assert code(path) == "beyond_manifest"


def test_a_copy_hands_on_no_byte_too_much(path):
    write(path, {SQLITE: bytes(3 * MEGABYTE)})
    target = io.BytesIO()
    with ArchiveReader(path) as reader, pytest.raises(ArchiveError) as caught:
        reader.copy(Member(SQLITE, 2 * MEGABYTE, "0" * 64), target)
    assert caught.value.code == "beyond_manifest"
    assert len(target.getvalue()) <= 2 * MEGABYTE


def test_what_a_target_raises_is_raised_as_itself(path):
    class Full:
        def write(self, piece: bytes) -> int:
            raise OSError("no room")

    write(path, SMALL)
    with ArchiveReader(path) as reader, pytest.raises(OSError, match="no room"):
        reader.copy(reader.manifest.database, Full())


def test_a_check_tells_of_every_byte_and_can_be_stopped(path):
    class Stopped(Exception):
        pass

    def stop(count: int) -> None:
        raise Stopped

    write(path, {SQLITE: bytes(2 * MEGABYTE), "files/a": b"abc"})
    counts: list[int] = []
    with ArchiveReader(path) as reader:
        reader.check(on_bytes=counts.append)
        with pytest.raises(Stopped):
            reader.check(on_bytes=stop)
    assert sum(counts) == 2 * MEGABYTE + 3


def test_memory_stays_flat(path):
    tracemalloc.start()
    try:
        with ArchiveWriter(path) as writer:
            writer.add(SQLITE, Zeros(200 * MEGABYTE))
            writer.finish(FACTS)
        open_and_check(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        path.unlink()
    assert peak < 20 * MEGABYTE
