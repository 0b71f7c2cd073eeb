"""Working through the rows of one message."""

import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from core import logs, metrics
from core.errors import DomainError, Unavailable
from core.storage.errors import database_trouble

from . import claims
from .item import LONGEST_MESSAGE, WorkItem
from .kinds import Kind

logger = logging.getLogger(__name__)

# How long a row waits where a part of the site is down, whatever that part says.
_WHILE_UNAVAILABLE = timedelta(seconds=30)
# What is given back unworked is neither.
_OUTCOMES = {WorkItem.Status.COMPLETED.value: "done", WorkItem.Status.FAILED.value: "failed"}
_UNEXPECTED = ("unexpected", "Something went wrong on the site. The log has the details.")


def run(kind: Kind, keys: Sequence[Any]) -> None:
    """Works on those of the rows that still wait.

    They are claimed together, which saves two queries a row. One that ends its worker takes an attempt from all of
    them; from then on the sweep sends each alone.
    """
    items = claims.claim(kind.rows.filter(pk__in=keys), lease=kind.lease)
    leased_at = time.monotonic()
    for number, item in enumerate(items):
        if time.monotonic() - leased_at > kind.lease.total_seconds() / 3:
            if not claims.renew(items[number:], lease=kind.lease):
                return  # others have taken them over
            leased_at = time.monotonic()
        work_on(kind, item)


def fail(kind: Kind, item: WorkItem, code: str, message: str) -> None:
    """Fails a claimed row. Raises ClaimLost."""
    with transaction.atomic():
        # Some name what others have named, of whatever length, and PostgreSQL would refuse the row's end.
        claims.finish(item, error_code=code, error_message=message[:LONGEST_MESSAGE])
        kind.on_failure(item)
    metrics.work(kind.name, "failed")


def work_on(kind: Kind, item: Any, work: Callable[[Any], None] | None = None) -> None:
    """Works on one claimed row, by `work` in the place of the kind's own; whatever goes wrong, the row says so.

    Raises only where the database is in trouble.
    """
    with logs.bound(item.request_id):
        _work(kind, item, work or kind.work)


def _work(kind: Kind, item: WorkItem, work: Callable[[Any], None]) -> None:
    try:
        try:
            work(item)
            metrics.work(kind.name, _OUTCOMES.get(item.status, "retried"))
        except Unavailable as error:
            logger.warning("%s %s waits: %s", kind.name, item.pk, error.code)
            claims.release(item, delay=_WHILE_UNAVAILABLE)
            metrics.work(kind.name, "retried")
        except claims.ClaimLost:
            raise
        except DomainError as error:
            fail(kind, item, error.code, error.message)
        except (OperationalError, InterfaceError) as error:
            if database_trouble(error):
                with contextlib.suppress(DatabaseError):  # else the lease ends by itself
                    claims.release(item, delay=_WHILE_UNAVAILABLE)
            raise
        except Exception:  # one row must not take the rest of its chunk with it
            logger.exception("%s %s failed", kind.name, item.pk)
            fail(kind, item, *_UNEXPECTED)
    except claims.ClaimLost:
        logger.info("%s %s was deleted or begun anew meanwhile", kind.name, item.pk)
