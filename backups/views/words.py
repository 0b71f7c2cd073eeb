"""How backups stand, as people read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from backups.models import Backup, Check, Notice
from backups.selectors.states import BackupState, CheckState, check_state_of, state_of
from core.pages.words import counted, until
from core.schedule import JOBS, Job
from poses.views.cards import age_of

if TYPE_CHECKING:
    from accounts.models import User

_BADGES = {
    BackupState.WAITING: "",
    BackupState.RUNNING: "busy",
    BackupState.COMPLETE: "ok",
    BackupState.PARTIAL: "warn",
    BackupState.FAILED: "bad",
}
_CHECK_BADGES = {
    CheckState.WAITING: "",
    CheckState.RUNNING: "busy",
    CheckState.PASSED: "ok",
    CheckState.FAILED: "bad",
}
_STEPS: dict[str, str] = {
    Backup.Step.DATABASE: "Writing the database",
    Backup.Step.FILES: "Adding the files",
    Backup.Step.VERIFYING: "Verifying every byte",
    Backup.Step.COPYING: "Copying to the second place",
}
_CHECK_STEPS: dict[str, str] = {
    Check.Step.VERIFYING: "Verifying every byte",
    Check.Step.FILES: "Restoring the files beside the site",
    Check.Step.DATABASE: "Restoring the database beside the site",
    Check.Step.COMPARING: "Comparing rows and files",
}
_WEEKDAYS = {"*": "night", "0": "Sunday"}


@dataclass(frozen=True, slots=True)
class Said:
    """A few words, the look of their badge (none where it is empty), and the moment that they are about."""

    words: str
    badge: str = ""
    at: datetime | None = None


def state_words(backup: Backup) -> Said:
    """The state."""
    state = state_of(backup)
    return Said(str(state.label), _BADGES[state] or "waiting")


def check_words(check: Check) -> Said:
    """The state of a check."""
    state = check_state_of(check)
    return Said(str(state.label), _CHECK_BADGES[state] or "waiting", check.finished_at)


def step_words(item: Backup | Check) -> str:
    """What is being done now."""
    if item.status == item.Status.PENDING:
        return "Waiting for a worker"
    return (_STEPS if isinstance(item, Backup) else _CHECK_STEPS).get(item.step, "Beginning")


def verified_words(backup: Backup, *, is_under_way: bool = False) -> Said:
    """When every byte was looked at last, or what was found."""
    return _found(backup, backup.verified_at, backup.verify_error, "Damaged", is_under_way=is_under_way)


def drilled_words(backup: Backup, *, is_under_way: bool = False) -> Said:
    """When it was restored as a drill last, or that this failed."""
    return _found(backup, backup.drilled_at, backup.drill_error, "Failed", is_under_way=is_under_way)


def notice_words(notice: Notice) -> Said:
    """Whether an e-mail has been sent, and when it is tried again."""
    statuses = Notice.Status
    if notice.status == statuses.HELD and notice.due_at is not None:
        times = f"Tried {counted(notice.tries, 'time')}, again" if notice.tries else "To be sent"
        return Said(f"{times} {until(notice.due_at)}", "warn", notice.due_at)
    if notice.status == statuses.COMPLETED and notice.sent_at is not None:
        return Said(f"Sent {age_of(notice.sent_at)}", "ok", notice.sent_at)
    if notice.status == statuses.FAILED:
        return Said("Not sent", "bad")
    return Said("Being sent", "busy")


def asker_words(item: Backup | Check) -> str:
    """Who asked: a user, the schedule, or somebody at the machine."""
    user: User | None = item.asked_by
    if user is not None:
        return user.get_full_name()
    if isinstance(item, Backup) and item.kind == Backup.Kind.SCHEDULED:
        return "Schedule"
    return "Command or schedule" if isinstance(item, Check) else "Command line"


def schedule_words(command: str) -> str:
    """`every night at 23:59`."""
    job = next(job for job in JOBS if job.command == command)
    return f"every {_WEEKDAYS[job.weekday]} at {_clock(job)}"


def clock_words(command: str) -> str:
    """`23:59`."""
    return _clock(next(job for job in JOBS if job.command == command))


def _clock(job: Job) -> str:
    return f"{job.hour}:{job.minute:02}"


def _found(backup: Backup, at: datetime | None, error: str, failed: str, *, is_under_way: bool) -> Said:
    if is_under_way:
        return Said("Under way", "busy")
    if not backup.is_there:
        return Said("–")
    if at is None:
        return Said("Not yet")
    return Said(failed, "bad", at) if error else Said(age_of(at), at=at)
