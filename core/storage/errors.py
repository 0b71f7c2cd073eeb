"""What a storage or a database raises when it is down or full, and how such trouble is told from any other."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.db.utils import Error as DatabaseError

from core import metrics
from core.errors import DomainError, Unavailable

logger = logging.getLogger(__name__)

_RETRY_AFTER_S = 15
# No space, quota of the disk, and the process's own limit (ulimit -f).
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# A disk that is broken, read-only, not ours, or mounted from a machine that is gone; and too many open files.
_DISK_DOWN = (
    *(errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.EREMOTEIO),
    *(errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EMFILE, errno.ENFILE),
)

# Results of SQLite (https://www.sqlite.org/rescode.html): busy, read-only, disk I/O, cannot open; and full.
_SQLITE_DOWN = (5, 8, 10, 14)
_SQLITE_FULL = 13
# Classes and codes of PostgreSQL (https://www.postgresql.org/docs/current/errcodes-appendix.html): no connection,
# too many connections, shut down by the operator, crashed, starting; and disk full.
_POSTGRESQL_DOWN = ("08", "53300", "57P01", "57P02", "57P03")
_POSTGRESQL_FULL = "53100"


class StorageUnavailable(Unavailable):
    """The storage of photos cannot be reached or does not answer in time."""

    def __init__(self) -> None:
        message = "The storage of photos cannot be reached at the moment. Try again shortly."
        super().__init__("storage_unavailable", message, retry_after_s=_RETRY_AFTER_S)


class StorageFull(DomainError):
    """There is no room for what was to be stored."""

    status = HTTPStatus.INSUFFICIENT_STORAGE

    def __init__(self) -> None:
        super().__init__("storage_full", "The site's disk is full; nothing was stored. Tell its operator.")


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached."""

    def __init__(self) -> None:
        message = "The database cannot be reached at the moment. Try again shortly."
        super().__init__("database_unavailable", message, retry_after_s=_RETRY_AFTER_S)


@contextmanager
def disk_trouble(operation: str) -> Iterator[None]:
    """Raises StorageFull or StorageUnavailable where a disk is full or down; every other error stays what it is."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise reported(StorageFull(), error, operation) from error
        if error.errno in _DISK_DOWN:
            raise reported(StorageUnavailable(), error, operation) from error
        raise


def reported(trouble: DomainError, cause: BaseException, operation: str) -> DomainError:
    """The trouble with a storage, counted, and with its cause in the operator's log; people are told neither."""
    metrics.storage_error(operation)
    logger.error("%s: cannot %s: %s: %s", trouble.code, operation, type(cause).__name__, cause)
    return trouble


def database_trouble(error: BaseException | None) -> DomainError | None:
    """The error to answer where a database is down or its disk full, logged; None for every other error."""
    if not isinstance(error, DatabaseError):
        return None
    trouble: DomainError
    if _is_full(error.__cause__):
        trouble = StorageFull()
    elif isinstance(error, OperationalError | InterfaceError) and _is_down(error.__cause__):
        trouble = DatabaseUnavailable()
    else:
        return None
    logger.error("%s: %s", trouble.code, error)
    return trouble


def _is_full(cause: BaseException | None) -> bool:
    return _sqlite_result(cause) == _SQLITE_FULL or getattr(cause, "sqlstate", None) == _POSTGRESQL_FULL


def _is_down(cause: BaseException | None) -> bool:
    if cause is None:  # Django itself: the connection is closed
        return True
    if (result := _sqlite_result(cause)) is not None:
        return result in _SQLITE_DOWN
    # A connection that never came about, or broke, has no code of the server's.
    sqlstate = getattr(cause, "sqlstate", None)
    return sqlstate is None or sqlstate.startswith(_POSTGRESQL_DOWN)


def _sqlite_result(cause: BaseException | None) -> int | None:
    code = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
