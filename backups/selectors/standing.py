"""How the site stands with its backups."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from backups.models import Backup, Check

# A day, and time to make one.
OLDEST = timedelta(hours=26)
_CLOCKS_DIFFER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest good backup, and the last drill that passed and that failed; None where there is none."""

    newest_good: Backup | None
    last_passed_drill: Check | None
    last_drill: Check | None

    def is_late(self, now: datetime) -> bool:
        """Whether the newest good backup was finished too long ago, or is missing."""
        if self.newest_good is None or self.newest_good.finished_at is None:
            return True
        return now - self.newest_good.finished_at > OLDEST


def standing() -> Standing:
    """In three reads by index.

    A backup of a day to come was made while the clock was wrong, and would hide until then that there is no newer one.
    """
    soon = timezone.now() + _CLOCKS_DIFFER
    drills = Check.objects.filter(kind=Check.Kind.DRILL).select_related("backup")
    return Standing(
        newest_good=Backup.objects.good().filter(started_at__lte=soon).order_by("-started_at").first(),
        last_passed_drill=drills.filter(status=Check.Status.COMPLETED).order_by("-finished_at").first(),
        last_drill=drills.filter(finished_at__isnull=False).order_by("-finished_at").first(),
    )


def should_have_one(found: Standing, now: datetime) -> bool:
    """Not before the first night, nor while the first one is made: the site's first user is as old as the site."""
    if found.newest_good is not None or Backup.objects.filter(finished_at__isnull=False).exists():
        return True
    oldest = User.objects.order_by("joined_at").values_list("joined_at", flat=True).first()
    return oldest is not None and now - oldest > OLDEST


def keeps_files(now: datetime) -> bool:
    """Whether a backup may still need the files of rows deleted since its snapshot."""
    running = Backup.objects.running(now)
    return running.exclude(step__in=(Backup.Step.VERIFYING, Backup.Step.COPYING)).exists()
