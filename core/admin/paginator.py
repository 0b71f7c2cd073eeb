"""Paging at a cost that does not grow with the table."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

if TYPE_CHECKING:  # generic for the type checker, not at run time
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class BoundedPaginator(_Paginator):
    """Counts at most `max_count` rows: a full count of a large table takes longer than the page itself.

    Rows beyond the last page are reached by search and filters. `is_cut` tells that there are more.
    """

    max_count = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, or `max_count` where there are more."""
        return min(self._seen, self.max_count)

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._seen > self.max_count

    @cached_property
    def _seen(self) -> int:
        if isinstance(self.object_list, QuerySet):
            return self.object_list.order_by().values("pk")[: self.max_count + 1].count()
        return len(self.object_list)
