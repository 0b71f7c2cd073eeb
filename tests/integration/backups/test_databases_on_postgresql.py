"""PostgreSQL's programs: missing, old, told no secret on the command line, killed, and cut off from the server."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from backups.databases import engine_of
from backups.databases.postgresql_script import Header
from core.errors import DomainError

from .small_databases import PROGRAMS, Site, children, everything, feeding, made, nothing

ROOT = Path(__file__).resolve().parents[3]
ENGINE = engine_of("postgresql")


@pytest.fixture
def site(tmp_path, django_db_blocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), made("postgresql", tmp_path) as site:
        yield site


@pytest.fixture
def programs(tmp_path: Path, settings) -> Path:
    """The folder that the site takes PostgreSQL's programs from; empty at first."""
    folder = tmp_path / "programs"
    folder.mkdir()
    settings.POSTGRESQL_BIN = str(folder)
    return folder


def _write(folder: Path, program: str, script: str) -> None:
    path = folder / program
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def _fill(site: Site) -> None:
    """A table, the first one to be dumped, of more than pipes and sockets hold, which cannot be compressed to less."""
    site.run(
        "CREATE TABLE bulk AS SELECT string_agg(md5(n::text || m), '') FROM generate_series(1, 9000) AS n,"
        " generate_series(1, 20) AS m GROUP BY m"
    )


def _tool_trouble(site: Site) -> DomainError:
    with site.connection() as connection, pytest.raises(DomainError) as caught:
        ENGINE.check_tools(connection)
    assert "postgresql-client-17" in caught.value.message
    assert "POSTGRESQL_BIN" in caught.value.message
    return caught.value


def test_a_missing_program_is_named(site: Site, programs: Path):
    error = _tool_trouble(site)
    assert (error.code, error.status) == ("tool_missing", 503)
    assert "pg_dump" in error.message
    assert str(programs) in error.message
    with pytest.raises(DomainError, match="There is no pg_dump"), site.dumping() as stream:
        everything(stream)
    with pytest.raises(DomainError, match=r"There is no (psql|pg_restore)"):
        site.restore(b"")
    site.assert_nothing_left()


@pytest.mark.parametrize("old", sorted(PROGRAMS))
def test_a_program_older_than_the_server_is_named_with_both_versions(site: Site, programs: Path, old: str):
    for program in PROGRAMS:
        version = "9.6.24" if program == old else "99.1"
        _write(programs, program, f"echo '{program} (PostgreSQL) {version} (Debian)'")
    error = _tool_trouble(site)
    assert error.code == "tool_too_old"
    assert f"{programs / old} is version 9.6.24" in error.message
    server = site.run("SHOW server_version_num")[0][0][:2]
    assert f"the server is {server}" in error.message


@pytest.mark.parametrize("script", ["echo nonsense", "exit 1"])
def test_a_program_that_tells_no_version_is_named(site: Site, programs: Path, script: str):
    _write(programs, "pg_dump", script)
    assert _tool_trouble(site).code == "tool_missing"


def test_no_password_is_on_a_command_line(site: Site, programs: Path, tmp_path: Path, monkeypatch):
    for program in PROGRAMS:
        real = subprocess.run(["which", program], capture_output=True, text=True, check=True).stdout.strip()
        _write(programs, program, f'echo "$PGPASSWORD $@" >> {tmp_path}/{program}; exec {real} "$@"')
    site.entry["PASSWORD"] = "very secret"
    before = site.content()
    dump = site.dump()
    site.check(dump)
    site.restore(dump)
    assert site.content() == before
    told = {program: (tmp_path / program).read_text() for program in PROGRAMS}
    assert told["pg_dump"].startswith("very secret --")
    assert told["psql"].startswith("very secret --")
    assert [text.count("secret") for text in told.values()] == [text.count("very secret --") for text in told.values()]
    assert "secret" not in told["pg_restore"]


def test_a_server_that_goes_away_fails_the_dump(site: Site):
    _fill(site)
    with pytest.raises(DomainError) as caught:
        _dump_and_end_its_session(site)
    assert caught.value.code == "dump_failed"
    assert "pg_dump: " in caught.value.message
    site.assert_nothing_left()


def _dump_and_end_its_session(site: Site) -> None:
    with site.dumping() as stream:
        stream.read(1000)
        ended = site.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'pg_dump'"
        )
        assert ended == [(True,)]
        everything(stream)


