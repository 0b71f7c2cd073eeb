"""Removing the files of rows that were deleted: at once, or when nobody needs them any more.

A backup takes a snapshot of the database and then reads the files that its rows name; those of rows that are deleted
meanwhile stay until it is done.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import FileField, Model

from core.work import claims
from poses import queue
from poses.models import Removal

from . import photo_files
from .stored_files import is_named

logger = logging.getLogger(__name__)

_LET_GO_AT_ONCE = 1000
_Status = Removal.Status
_checks: list[Callable[[], bool]] = []


def keep_files_while(check: Callable[[], bool]) -> None:
    """Registers somebody who reads files of rows as they were: no file is removed while `check` says so.

    `check` must be true from before the rows are read until the last file is, and costs every deletion its time.
    """
    _checks.append(check)


def are_kept() -> bool:
    """Whether somebody needs files of rows that are deleted meanwhile."""
    return any(check() for check in _checks)


def follow_the_row(*, instance: Model, **kwargs: Any) -> None:
    """Removes a deleted row's files once that is certain, whoever deleted it; for Django's `post_delete`."""
    fields = [field for field in instance._meta.concrete_fields if isinstance(field, FileField)]
    names = [field.value_from_object(instance).name for field in fields]
    transaction.on_commit(partial(remove_later, *names))


def remove_later(*names: str | None) -> None:
    """Removes files that a committed row has named, now or as soon as nobody needs them; nothing is raised.

    To be called once the end of the row is committed.
    """
    given = list(filter(None, names))
    # The row was gone before this asks, and whoever keeps files says so before they take their snapshot. Where nobody
    # does, a snapshot that has the row is done with, and one that is yet to be taken will not have it.
    try:
        if given and are_kept():
            Removal.objects.bulk_create([Removal(name=name) for name in given], ignore_conflicts=True)
            return
    except DatabaseError:  # the row is gone whatever happens here, and a sweep finds what it has left
        logger.exception("cannot tell whether to remove %s", ", ".join(given))
        return
    photo_files.remove(*given)


def feed(now: datetime) -> None:
    """The sweep's: lets go what nobody needs any more, and forgets what was removed."""
    done = Removal.objects.filter(status=_Status.COMPLETED)
    if done.exists():
        done.delete()
    held = Removal.objects.filter(status=_Status.HELD)
    # Read before the question: who takes a snapshot after it has none of their rows. Of a file that is asked for
    # behind it, somebody who has come in between may need the row.
    keys = list(held.order_by("pk").values_list("pk", flat=True)[:_LET_GO_AT_ONCE])
    if not keys or are_kept():
        return
    with transaction.atomic():
        queue.send_removals(claims.queue(held.filter(pk__in=keys)))


def remove_claimed(removal: Removal) -> None:
    """A worker's: removes the file. Raises StorageUnavailable, ClaimLost.

    What was let go needs no second question: later snapshots do not have its row.
    """
    if not is_named(removal.name):  # it would be where a backup was restored that has the row
        photo_files.remove_or_raise(removal.name)
    claims.finish(removal)
