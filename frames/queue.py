"""Work on depth scans, in the background."""

from datetime import timedelta
from uuid import UUID

from core.work import kinds, sending

IMPORT = "depth-import"
# Renewed every few seconds; after a kill another worker takes over when it is over.
LEASE = timedelta(minutes=2)


def send_import(import_id: UUID) -> None:
    """Sends an import to the workers, on commit."""
    sending.send_on_commit(kinds.kind_named(IMPORT), [import_id])
