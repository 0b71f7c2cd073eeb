"""Parts of pages that refresh themselves: what has not changed is not sent again."""

import hashlib
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


def is_htmx(request: HttpRequest) -> bool:
    """Whether a part of the page asks."""
    return bool(cast("HtmxDetails", request.htmx))  # type: ignore[attr-defined]  # set by django_htmx's middleware


def digest_of(markup: str) -> str:
    """Short, and another one for other markup."""
    return hashlib.sha256(markup.encode()).hexdigest()[:16]
