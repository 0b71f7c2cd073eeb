"""What counts about the site's backups, at the head of their list."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.timesince import timesince

from backups.models import Backup, Check
from backups.selectors import second_place
from backups.selectors.standing import OLDEST, Standing, should_have_one
from backups.services import folder
from backups.templatetags.backup_words import as_bytes
from poses.views.cards import age_of

from .words import schedule_words

_HOURS = OLDEST.total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class Fact:
    """A title, what holds, and a note below it; `backup` is the one that it is about."""

    title: str
    value: str
    note: str = ""
    badge: str = ""
    at: datetime | None = None
    backup: Backup | None = None


def facts_of(found: Standing, *, now: datetime) -> list[Fact]:
    """From the most important one on."""
    return [_newest(found, now), _drill(found), _copy(found), _encryption(), _space()]


def warning_of(found: Standing, *, now: datetime) -> str:
    """Why somebody should act; empty where all is well, or the first night is still to come."""
    if not found.is_late(now) or not should_have_one(found, now):
        return ""
    made = f"One should be made {schedule_words('backup')}: see below, and whether the schedule runs."
    if found.newest_good is None:
        return f"There is no good backup. {made}"
    return f"The newest good backup is older than {_HOURS:.0f} hours. {made}"


def _newest(found: Standing, now: datetime) -> Fact:
    title, newest = "Newest good backup", found.newest_good
    if newest is None or newest.started_at is None:
        return Fact(title, "None", badge="bad" if should_have_one(found, now) else "")
    if found.is_late(now):
        age = f"{timesince(newest.started_at, now, depth=2)} ago"
        return Fact(title, age, badge="bad", at=newest.started_at, backup=newest)
    return Fact(title, _sentence(age_of(newest.started_at)), badge="ok", at=newest.started_at, backup=newest)


def _drill(found: Standing) -> Fact:
    title, last, passed = "Last restore drill", found.last_drill, found.last_passed_drill
    if last is None or last.finished_at is None:
        return Fact(title, "None yet", f"One is run {schedule_words('restore_drill')}.")
    if last.status == Check.Status.COMPLETED:
        return Fact(title, f"Passed {age_of(last.finished_at)}", badge="ok", at=last.finished_at, backup=last.backup)
    before = f" The last one that passed was {age_of(passed.finished_at)}." if passed and passed.finished_at else ""
    note = f"{last.error_message}{before}"
    return Fact(title, f"Failed {age_of(last.finished_at)}", note, "bad", last.finished_at, last.backup)


def _copy(found: Standing) -> Fact:
    title, newest = "Second copy", found.newest_good
    if not settings.BACKUP_COPY_TO:
        return Fact(title, "None", "BACKUP_COPY_TO can name a second place.", "warn")
    if newest is not None and newest.copy_error:
        return Fact(title, "Not made", f"To {newest.copy_storage}: {newest.copy_error}", "bad", backup=newest)
    value = f"In {settings.BACKUP_COPY_TO}"
    if second_place.is_with_photos():
        return Fact(title, value, "The photos live there too, and it would be lost with them.", "warn")
    return Fact(title, value, badge="ok")


def _encryption() -> Fact:
    if settings.BACKUP_PASSPHRASE:
        return Fact("Encryption", "On", "Without BACKUP_PASSPHRASE nobody can restore them.", "ok")
    return Fact("Encryption", "Off", "BACKUP_PASSPHRASE encrypts those to come.", "warn")


def _space() -> Fact:
    free = folder.free_bytes()
    value = "Nobody can say" if free is None else f"{as_bytes(free)} free"
    return Fact("Folder", value, str(settings.BACKUP_DIR), "bad" if free is None else "")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
