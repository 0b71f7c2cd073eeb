"""What else may be in a site's PostgreSQL database: objects of others, and a schema that only the database names."""

from collections.abc import Iterator

import pytest

from backups.databases import engine_of
from core.errors import DomainError

from .small_databases import Site, feeding, made, nothing

ENGINE = engine_of("postgresql")


@pytest.fixture
def site(tmp_path, django_db_blocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), made("postgresql", tmp_path) as site:
        yield site


def test_what_is_no_table_is_replaced_too(site: Site):
    site.run(
        "CREATE TYPE mood AS ENUM ('good')",
        "CREATE VIEW kept AS SELECT id FROM photo",
        "CREATE FUNCTION answer() RETURNS integer LANGUAGE sql AS 'SELECT 42'",
        "CREATE SEQUENCE numbers",
    )
    before = site.content()
    dump = site.dump()
    site.run("ALTER TYPE mood ADD VALUE 'bad'", "DELETE FROM pose")
    site.restore(dump)
    assert site.content() == before
    assert site.run("SELECT enum_range(NULL::mood)::text, answer(), nextval('numbers')") == [("{good}", 42, 1)]


def test_a_schema_that_the_database_itself_names(site: Site):
    [[name]] = site.run("SELECT current_database()")
    site.run(
        "CREATE SCHEMA apart",
        *(f"ALTER TABLE {table} SET SCHEMA apart" for table in ("django_migrations", "photo", "pose")),
        f'ALTER DATABASE "{name}" SET search_path = apart',
    )
    counts = site.counts()
    dump = site.dump()
    with ENGINE.scratch_database(site.entry, folder=site.scratch) as scratch:
        ENGINE.restore(feeding(dump), database=scratch, rows=counts, scratch=site.scratch, tick=nothing)
        assert ENGINE.counts(scratch, counts) == counts
    site.run(f'ALTER DATABASE "{name}" RESET search_path')
    with pytest.raises(DomainError, match="search_path") as caught:
        site.restore(dump, rows=counts)
    assert caught.value.code == "rows_differ"
