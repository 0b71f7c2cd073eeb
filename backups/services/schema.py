"""Which migrations a database has had, for telling an older backup from a newer one."""

from collections.abc import Mapping, Sequence

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Migrations = Mapping[str, Sequence[str]]


def migrations_of(connection: BaseDatabaseWrapper) -> dict[str, list[str]]:
    """Those that were applied, by app."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def unknown_among(migrations: Migrations) -> list[str]:
    """Those that this version of the site does not have: the backup is of a newer one."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [f"{app}.{name}" for app, names in migrations.items() for name in names if (app, name) not in known]


def are_behind(migrations: Migrations) -> bool:
    """Whether this version of the site has more, so that `migrate` is needed after a restore."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    had = {(app, name) for app, names in migrations.items() for name in names}
    return any(key not in had for key in loader.disk_migrations if key not in loader.replacements)
