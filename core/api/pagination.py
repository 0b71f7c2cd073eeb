"""Paging of lists that grow without bound."""

from rest_framework.pagination import CursorPagination


class NewestFirstPagination(CursorPagination):
    """A cursor costs the same on every page; `limit` sets the page's size."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "limit"
    ordering = ("-created_at", "-id")
