"""Rows for the files that are there: a restored database knows only the backups that were made before its own."""

import logging
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from backups.models import Backup
from core.errors import DomainError

from . import folder, taking, verifying

logger = logging.getLogger(__name__)


def take_in() -> list[str]:
    """Makes the rows say what the folder has, and answers the names of files that were unknown.

    A file without a row gets one; a row without its file is noted as removed. Files that cannot be opened are left
    alone, and told of in the log.
    """
    names = folder.names()
    by_name = {backup.name: backup for backup in Backup.objects.exclude(name="")}
    new = [name for name in names if name not in by_name or not by_name[name].is_there]
    taken = [name for name in new if _take_in(name, by_name.get(name))]
    there = Backup.objects.there()
    gone = [pk for pk, name in there.values_list("pk", "name") if name not in names]
    Backup.objects.filter(pk__in=gone).update(removed_at=timezone.now())
    return taken


def _take_in(name: str, known: Backup | None) -> bool:
    path = folder.named(name)
    try:
        values = _values(path)
    except DomainError as error:
        logger.warning("%s is not taken in: %s", name, error.message)
        return False
    with transaction.atomic():
        if known is None:
            Backup.objects.create(name=name, created_at=values["started_at"], **values)
        else:  # it was under way when the database was dumped, or its process was ended at the last moment
            Backup.objects.filter(pk=known.pk).update(**values)
    return True


def _values(path: Path) -> dict[str, Any]:
    with verifying.opened(path) as reader:
        seen = verifying.seen(reader)
    facts = seen.manifest.facts
    kind = facts.kind
    return {
        "kind": kind if kind in Backup.Kind.values else Backup.Kind.MANUAL,
        "status": Backup.Status.COMPLETED,
        "claim": None,
        "lease_until": None,
        "error_code": "",
        "error_message": "",
        "step": "",
        "started_at": facts.created_at,
        "finished_at": facts.created_at,
        "verified_at": None,
        "removed_at": None,
        **taking.facts_of_file(path, seen),
    }
