"""Reads that chain. Who may see what is written here and nowhere else."""

from typing import TYPE_CHECKING, Self, TypeAlias

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from core.work.item import WorkItem

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    # These stand in quotes below.
    from .scan import DepthScan  # noqa: F401
    from .scan_import import DepthImport  # noqa: F401

Viewer: TypeAlias = "User | AnonymousUser"

_Status = WorkItem.Status


class DepthScanQuerySet(models.QuerySet["DepthScan"]):
    """Scans."""

    def visible_to(self, user: Viewer) -> Self:
        """The user's own, and nobody else's."""
        return self.filter(owner_id=user.pk)

    def with_last_import(self) -> Self:
        """Each with `last_import_id`, the id of its newest import."""
        from .scan_import import DepthImport

        newest = DepthImport.objects.filter(scan=OuterRef("pk")).order_by("-created_at", "-id")
        return self.annotate(last_import_id=Subquery(newest.values("pk")[:1]))


class DepthImportQuerySet(models.QuerySet["DepthImport"]):
    """Imports."""

    def visible_to(self, user: Viewer) -> Self:
        """Those into the user's own scans."""
        return self.filter(scan__owner_id=user.pk)

    def unfinished(self) -> Self:
        """Those that wait or run: one a scan at most."""
        return self.filter(Q(status__in=(_Status.PENDING, _Status.RUNNING)))
