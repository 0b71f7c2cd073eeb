"""What nobody needs any more."""

from datetime import datetime, timedelta

from batches.models import Batch, Delivery

from . import hosts, stages

_DRAFTS_KEPT_FOR = timedelta(days=1)
_DELIVERIES_KEPT_FOR = timedelta(days=90)


def clear(*, now: datetime) -> int:
    """Discards drafts that nobody started for a day, with what they tried; answers how many.

    Old lines of the log of deliveries and hosts that nothing was asked of lately go too.
    """
    drafts = list(Batch.objects.filter(stage=Batch.Stage.DRAFT, created_at__lt=now - _DRAFTS_KEPT_FOR))
    for draft in drafts:
        stages.delete(draft)
    ended = Delivery.objects.filter(status__in=(Delivery.Status.COMPLETED, Delivery.Status.FAILED), batch=None)
    ended.filter(created_at__lt=now - _DELIVERIES_KEPT_FOR).delete()
    hosts.clear_idle(now=now)
    return len(drafts)
