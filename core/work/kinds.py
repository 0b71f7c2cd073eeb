"""The kinds of work there are. Apps register theirs when they are loaded; core knows none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from .item import WorkItem

_ANY = Q()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of work.

    `work` is called with a claimed row and ends with `claims.finish`; a DomainError that it raises fails the
    row, but Unavailable has it wait. `on_failure` is called in the transaction that fails a row,
    `on_retry` with keys and user in the one that queues failed rows anew, of which `may_be_retried` leaves some out.
    `chunk_size` rows go into a message; `lease` is longer than all of them take. `feed` is called by every sweep, for
    kinds whose rows are held: it lets go what is due.

    `is_long`: a row may take hours. Each goes into a message of its own, to a task with a time limit of that size, and
    `work` renews its lease itself, by `claims.renew`. `has_own_page`: people see and try it again there, and not on the
    queue's page.
    """

    name: str
    label: str
    model: type[WorkItem]
    work: Callable[[Any], None]
    lease: timedelta
    retry_permission: str
    on_failure: Callable[[Any], None] = lambda item: None
    on_retry: Callable[[Sequence[Any], Any], None] = lambda keys, actor: None
    may_be_retried: Q = _ANY
    describe: Callable[[Any], str] = str
    feed: Callable[[datetime], None] = lambda now: None
    chunk_size: int = 10
    is_long: bool = False
    has_own_page: bool = False

    @property
    def rows(self) -> QuerySet[Any]:
        """All rows of the kind, in no order."""
        return self.model._default_manager.order_by()

    @property
    def unfinished(self) -> QuerySet[Any]:
        """Rows that wait or are being worked on."""
        return self.rows.filter(lease_until__isnull=False)

    @property
    def failed(self) -> QuerySet[Any]:
        """Rows that nobody tries any more."""
        return self.rows.filter(status=WorkItem.Status.FAILED)

    def counts(self) -> dict[str, int]:
        """Rows that are pending, running and failed."""
        counted = dict(self.unfinished.values_list("status").annotate(Count("pk")))
        return {
            "pending": counted.get("pending", 0),
            "running": counted.get("running", 0),
            "failed": self.failed.count(),
        }


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Makes a kind known; its name must be its own."""
    if kind.name in _kinds:
        raise ValueError(f"There are two kinds of work named {kind.name}.")
    _kinds[kind.name] = kind


def all_kinds() -> tuple[Kind, ...]:
    """Every kind, in the order of registration."""
    return tuple(_kinds.values())


def kind_named(name: str) -> Kind:
    """Raises KeyError."""
    return _kinds[name]
