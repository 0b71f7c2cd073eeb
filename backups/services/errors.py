"""Why a backup or a restore did not take place."""

from core.errors import Conflict, DomainError, Unavailable


class BackupFailed(DomainError):
    """Nothing was left behind; the message says what to do."""


class BackupRuns(Conflict):
    """There is one at a time."""

    def __init__(self) -> None:
        super().__init__("backup_running", "A backup is going on already. Wait until it is done.")


class RestoreRefused(Conflict):
    """Nothing was changed; the message says why."""


class RestoreCutShort(DomainError):
    """The database is restored, and not everything after it; the message says how to end it."""


def final(error: Unavailable) -> BackupFailed:
    """What is down now may be up tomorrow; to wait for it in silence would leave a night without a backup."""
    return BackupFailed(error.code, error.message)