def test_a_dump_that_may_not_read_a_table_fails_with_the_reason(site: Site):
    role = f"reader_{os.getpid()}"
    site.run(f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON django_migrations TO {role}")
    site.entry["USER"] = role
    try:
        with pytest.raises(DomainError, match="permission denied for table photo") as caught:
            site.dump()
        assert caught.value.code == "dump_failed"
        with pytest.raises(DomainError, match=f'ALTER ROLE "{role}" CREATEDB') as refused:
            ENGINE.scratch_database(site.entry, folder=site.scratch).__enter__()
        assert refused.value.code == "cannot_make_scratch"
    finally:
        site.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
    site.assert_nothing_left()


def test_a_server_that_is_not_there_is_a_clear_error(site: Site):
    site.entry["PORT"] = "1"
    with pytest.raises(DomainError, match="cannot be reached") as caught:
        site.restore(b"")
    assert caught.value.code == "restore_failed"


def test_psql_killed_in_the_middle_changes_nothing(site: Site):
    _fill(site)
    before, dump = site.content(), site.dump()

    def feed(target):
        feeding(dump[: len(dump) // 2])(target)
        os.kill(children()["psql"], signal.SIGKILL)
        feeding(dump[len(dump) // 2 :])(target)

    with pytest.raises(DomainError) as caught:
        site.restore_from(feed)
    assert caught.value.code == "restore_failed"
    assert site.content() == before
    site.assert_nothing_left()


_KILLED = """
    import os, signal, sys
    from pathlib import Path
    import django
    django.setup()
    import psycopg
    from backups.databases import engine_of
    from core.storage.database import database_settings

    url, dump, scratch = sys.argv[1], Path(sys.argv[2]).read_bytes(), Path(sys.argv[3])

    def feed(target):
        target.write(dump[: len(dump) // 2])
        with psycopg.connect(url, autocommit=True) as other:
            while not other.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'psql'"
                " AND backend_xid IS NOT NULL"
            ).fetchall():
                pass
        os.kill(os.getpid(), signal.SIGKILL)

    engine_of("postgresql").restore(
        feed, database=database_settings(url), rows={}, scratch=scratch, tick=lambda: None
    )
"""


def test_a_restore_killed_in_the_middle_changes_nothing(site: Site, tmp_path: Path):
    _fill(site)
    before = site.content()
    (tmp_path / "dump").write_bytes(site.dump())
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_KILLED), site.url, str(tmp_path / "dump"), str(site.scratch)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "posesite.settings.testing", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        timeout=60,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    _wait_until_alone(site)
    assert site.content() == before


def _wait_until_alone(site: Site) -> None:
    """The server finds out by itself that a client is gone."""
    deadline = time.monotonic() + 20
    while site.run("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'psql'"):
        assert time.monotonic() < deadline


def test_other_schemas_stay_as_they_are(site: Site):
    site.run("CREATE SCHEMA other", "CREATE TABLE other.photo (id int)", "INSERT INTO other.photo VALUES (7)")
    before, dump = site.content(), site.dump()
    site.run("INSERT INTO other.photo VALUES (8)")
    site.restore(dump, rows={"photo": 3})
    assert site.content() == before
    assert site.run("SELECT id FROM other.photo ORDER BY id") == [(7,), (8,)]


def test_a_site_in_a_schema_of_its_own_is_dumped_restored_and_drilled(site: Site):
    name = 'Site "one"'
    site.run(f"CREATE SCHEMA {sql.Identifier(name).as_string()}")
    for table in ("django_migrations", "photo", "pose"):
        site.run(f"ALTER TABLE {table} SET SCHEMA {sql.Identifier(name).as_string()}")
    site.run("CREATE TABLE photo (id int)")
    site.entry["OPTIONS"]["options"] = '-c search_path="Site\\ \\"\\"one\\"\\""'.replace('\\"\\"', '""')
    counts, dump = site.counts(), site.dump()
    assert counts == {"django_migrations": 1, "photo": 3, "pose": 2}
    with ENGINE.scratch_database(site.entry, folder=site.scratch) as scratch:
        ENGINE.restore(feeding(dump), database=scratch, rows=counts, scratch=site.scratch, tick=nothing)
        assert ENGINE.counts(scratch, counts) == counts
    site.restore(dump, rows=counts)
    assert site.counts() == counts
    assert site.run("SELECT * FROM public.photo") == []


def test_a_service_and_a_pool_are_understood(site: Site, tmp_path: Path, monkeypatch):
    parameters = psycopg.conninfo.conninfo_to_dict(site.url)
    service = "\n".join(f"{name}={value}" for name, value in parameters.items())
    (tmp_path / "services").write_text(f"[site]\n{service}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    site.entry.update({"NAME": "", "USER": "", "PASSWORD": "", "HOST": "", "PORT": ""})
    site.entry["OPTIONS"]["service"] = "site"
    assert site.entry["OPTIONS"]["pool"]
    before, dump = site.content(), site.dump()
    site.restore(dump, rows={"photo": 3})
    assert site.content() == before
    with ENGINE.scratch_database(site.entry, folder=site.scratch) as scratch:
        ENGINE.restore(feeding(dump), database=scratch, rows={"photo": 3}, scratch=site.scratch, tick=nothing)
        assert ENGINE.counts(scratch, ["photo"]) == {"photo": 3}
        assert scratch["NAME"].startswith(parameters["dbname"][:20])


def test_a_dump_of_a_newer_program_is_no_damage(site: Site, programs: Path):
    _write(programs, "pg_restore", "echo 'pg_restore: error: unsupported version (1.99) in file header' >&2; exit 1")
    with pytest.raises(DomainError, match=r"newer pg_dump.*1\.99") as caught:
        site.check(b"x" * 1_000_000)
    assert caught.value.code == "tool_too_old"


def test_settings_that_the_server_does_not_know_are_left_out_of_the_header_only(site: Site):
    script = (
        b"-- dump\n\nSET statement_timeout = 0;\nSET transaction_timeout = 0;\nSET client_encoding = 'UTF8';\n"
        b"\n--\n-- Name: photo; Type: TABLE\n--\nSET no_such_setting = 1;\n"
    )
    known = [name for (name,) in site.run("SELECT name FROM pg_settings WHERE name <> 'transaction_timeout'")]
    header = Header(known)
    passed = b"".join(header.passed(bytes([byte])) for byte in script) + header.rest()
    assert passed == script.replace(b"SET transaction_timeout = 0;\n", b"")
