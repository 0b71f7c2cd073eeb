"""Moving every row of the site's database into another one."""

import time
from collections.abc import Callable

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from . import databases
from .comparing import compare
from .copying import copy, nul_problem
from .errors import MoveFailed
from .numbering import continue_numbering
from .tables import Table, every_table

Report = Callable[[str], None]

_PROBLEMS_SHOWN = 20


def move_database(*, to: str, is_dry_run: bool, report: Report) -> None:
    """Copies every row into the empty database at the URL `to`, in one transaction, and compares it row by row.

    The source is only read. Raises MoveFailed, after which the target holds what `migrate` makes and nothing else; a
    dry run looks at everything and writes nothing.
    """
    with databases.opened_source() as source, databases.opened_target(to) as target:
        try:
            databases.check_source(source)
            tables = every_table(target.alias)
            databases.check_target(source, target)
            if is_dry_run:
                _look_through(tables, source, target, report)
            else:
                _move(tables, source, target, report)
        except DatabaseError as error:
            raise MoveFailed("database_error", f"A database failed: {str(error).strip()}") from error


def _look_through(
    tables: tuple[Table, ...], source: BaseDatabaseWrapper, target: BaseDatabaseWrapper, report: Report
) -> None:
    problems: list[str] = []
    total = 0
    with databases.snapshot(source):
        for table in tables:
            count = 0
            for row in table.read(source):
                count += 1
                if problem := nul_problem(table, row, target):
                    problems.append(problem)
            report(f"{table.name}: {count} rows")
            total += count
    if problems:
        raise MoveFailed("nul_character", "\n".join(problems[:_PROBLEMS_SHOWN]))
    report(f"{total} rows would be moved; nothing was written.")


def _move(tables: tuple[Table, ...], source: BaseDatabaseWrapper, target: BaseDatabaseWrapper, report: Report) -> None:
    started = time.monotonic()
    was_new = databases.is_new(target)
    report("Making the tables of the target.")
    call_command("migrate", database=target.alias, interactive=False, verbosity=0)
    databases.check_same_schema(source, target)
    version = databases.version_of_contents(source)
    with transaction.atomic(using=target.alias):
        with databases.snapshot(source):
            _prepare(tables, source, target, was_new=was_new)
            copied = [_timed(copy, "copied", table, source, target, report) for table in tables]
            target.check_constraints()
            _analyse(tables, target)
            _set_sequences(tables, source, target)
            compared = [_timed(compare, "compared", table, source, target, report) for table in tables]
        if copied != compared:
            raise MoveFailed("contents_differ", "Source and target have different numbers of rows.")
        if databases.version_of_contents(source) != version:
            raise MoveFailed(
                "source_changed", "The site's database was written to meanwhile. Stop the site, then move again."
            )
    report(f"{sum(copied)} rows in {len(tables)} tables were moved and compared in {time.monotonic() - started:.1f} s.")


def _prepare(
    tables: tuple[Table, ...], source: BaseDatabaseWrapper, target: BaseDatabaseWrapper, *, was_new: bool
) -> None:
    """Keeps others from writing, looks once more, and clears what migrate wrote: its ids are not the source's."""
    quote = target.ops.quote_name
    with target.cursor() as cursor:
        if target.vendor == "postgresql":
            names = ", ".join(quote(table.name) for table in tables)
            cursor.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        if not was_new:  # in a new one all rows are migrate's own
            databases.check_emptiness(source, target)
        for table in tables:
            cursor.execute(f"DELETE FROM {quote(table.name)}")  # noqa: S608


def _timed(
    act: Callable[[Table, BaseDatabaseWrapper, BaseDatabaseWrapper], int],
    word: str,
    table: Table,
    source: BaseDatabaseWrapper,
    target: BaseDatabaseWrapper,
    report: Report,
) -> int:
    started = time.monotonic()
    try:
        count = act(table, source, target)
    except DatabaseError as error:
        raise MoveFailed("database_error", f"{table.name}: {str(error).strip()}") from error
    report(f"{table.name}: {count} rows {word} in {time.monotonic() - started:.1f} s")
    return count


def _set_sequences(tables: tuple[Table, ...], source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> None:
    statements = target.ops.sequence_reset_sql(no_style(), [table.model for table in tables])
    with target.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    for table in tables:
        continue_numbering(table, source, target)


def _analyse(tables: tuple[Table, ...], target: BaseDatabaseWrapper) -> None:
    """Tells the query planner what is there; without it the first queries would read and sort whole tables."""
    with target.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {target.ops.quote_name(table.name)}")
