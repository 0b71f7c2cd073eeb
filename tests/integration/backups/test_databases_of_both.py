"""What holds of dumps of SQLite and of PostgreSQL alike."""

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest

from backups.databases import engine_of, postgresql, sqlite, ticking
from core.errors import DomainError

from .small_databases import TABLES, VENDORS, Site, everything, feeding, made, nothing


@pytest.fixture(params=VENDORS)
def site(request, tmp_path, django_db_blocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), made(request.param, tmp_path) as site:
        yield site


class _Stop(Exception):
    pass


def _stop(*values: object) -> None:
    raise _Stop


def _refusal(site: Site, dump: bytes, **options: object) -> DomainError:
    """Restores, which has to fail and to leave everything as it was."""
    before = site.content()
    with pytest.raises(DomainError) as caught:
        site.restore(dump, **options)
    assert site.content() == before
    site.assert_nothing_left()
    return caught.value


def test_a_dump_brings_back_every_value_and_numbers_go_on(site: Site):
    before, counts, dump = site.content(), site.counts(), site.dump()
    site.run("DELETE FROM pose", "DELETE FROM photo WHERE id > 1", "UPDATE photo SET name = 'other'")
    site.run("CREATE TABLE newer (id integer)")
    site.restore(dump, rows=counts)
    assert site.content() == before
    assert site.counts() == counts == {"django_migrations": 1, "photo": 3, "pose": 2}
    site.run("INSERT INTO photo (name) VALUES ('next')")
    assert site.run("SELECT id FROM photo WHERE name = 'next'") == [(5,)]  # 3 was deleted before the dump
    site.assert_nothing_left()


def test_constraints_and_indexes_come_back(site: Site):
    site.restore(site.dump(), rows=site.counts())
    with pytest.raises(Exception, match=r"(?i)check"):
        site.run("INSERT INTO pose (photo_id, score) VALUES (1, -1)")
    with pytest.raises(Exception, match=r"(?i)unique"):
        site.run("INSERT INTO photo (name) VALUES ('first')")
    site.run("DROP INDEX pose_score")


def test_an_empty_database_is_restored_into(site: Site):
    before, counts, dump = site.content(), site.counts(), site.dump()
    with site.engine.scratch_database(site.entry, folder=site.scratch) as scratch:
        assert site.engine.counts(scratch, TABLES) == {}
        site.engine.restore(feeding(dump), database=scratch, rows=counts, scratch=site.scratch, tick=nothing)
        assert site.engine.counts(scratch, [*TABLES, "absent"]) == counts
    assert site.content() == before
    site.assert_nothing_left()


def test_rows_written_after_the_snapshot_are_not_in_the_dump(site: Site):
    before = site.content()
    with site.dumping() as stream:
        site.run("INSERT INTO photo (name) VALUES ('later')", "DELETE FROM pose")
        dump = everything(stream)
    site.restore(dump, rows={"photo": 3, "pose": 2})
    assert site.content() == before


def test_counts_are_those_of_the_snapshot(site: Site):
    from backups.databases import table_counts
    from core.moving.databases import snapshot

    with site.connection() as connection, snapshot(connection):
        site.run("DELETE FROM pose")
        assert table_counts(connection)["pose"] == 2


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_cut_dump_is_found(site: Site, share: float):
    site.run(*(f"INSERT INTO photo (name) VALUES ('{number:x}')" for number in _random_numbers()))
    dump = site.dump()
    cut = dump[: int(len(dump) * share)]
    with pytest.raises(DomainError) as caught:
        site.check(cut)
    assert caught.value.code == "dump_damaged"
    site.assert_nothing_left()
    assert _refusal(site, cut).code in ("dump_damaged", "restore_failed")


