"""Another try for what has failed."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from . import claims, sending
from .kinds import Kind


def retry(kind: Kind, keys: Iterable[str]) -> int:
    """Queues those of the rows that have failed, and answers how many; keys that are none are passed over."""
    return _queue(kind, kind.failed.filter(pk__in=_valid(kind, keys)))


def retry_all(kind: Kind) -> int:
    """Queues every failed row of the kind, and answers how many."""
    return _queue(kind, kind.failed)


def _queue(kind: Kind, rows: QuerySet[Any]) -> int:
    with transaction.atomic():
        keys = claims.queue(rows)
        sending.send_on_commit(kind, keys)
    return len(keys)


def _valid(kind: Kind, keys: Iterable[str]) -> list[Any]:
    valid = []
    for key in keys:
        try:
            valid.append(kind.model._meta.pk.to_python(key))
        except ValidationError:
            continue
    return valid
