"""SQLite's files: live connections, other page sizes, files that are not there, kills, and gzip that is not honest."""

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import DomainError

from .small_databases import Site, everything, feeding, made, nothing

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def site(tmp_path, django_db_blocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), made("sqlite", tmp_path) as site:
        yield site


def test_a_live_connection_sees_what_was_restored(site: Site):
    dump = site.dump()
    site.run("DELETE FROM pose")
    with site.other() as live:
        live.execute("PRAGMA foreign_keys = ON")
        assert live.execute("SELECT COUNT(*) FROM pose").fetchone() == (0,)
        site.restore(dump)
        assert live.execute("SELECT COUNT(*) FROM pose").fetchone() == (2,)
        live.execute("INSERT INTO pose (photo_id, score) VALUES (1, 0.5)")
    assert site.run("SELECT COUNT(*) FROM pose") == [(3,)]
    assert site.run("PRAGMA journal_mode") == [("wal",)]


def test_a_reader_keeps_its_snapshot_while_a_restore_goes_on(site: Site):
    dump = site.dump()
    site.run("DELETE FROM pose")
    with site.other() as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT COUNT(*) FROM pose").fetchone() == (0,)
        site.restore(dump)
        assert reader.execute("SELECT COUNT(*) FROM pose").fetchone() == (0,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT COUNT(*) FROM pose").fetchone() == (2,)


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_another_page_size_is_no_obstacle(site: Site, mode: str):
    before, dump = site.content(), site.dump()
    with site.other() as live:
        live.execute("PRAGMA journal_mode = DELETE")
        live.execute("PRAGMA page_size = 8192")
        live.execute("VACUUM")
        live.execute(f"PRAGMA journal_mode = {mode}")
        live.execute("DELETE FROM pose")
        site.restore(dump, rows={"pose": 2})
        assert live.execute("PRAGMA page_size").fetchone() == (8192,)
        assert live.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert site.content() == before


def test_a_file_and_its_folder_are_made(site: Site, tmp_path: Path):
    dump, path = site.dump(), tmp_path / "new" / "folder" / "site.sqlite3"
    before = site.content()
    site.entry["NAME"] = str(path)
    with pytest.raises(DomainError, match="photo has 3 rows"):
        site.restore(dump, rows={"photo": 4})
    assert not path.parent.exists()
    site.restore(dump, rows={"photo": 3})
    assert site.content() == before


def test_a_file_that_cannot_be_made_is_named_and_nothing_is_left(site: Site, tmp_path: Path):
    dump = site.dump()
    site.entry["NAME"] = str(tmp_path / "folder")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DomainError, match=str(tmp_path / "folder")) as caught:
        site.restore(dump)
    assert caught.value.code == "restore_failed"


def test_a_file_that_is_no_database_is_left_alone(site: Site, tmp_path: Path):
    dump, path = site.dump(), tmp_path / "photo.jpg"
    path.write_bytes(b"no database" * 1000)
    site.entry["NAME"] = str(path)
    with pytest.raises(DomainError, match=str(path)) as caught:
        site.restore(dump)
    assert caught.value.code == "restore_failed"
    assert path.read_bytes() == b"no database" * 1000


_KILLED = """
    import os, signal, sys
    from pathlib import Path
    import django
    django.setup()
    from backups.databases import engine_of, sqlite, ticking
    from core.storage.database import database_settings

    live, dump, scratch = sys.argv[1], Path(sys.argv[2]).read_bytes(), Path(sys.argv[3])
    sqlite._PAGES_AT_A_TIME = 1
    ticking.TICK_S = 0
    steps = 0

    def tick():
        global steps
        steps += any(os.path.realpath(f"/proc/self/fd/{fd}") == live for fd in os.listdir("/proc/self/fd"))
        if steps == 60:
            os.kill(os.getpid(), signal.SIGKILL)

    engine_of("sqlite").restore(
        lambda target: target.write(dump), database=database_settings("sqlite:///" + live), rows={}, scratch=scratch,
        tick=tick,
    )
"""


def test_a_restore_killed_while_it_writes_changes_nothing(site: Site, tmp_path: Path):
    site.run(*(f"INSERT INTO photo (name) VALUES (hex(randomblob({size})))" for size in range(3000, 3100)))
    (tmp_path / "dump").write_bytes(site.dump())
    site.run("DELETE FROM pose", "UPDATE photo SET name = 'now ' || id")
    before = site.content()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_KILLED), site.entry["NAME"], str(tmp_path / "dump"), str(site.scratch)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "posesite.settings.testing", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        timeout=60,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert site.content() == before
    assert site.run("PRAGMA integrity_check") == [("ok",)]


def test_a_reference_to_a_row_that_is_not_there_is_backed_up_as_it_is(site: Site):
    site.run("PRAGMA foreign_keys = OFF", "INSERT INTO pose (photo_id) VALUES (99)")
    before, dump = site.content(), site.dump()
    site.check(dump)
    site.run("DELETE FROM pose")
    site.restore(dump)
    assert site.content() == before


def test_a_damaged_page_under_a_good_checksum_is_found(site: Site):
    plain = bytearray(gzip.decompress(site.dump()))
    plain[4096 + 8 : 8192] = b"\xff" * 4088
    with pytest.raises(DomainError) as caught:
        site.check(gzip.compress(plain))
    assert caught.value.code == "dump_damaged"
    site.assert_nothing_left()


@pytest.mark.parametrize("place", [-8, -1])
def test_a_flipped_checksum_and_bytes_after_the_end_are_found(site: Site, place: int):
    dump = bytearray(site.dump())
    site.check(bytes(dump))
    with pytest.raises(DomainError, match="after its end"):
        site.check(bytes(dump) + b"more")
    dump[place] ^= 1
    with pytest.raises(DomainError, match="cannot be unpacked"):
        site.check(bytes(dump))


def test_a_dump_is_a_plain_gzip_that_every_program_opens_without_files_beside_it(site: Site, tmp_path: Path):
    path = tmp_path / "copy.sqlite3"
    path.write_bytes(gzip.decompress(site.dump()))
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as copy:
        assert copy.execute("SELECT COUNT(*) FROM photo").fetchone() == (3,)
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_what_unpacks_to_much_is_written_in_small_pieces(site: Site):
    bomb = gzip.compress(bytes(100_000_000))
    tracemalloc.start()
    with pytest.raises(DomainError, match="damaged"):
        site.engine.check(feeding(bomb), scratch=site.scratch, tick=nothing)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000
    site.assert_nothing_left()


def test_a_dump_reads_to_its_end_in_pieces_of_any_size(site: Site):
    with site.dumping() as stream:
        small = b"".join(iter(lambda: stream.read(7), b""))
        assert stream.read(7) == b""
    assert gzip.decompress(small) == gzip.decompress(site.dump())
    with site.dumping() as stream:
        assert everything(stream) == small
