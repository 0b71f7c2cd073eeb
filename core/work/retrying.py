"""Another try for what has failed."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from . import claims, sending
from .kinds import Kind


def retry(kind: Kind, keys: Iterable[str], *, actor: Any) -> int:
    """Queues those of the rows that have failed, and answers how many; keys that are none are passed over."""
    return _queue(kind, kind.failed.filter(pk__in=_valid(kind, keys)), actor)


def retry_all(kind: Kind, *, actor: Any) -> int:
    """Queues every failed row of the kind, and answers how many."""
    return _queue(kind, kind.failed, actor)


def _queue(kind: Kind, rows: QuerySet[Any], actor: Any) -> int:
    with transaction.atomic():
        keys = claims.queue(rows.filter(kind.may_be_retried))
        kind.on_retry(keys, actor)
        sending.send_on_commit(kind, keys)
    return len(keys)


def _valid(kind: Kind, keys: Iterable[str]) -> list[Any]:
    key_field = kind.model._meta.pk
    valid = []
    for key in keys:
        try:
            value = key_field.to_python(key)
            key_field.run_validators(value)  # the database's range
            valid.append(value)
        except ValidationError:
            continue
    return valid
