"""Names of the work in the background, and how its rows are sent to the workers."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from core.work import kinds, sending

BACKUP = "backup"
CHECK = "backup-check"
NOTICE = "backup-notice"

# Renewed every few seconds; after a kill files wait for so long to be removed, and another worker to take over.
LEASE = timedelta(minutes=2)
# Longer than a worker may take at all: a slow mail server is no reason to think that its worker has died.
NOTICE_LEASE = timedelta(minutes=3)


def send_backup(backup_id: UUID) -> None:
    """Sends a backup to the workers, on commit."""
    sending.send_on_commit(kinds.kind_named(BACKUP), [backup_id])


def send_check(check_id: UUID) -> None:
    """Sends a check to the workers, on commit."""
    sending.send_on_commit(kinds.kind_named(CHECK), [check_id])


def send_notices(notice_ids: Sequence[UUID]) -> None:
    """Sends e-mails to the workers, on commit."""
    sending.send_on_commit(kinds.kind_named(NOTICE), notice_ids)
