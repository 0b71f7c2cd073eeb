"""A bounded number of things at a time, over all processes and machines of the site."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from batches.models import Slot

_IDLE_FOR = timedelta(days=1)


@dataclass(slots=True)
class Held:
    """A slot that the caller holds until then."""

    pk: int
    holder: uuid.UUID
    until: datetime


def take(pool: str, *, count: int, lease: timedelta) -> Held | None:
    """One of the pool's `count` slots until the lease ends; None where all are taken."""
    now = timezone.now()
    free = Slot.objects.filter(pool=pool, number__lt=count, until__lte=now).order_by("number")
    candidates = list(free.values_list("pk", flat=True)) or _made(pool, count, now)
    holder, until = uuid.uuid4(), now + lease
    for pk in candidates:
        if Slot.objects.filter(pk=pk, until__lte=now).update(holder=holder, until=until):
            return Held(pk, holder, until)
    return None


def count_free(pool: str, *, count: int) -> int:
    """How many of the pool's `count` slots nobody holds."""
    taken = Slot.objects.filter(pool=pool, number__lt=count, until__gt=timezone.now()).count()
    return max(0, count - taken)


def keep(held: Held, *, lease: timedelta) -> bool:
    """Lengthens the lease; False where the slot was lost to somebody else."""
    held.until = timezone.now() + lease
    return bool(Slot.objects.filter(pk=held.pk, holder=held.holder).update(until=held.until))


def give_back(held: Held) -> None:
    """Frees the slot, unless it was lost."""
    Slot.objects.filter(pk=held.pk, holder=held.holder).update(until=timezone.now())


def clear_idle(*, now: datetime) -> None:
    """Deletes what nobody has used for a day."""
    Slot.objects.filter(until__lt=now - _IDLE_FOR).delete()


def _made(pool: str, count: int, now: datetime) -> list[int]:
    """The pool's slots that were not there yet; others may make them at the same time."""
    there = set(Slot.objects.filter(pool=pool).values_list("number", flat=True))
    missing = [Slot(pool=pool, number=number, until=now) for number in range(count) if number not in there]
    if not missing:
        return []
    Slot.objects.bulk_create(missing, ignore_conflicts=True)
    free = Slot.objects.filter(pool=pool, number__lt=count, until__lte=now)
    return list(free.order_by("number").values_list("pk", flat=True))
