"""Whoever makes, publishes or removes a scan's rows waits for whoever does: first the scan, then imports, then blocks.

In this order, or two of them might wait for each other. All to the end of the caller's transaction; on SQLite, where
one writes at a time, nothing more is needed.
"""

from uuid import UUID

from core.work.claims import ClaimLost
from frames.models import DepthImport, DepthScan


def hold_for_deletion(scan_id: UUID) -> None:
    """The scan, so that nothing refers to it anew, and its imports. One that is gone is no error."""
    list(DepthScan.objects.order_by().filter(pk=scan_id).select_for_update().values_list("pk"))
    list(DepthImport.objects.order_by("pk").filter(scan=scan_id).select_for_update().values_list("pk"))


def hold_claimed(item: DepthImport) -> None:
    """The import and its scan. Raises ClaimLost where the import is gone, or somebody else's."""
    list(DepthScan.objects.order_by().filter(pk=item.scan_id).select_for_update(no_key=True).values_list("pk"))
    ours = DepthImport.objects.order_by().filter(pk=item.pk, claim=item.claim)
    if not ours.select_for_update(no_key=True).values_list("pk"):
        raise ClaimLost
