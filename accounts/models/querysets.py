"""Reads that chain."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from .api_session import ApiSession

    _ApiSessionBase = models.QuerySet[ApiSession]
else:
    _ApiSessionBase = models.QuerySet


class ApiSessionQuerySet(_ApiSessionBase):
    """API sessions."""

    def open(self) -> Self:
        """Those that nobody has ended."""
        return self.filter(revoked_at=None)

    def revoke(self, *, at: datetime) -> int:
        """Ends those that are open; their tokens are refused from now on. Answers how many."""
        return self.open().update(revoked_at=at)
