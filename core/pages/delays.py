"""What to say of work that does not get on."""

from datetime import datetime, timedelta

from django.utils.timesince import timesince

from core.work.item import WorkItem

# Longer than a message is on its way and the sweep takes to send it again.
_PATIENCE = timedelta(minutes=2)
_NO_WORKER = (
    "No worker has taken it up for {since}: none seems to be there, or all are busy. {remedy} It begins by itself as"
    " soon as one is free."
)
_LOST = "Its worker has not been heard of for {since}. Another one takes it up by itself."


def delay_of(item: WorkItem, *, now: datetime, remedy: str) -> str:
    """In a sentence or two, where nobody works on it though somebody should; else empty.

    `remedy` is what the reader can do where no worker is there.
    """
    if item.status == item.Status.PENDING and now - item.queued_at > _PATIENCE:
        return _NO_WORKER.format(since=timesince(item.queued_at, now, depth=1), remedy=remedy)
    if item.status == item.Status.RUNNING and item.lease_until is not None and item.lease_until < now:
        return _LOST.format(since=timesince(item.lease_until, now, depth=1))
    return ""
