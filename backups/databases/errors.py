"""Why a database was not dumped, or not restored."""

from http import HTTPStatus

from core.errors import Conflict, DomainError


class UnknownEngine(DomainError):
    """A database that backups do not know: `unknown_engine`."""


class DatabaseToolTrouble(DomainError):
    """PostgreSQL's programs are not there or too old: `tool_missing`, `tool_too_old`."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class DumpFailed(DomainError):
    """The database could not be read to its end: `dump_failed`."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class DumpDamaged(DomainError):
    """The bytes are no whole dump: `dump_damaged`."""


class RestoreFailed(Conflict):
    """The database is as it was before: `restore_failed`, `rows_differ`, `database_in_use`."""


class ScratchTrouble(DomainError):
    """There is no scratch database: `cannot_make_scratch`."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
