"""What nobody needs any more."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from batches.models import Batch, Delivery

from . import hosts, stages

_DRAFTS_KEPT_FOR = timedelta(days=1)
_DELIVERIES_KEPT_FOR = timedelta(days=90)


def clear(*, now: datetime) -> int:
    """Discards drafts that nobody started for a day, with what they tried; answers how many.

    Old lines of the log of deliveries and hosts that nothing was asked of lately go too.
    """
    drafts = Batch.objects.filter(stage=Batch.Stage.DRAFT, created_at__lt=now - _DRAFTS_KEPT_FOR)
    discarded = sum(_is_discarded(draft_id) for draft_id in list(drafts.order_by().values_list("pk", flat=True)))
    ended = Delivery.objects.filter(status__in=(Delivery.Status.COMPLETED, Delivery.Status.FAILED), batch=None)
    ended.filter(created_at__lt=now - _DELIVERIES_KEPT_FOR).delete()
    hosts.clear_idle(now=now)
    return discarded


def _is_discarded(draft_id: UUID) -> bool:
    """Unless its owner has started or deleted it in this moment."""
    with transaction.atomic():
        drafts = Batch.objects.select_for_update().filter(pk=draft_id, stage=Batch.Stage.DRAFT).order_by()
        for draft in drafts:
            stages.delete(draft)
            return True
    return False
