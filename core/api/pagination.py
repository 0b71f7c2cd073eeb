"""Paging of lists that grow without bound."""

from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class NewestFirstPagination(CursorPagination):
    """A cursor costs the same on every page; `limit` sets the page's size."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "limit"
    ordering: tuple[str, ...] = ("-created_at", "-id")

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor; raises NotFound where somebody made it up."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not self.is_position(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def is_position(self, text: str) -> bool:
        """Whether a cursor may stand there: a value of the first field that the list is ordered by."""
        try:
            return parse_datetime(text) is not None
        except ValueError:
            return False
