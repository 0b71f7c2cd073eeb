"""Who works on a row: every step is one conditional UPDATE, so of two at a time one wins."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn, TypeVar

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core.batches import batched
from core.errors import Conflict
from core.logs import request_id
from core.storage.rows import update as update_row

from .item import MAX_ATTEMPTS, MESSAGE_LEASE, HeldItem, WorkItem

Item = TypeVar("Item", bound=WorkItem)

_Status = WorkItem.Status
_AT_ONCE = 500  # rows an UPDATE; databases bound the number of parameters
_IDLE: dict[str, Any] = {"claim": None, "error_code": "", "error_message": ""}


class ClaimLost(Conflict):
    """The row was deleted, asked for anew or taken over meanwhile; what was worked out must not be written."""

    def __init__(self) -> None:
        super().__init__("superseded", "It was deleted or begun anew meanwhile; what this attempt found was not kept.")


class Busy(Conflict):
    """Somebody works on the row right now."""

    def __init__(self) -> None:
        super().__init__("busy", "This is being worked on right now. Wait until it is done.")


def is_free(now: datetime) -> Q:
    """Nobody works on the row, or whoever did has not been heard of since its lease ended."""
    return ~Q(status=_Status.RUNNING) | Q(lease_until__lt=now)


def is_claimable(now: datetime) -> Q:
    """The row waits for a worker, and it has attempts left."""
    waits = Q(status=_Status.PENDING) | Q(status=_Status.RUNNING, lease_until__lt=now)
    return waits & Q(attempts__lt=MAX_ATTEMPTS)


def queued() -> dict[str, Any]:
    """Values for a new row that is sent to the workers."""
    now = timezone.now()
    return {
        "status": _Status.PENDING,
        "attempts": 0,
        "lease_until": now + MESSAGE_LEASE,
        "queued_at": now,
        "request_id": request_id.get(),
    }


def claimed_from_the_start(lease: timedelta) -> dict[str, Any]:
    """Values for a new row that its maker works on itself; the sweep takes over where the maker ends."""
    asked = queued()
    lease_until = asked["queued_at"] + lease
    return {**asked, "status": _Status.RUNNING, "claim": uuid.uuid4(), "attempts": 1, "lease_until": lease_until}


def claim(rows: QuerySet[Item], *, lease: timedelta) -> list[Item]:
    """Takes those of the rows that wait for this worker, all until the lease ends, and answers them, oldest first."""
    return _claim(rows, rows.filter(is_claimable(timezone.now())), lease)


def claim_held(rows: QuerySet[Item], *, lease: timedelta) -> list[Item]:
    """Takes those of the rows that are held, without a message; answers them."""
    return _claim(rows, rows.filter(status=HeldItem.Status.HELD), lease)


def renew(items: Sequence[WorkItem], *, lease: timedelta) -> bool:
    """Lengthens the lease of rows claimed together that are still to be worked on; False where all are lost."""
    rows = type(items[0])._default_manager.filter(pk__in=[item.pk for item in items], claim=items[0].claim)
    return bool(rows.update(lease_until=timezone.now() + lease))


def take(item: Item, *, lease: timedelta, **values: Any) -> None:
    """Begins a row anew here and now, whatever it was, with other `values`.

    Raises Busy while it is worked on, ClaimLost where it is gone.
    """
    taken = {**_IDLE, **claimed_from_the_start(lease), **values}
    if not _rows(item).filter(is_free(timezone.now())).update(**taken):
        raise_busy(item)
    _set(item, **taken)


def raise_busy(item: WorkItem) -> NoReturn:
    """Raises Busy, or ClaimLost where the row is gone."""
    raise Busy if _rows(item).exists() else ClaimLost


def queue(rows: QuerySet[Item], **values: Any) -> list[Any]:
    """Queues rows anew, with other `values`; those that are being worked on are left alone.

    In the caller's transaction. Answers the primary keys, to be sent once it has ended.
    """
    now = timezone.now()
    # Locked, so that none is claimed or finished in between; in one order, so that no two wait for each other.
    free = rows.filter(is_free(now)).select_for_update(of=("self",)).order_by("queued_at", "pk")
    keys = list(free.values_list("pk", flat=True))
    for some in batched(keys, _AT_ONCE):
        rows.model._default_manager.filter(pk__in=some).update(**{**_IDLE, **queued(), **values})
    return keys


def queue_due(rows: QuerySet[Any], *, now: datetime, at_most: int) -> list[Any]:
    """Queues held rows whose `due_at` has come, the longest due first, and takes the moment from them.

    Answers the primary keys, to be sent. Every sweep asks, so without a transaction where nothing is due.
    """
    due = rows.filter(status=HeldItem.Status.HELD, due_at__lte=now)
    keys = list(due.order_by("due_at").values_list("pk", flat=True)[:at_most])
    if not keys:
        return []
    with transaction.atomic():
        return queue(due.filter(pk__in=keys), due_at=None)


def finish(item: Item, **values: Any) -> None:
    """Writes what came of the work, with the row's end, in the caller's transaction. Raises ClaimLost.

    `values` are other columns to write; with `error_code` among them the row has failed.
    """
    status = _Status.FAILED if values.get("error_code") else _Status.COMPLETED
    ended = {**_IDLE, "status": status, "lease_until": None, **values}
    if item.claim is None or not update_row(item, ended, where={"claim": item.claim}):
        raise ClaimLost
    _set(item, **ended)


def release(item: Item, *, delay: timedelta) -> None:
    """Gives a row back unworked, to be sent again after `delay`; the attempt does not count."""
    given_back = {"status": _Status.PENDING, "claim": None, "lease_until": timezone.now() + delay}
    _give_back(item, given_back)


def hold(item: HeldItem, **values: Any) -> None:
    """Gives a row back, with other `values`, to be let go anew; the attempt does not count."""
    given_back = {**values, "status": HeldItem.Status.HELD, "claim": None, "lease_until": None}
    _give_back(item, given_back)


def hold_again(rows: QuerySet[Any], **values: Any) -> int:
    """Holds rows that have ended, or are held already, as if they were new; answers how many."""
    ended = rows.filter(lease_until=None)
    return ended.update(**{**_IDLE, "status": HeldItem.Status.HELD, "attempts": 0, **values})


def _claim(rows: QuerySet[Item], free: QuerySet[Item], lease: timedelta) -> list[Item]:
    token = uuid.uuid4()
    lease_until = timezone.now() + lease
    if not free.update(status=_Status.RUNNING, claim=token, lease_until=lease_until, attempts=F("attempts") + 1):
        return []
    return list(rows.filter(claim=token).order_by("queued_at"))


def _give_back(item: WorkItem, values: dict[str, Any]) -> None:
    _rows(item).filter(claim=item.claim).update(**values, attempts=F("attempts") - 1)
    _set(item, **values)


def _rows(item: Item) -> QuerySet[Item]:
    return type(item)._default_manager.filter(pk=item.pk)


def _set(item: WorkItem, **values: Any) -> None:
    for name, value in values.items():
        setattr(item, name, value)
