"""How each kind of work stands, for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.timesince import timesince

from core.work.item import MAX_ATTEMPTS, WorkItem
from core.work.kinds import Kind, all_kinds

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin

    class Member(AbstractBaseUser, PermissionsMixin):
        """Whoever has permissions."""

        class Meta:
            abstract = True

    Viewer = Member | AnonymousUser

LISTED = 50
# Longer than a message is on its way and the sweep takes to send it again.
PATIENCE = timedelta(minutes=2)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row as it is shown; `url` only where the viewer may see what is there, `owner` only where it has one.

    `is_lapsed`: whoever worked on it has not been heard of since its lease ended.
    """

    key: str
    title: str
    owner: str
    url: str
    attempts: int
    queued_at: datetime
    age: str
    is_lapsed: bool
    error_code: str
    error_message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A kind's counts and its first rows of each list; `older` is the cursor of the failures that are not shown."""

    kind: Kind
    waiting: int
    running: int
    failed: int
    oldest_age: str
    is_stuck: bool
    running_rows: Sequence[Listed]
    waiting_rows: Sequence[Listed]
    failed_rows: Sequence[Listed]
    older: str
    is_first_page: bool
    max_attempts: int = MAX_ATTEMPTS

    @property
    def more_waiting(self) -> int:
        """Waiting rows that are not listed."""
        return max(0, self.waiting - len(self.waiting_rows))

    @property
    def more_running(self) -> int:
        """Running rows that are not listed."""
        return max(0, self.running - len(self.running_rows))


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list of failures: the row that was queued at that moment and has that key."""

    queued_at: datetime
    key: Any

    def __str__(self) -> str:
        return f"{(self.queued_at - _EPOCH) // _MICROSECOND}_{self.key}"

    @classmethod
    def parse(cls, text: str, kind: Kind) -> Self | None:
        """The cursor that `str()` made, None for anything else."""
        moment, _, key = text.partition("_")
        try:
            return cls(_EPOCH + int(moment) * _MICROSECOND, kind.model._meta.pk.to_python(key))
        except (ValueError, OverflowError, ValidationError):
            return None


def age(moment: datetime, now: datetime) -> str:
    """`12 s`, `3 minutes`, `2 hours`."""
    passed = now - moment
    if passed < _MINUTE:
        return f"{max(0, int(passed.total_seconds()))} s"
    return timesince(moment, now, depth=1)


def kinds_for(user: "Viewer") -> list[Kind]:
    """The kinds of the queue's page that the user may see and retry."""
    return [kind for kind in all_kinds() if not kind.has_own_page and user.has_perm(kind.retry_permission)]


def overview_of(kind: Kind, *, viewer: "Viewer", now: datetime, before: str = "") -> Overview:
    """The kind now, in a number of reads that does not depend on the rows; `before` is a page of failures."""
    counts = kind.counts()
    rows = _with_owner(kind)
    of_status = rows.filter(lease_until__isnull=False).order_by("queued_at", "pk")
    running = list(of_status.filter(status=WorkItem.Status.RUNNING)[:LISTED])
    waiting = list(of_status.filter(status=WorkItem.Status.PENDING)[:LISTED])
    cursor = Cursor.parse(before, kind)
    failed = _failed(rows, cursor)
    shown = failed[:LISTED]
    visible = _visible(kind, [*running, *waiting, *shown], viewer)
    oldest = waiting[0].queued_at if waiting else None
    is_worked_on = any(item.lease_until >= now for item in running)
    return Overview(
        kind=kind,
        waiting=counts["pending"],
        running=counts["running"],
        failed=counts["failed"],
        oldest_age=age(oldest, now) if oldest else "",
        is_stuck=oldest is not None and now - oldest > PATIENCE and not is_worked_on,
        running_rows=[_listed(kind, item, visible, now) for item in running],
        waiting_rows=[_listed(kind, item, visible, now) for item in waiting],
        failed_rows=[_listed(kind, item, visible, now) for item in shown],
        older=str(Cursor(shown[-1].queued_at, shown[-1].pk)) if len(failed) > LISTED else "",
        is_first_page=cursor is None,
    )


def _failed(rows: QuerySet[Any], cursor: Cursor | None) -> list[Any]:
    """The newest, one more than are shown."""
    failed = rows.filter(status=WorkItem.Status.FAILED).order_by("-queued_at", "-pk")
    if cursor is not None:
        failed = failed.filter(queued_at__lte=cursor.queued_at)
        failed = failed.exclude(queued_at=cursor.queued_at, pk__gte=cursor.key)
    return list(failed[: LISTED + 1])


def _with_owner(kind: Kind) -> QuerySet[Any]:
    has_owner = any(field.name == "owner" for field in kind.model._meta.fields)
    return kind.rows.select_related("owner") if has_owner else kind.rows


def _visible(kind: Kind, items: Sequence[WorkItem], viewer: "Viewer") -> set[Any]:
    """The keys of those that have a page which the viewer may open."""
    rows = kind.rows
    if not items or not hasattr(rows, "visible_to") or not hasattr(kind.model, "get_absolute_url"):
        return set()
    return set(rows.visible_to(viewer).filter(pk__in=[item.pk for item in items]).values_list("pk", flat=True))


def _listed(kind: Kind, item: Any, visible: set[Any], now: datetime) -> Listed:
    return Listed(
        key=str(item.pk),
        title=kind.describe(item),
        owner=str(getattr(item, "owner", "") or ""),
        url=item.get_absolute_url() if item.pk in visible else "",
        attempts=item.attempts,
        queued_at=item.queued_at,
        age=age(item.queued_at, now),
        is_lapsed=item.status == WorkItem.Status.RUNNING and item.lease_until < now,
        error_code=item.error_code,
        error_message=item.error_message,
    )