def test_flipped_bytes_are_found(site: Site):
    site.run(*(f"INSERT INTO photo (name) VALUES ('{number:x}')" for number in _random_numbers()))
    dump = site.dump()
    site.check(dump)
    # From half on there is nothing but rows, compressed.
    places = range(len(dump) // 2, len(dump) - 1000, len(dump) // 20)
    assert len(places) > 5
    for place in places:
        damaged = dump[:place] + bytes([dump[place] ^ 0x10]) + dump[place + 1 :]
        with pytest.raises(DomainError) as caught:
            site.check(damaged)
        assert caught.value.code == "dump_damaged"
    site.assert_nothing_left()
    assert _refusal(site, damaged).code in ("dump_damaged", "restore_failed")


def _random_numbers() -> list[int]:
    source = random.Random(6)
    return [source.getrandbits(4000) for _ in range(100)]


@pytest.mark.parametrize(
    ("rows", "words"), [({"photo": 3, "pose": 7}, ("pose", "2", "7")), ({"absent": 0}, ("absent", "no table"))]
)
def test_a_count_that_differs_changes_nothing(site: Site, rows, words):
    error = _refusal(site, site.dump(), rows=rows)
    assert error.code == "rows_differ"
    assert all(word in error.message for word in words), error.message


def test_a_database_that_another_program_holds_is_left_alone(site: Site, monkeypatch):
    monkeypatch.setattr(sqlite, "LOCK_TIMEOUT_S", 0.2)
    monkeypatch.setattr(postgresql, "LOCK_TIMEOUT_MS", 200)
    dump = site.dump()
    with site.other() as other:
        other.execute("BEGIN IMMEDIATE" if site.vendor == "sqlite" else "BEGIN")
        other.execute("SELECT * FROM photo").fetchall()
        error = _refusal(site, dump)
        other.execute("ROLLBACK")
    assert error.code == "database_in_use"
    assert "Stop the site" in error.message
    site.restore(dump, rows={"photo": 3})


def test_what_a_feed_raises_is_handed_on(site: Site):
    before, dump = site.content(), site.dump()

    def feed(target):
        target.write(dump[:100])
        raise _Stop

    with pytest.raises(_Stop):
        site.engine.check(feed, scratch=site.scratch, tick=nothing)
    with pytest.raises(_Stop):
        site.restore_from(feed)
    assert site.content() == before
    site.assert_nothing_left()


def test_a_feed_that_hides_what_the_target_raised_changes_no_answer(site: Site):
    def feed(target):
        try:
            feeding(b"no dump at all" * 100_000)(target)
        except Exception as error:
            raise ValueError("hidden") from error

    for attempt in (site.restore_from, lambda feed: site.engine.check(feed, scratch=site.scratch, tick=nothing)):
        with pytest.raises(DomainError) as caught:
            attempt(feed)
        assert caught.value.code == "dump_damaged"
    site.assert_nothing_left()


def test_a_tick_ends_everything_by_raising(site: Site, monkeypatch):
    monkeypatch.setattr(ticking, "TICK_S", 0)
    before, dump = site.content(), site.dump()
    with pytest.raises(_Stop), site.dumping(tick=_stop) as stream:
        everything(stream)
    with pytest.raises(_Stop):
        site.engine.check(feeding(dump), scratch=site.scratch, tick=_stop)
    with pytest.raises(_Stop):
        site.restore(dump, tick=_stop)
    assert site.content() == before
    site.assert_nothing_left()


def test_a_dump_that_nobody_reads_to_its_end_leaves_nothing(site: Site):
    with suppress(_Stop), site.dumping() as stream:
        assert stream.read(10)
        raise _Stop
    site.assert_nothing_left()


def test_a_scratch_database_is_gone_after_an_exception_and_so_are_those_of_killed_drills(site: Site):
    names = []
    with suppress(_Stop), site.engine.scratch_database(site.entry, folder=site.scratch) as scratch:
        names.append(scratch["NAME"])
        site.engine.restore(feeding(site.dump()), database=scratch, rows={}, scratch=site.scratch, tick=nothing)
        raise _Stop
    abandoned = site.engine.scratch_database(site.entry, folder=site.scratch)
    names.append(abandoned.__enter__()["NAME"])
    site.engine.restore(
        feeding(site.dump()), database={**site.entry, "NAME": names[1]}, rows={}, scratch=site.scratch, tick=nothing
    )
    with site.engine.scratch_database(site.entry, folder=site.scratch) as scratch:
        assert scratch["NAME"] not in names
        assert not _exists(site, names[0])
        assert not _exists(site, names[1])
    site.assert_nothing_left()
    with suppress(StopIteration):
        abandoned.__exit__(None, None, None)


def _exists(site: Site, name: str) -> bool:
    if site.vendor == "sqlite":
        return any(name.endswith(path.name) for path in site.scratch.iterdir())
    return site.run(f"SELECT COUNT(*) FROM pg_database WHERE datname = '{name}'") == [(1,)]


def test_room_covers_the_dump_and_versions_are_told(site: Site):
    with site.connection() as connection:
        site.engine.check_tools(connection)
        assert site.engine.room_bytes(connection) > len(site.dump())
        versions = site.engine.versions(connection)
    assert {"sqlite": {"sqlite"}, "postgresql": {"postgresql", "pg_dump"}}[site.vendor] == set(versions)
    assert all(version[0].isdigit() for version in versions.values())


def test_an_unknown_vendor_is_refused():
    with pytest.raises(DomainError, match="oracle"):
        engine_of("oracle")
