"""What is done once a day or a week, and by whom: Celery's beat, or the machine's cron."""

import logging
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.utils import timezone

logger = logging.getLogger(__name__)

TASK = "core.command"
TRIGGERS = ("beat", "cron")
# Nobody wants what waited longer than this for a worker: the next one comes soon.
_EXPIRES_S = 6 * 3600
_RUN = "core.schedule.run"
_LATE_AT_MOST = timedelta(minutes=15)
_ANY_YEAR = 2026
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Job:
    """A management command without arguments, and the moment of the site's day at which it runs.

    `weekday` as cron has it: every day, or 0 for Sundays.
    """

    command: str
    hour: int
    minute: int
    weekday: str = "*"


JOBS = (
    Job("clear_api_sessions", 3, 10),
    Job("clear_uploads", 3, 20),
    Job("clear_batches", 3, 30),
    Job("restore_drill", 4, 30, weekday="0"),
    Job("backup", 23, 59),
)


def schedule_settings(
    trigger: str, *, prefix: str, suffix: str, zone: str = "UTC", cron_zone: str = ""
) -> dict[str, Any]:
    """Django settings for beat and for django-crontab, of which one has the jobs and the other has none.

    `prefix` and `suffix` stand around each job's command in the crontab; `cron_zone` is the time zone of cron's clock,
    where it is not the site's `zone`. Raises ImproperlyConfigured.
    """
    if trigger not in TRIGGERS:
        raise ImproperlyConfigured(f'SCHEDULE_BY is one of {", ".join(TRIGGERS)}, not "{trigger}".')
    sweep = {"sweep": {"task": "core.sweep", "schedule": 5, "options": {"expires": 10}}}
    return {
        "CELERY_BEAT_SCHEDULE": sweep | ({job.command: _entry(job) for job in JOBS} if trigger == "beat" else {}),
        "CRONJOBS": [_line(job, _zone(zone), _zone(cron_zone or zone)) for job in JOBS] if trigger == "cron" else [],
        # Two at a time would be one too many, where a job takes longer than a day or the crontab was added twice.
        "CRONTAB_LOCK_JOBS": True,
        "CRONTAB_COMMAND_PREFIX": prefix,
        "CRONTAB_COMMAND_SUFFIX": suffix,
        # cron gives its jobs next to no environment.
        "CRONTAB_DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", ""),
    }


def run(command: str, *, is_hourly: bool = False, now: datetime | None = None) -> None:
    """Runs a job's command now and logs how it went; one that cron calls every hour only when its moment has come.

    Raises ValueError for any other command.
    """
    job = next((job for job in JOBS if job.command == command), None)
    if job is None:
        raise ValueError(f"{command} is no job of the schedule.")
    if is_hourly and not _is_due(job, timezone.localtime(now)):
        return
    started = time.monotonic()
    call_command(command)
    logger.info("scheduled command %s is done, %.1f s", command, time.monotonic() - started)


def _entry(job: Job) -> dict[str, Any]:
    at = crontab(hour=job.hour, minute=job.minute, day_of_week=job.weekday)
    return {"task": TASK, "args": [job.command], "schedule": at, "options": {"expires": _EXPIRES_S}}


def _line(job: Job, zone: ZoneInfo, cron_zone: ZoneInfo) -> tuple[str, str, list[str], dict[str, bool]]:
    """Of the crontab. Where cron's clock is another, every hour of it, as summer may begin at another time there."""
    if zone == cron_zone:
        return (f"{job.minute} {job.hour} * * {job.weekday}", _RUN, [job.command], {})
    apart = {_minutes_apart(zone, cron_zone, month) for month in (1, 7)}
    minutes = ",".join(str(minute) for minute in sorted({(job.minute - minutes) % 60 for minutes in apart}))
    return (f"{minutes} * * * *", _RUN, [job.command], {"is_hourly": True})


def _minutes_apart(zone: ZoneInfo, cron_zone: ZoneInfo, month: int) -> int:
    """How far the site's clock is ahead of cron's in that month."""
    at = datetime(_ANY_YEAR, month, 1, tzinfo=UTC)
    ahead = (at.astimezone(zone).utcoffset() or _NONE) - (at.astimezone(cron_zone).utcoffset() or _NONE)
    return round(ahead.total_seconds() / 60)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ImproperlyConfigured(f'There is no time zone "{name}". One is called Europe/Berlin, or UTC.') from error


def _is_due(job: Job, local: datetime) -> bool:
    """Whether the moment was within the last quarter of an hour, be it before midnight: cron may be a little late."""
    for day in (local, local - timedelta(days=1)):
        moment = day.replace(hour=job.hour, minute=job.minute, second=0, microsecond=0)
        is_the_day = job.weekday in ("*", str(moment.isoweekday() % 7))
        if is_the_day and _NONE <= local - moment < _LATE_AT_MOST:
            return True
    return False
