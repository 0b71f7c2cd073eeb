"""What is done once a day, and by whom: Celery's beat, or the machine's cron."""

import logging
import os
import time
from dataclasses import dataclass
from typing import Any

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

logger = logging.getLogger(__name__)

TASK = "core.command"
TRIGGERS = ("beat", "cron")
# Nobody wants what waited longer than this for a worker: the next one comes soon.
_EXPIRES_S = 6 * 3600


@dataclass(frozen=True, slots=True)
class Daily:
    """A management command without arguments, and the moment of the site's day at which it runs."""

    command: str
    hour: int
    minute: int


DAILY = (Daily("clear_api_sessions", 3, 10), Daily("clear_uploads", 3, 20), Daily("clear_batches", 3, 30))


def schedule_settings(trigger: str, *, prefix: str, suffix: str) -> dict[str, Any]:
    """Django settings for beat and for django-crontab, of which one has the daily jobs and the other has none.

    `prefix` and `suffix` stand around each job's command in the crontab. Raises ImproperlyConfigured.
    """
    if trigger not in TRIGGERS:
        raise ImproperlyConfigured(f'SCHEDULE_BY is one of {", ".join(TRIGGERS)}, not "{trigger}".')
    sweep = {"sweep": {"task": "core.sweep", "schedule": 5, "options": {"expires": 10}}}
    return {
        "CELERY_BEAT_SCHEDULE": sweep | ({job.command: _entry(job) for job in DAILY} if trigger == "beat" else {}),
        "CRONJOBS": [_line(job) for job in DAILY] if trigger == "cron" else [],
        # Two at a time would be one too many, where a job takes longer than a day or the crontab was added twice.
        "CRONTAB_LOCK_JOBS": True,
        "CRONTAB_COMMAND_PREFIX": prefix,
        "CRONTAB_COMMAND_SUFFIX": suffix,
        # cron gives its jobs next to no environment.
        "CRONTAB_DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", ""),
    }


def run(command: str) -> None:
    """Runs a daily command now and logs how it went. Raises ValueError for any other command."""
    if command not in {job.command for job in DAILY}:
        raise ValueError(f"{command} is no daily command.")
    started = time.monotonic()
    call_command(command)
    logger.info("daily command %s is done, %.1f s", command, time.monotonic() - started)


def _entry(job: Daily) -> dict[str, Any]:
    at = crontab(hour=job.hour, minute=job.minute)
    return {"task": TASK, "args": [job.command], "schedule": at, "options": {"expires": _EXPIRES_S}}


def _line(job: Daily) -> tuple[str, str, list[str]]:
    return (f"{job.minute} {job.hour} * * *", "core.schedule.run", [job.command])
